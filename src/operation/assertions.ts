// Assertions on what an answer says, such as the number of hits. They are checked only under `--enable-assertions`.
import { isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';
import type { Outcome } from './operation.ts';
import { ParamReader, scalarText, shown } from './params.ts';

const CONDITIONS = ['>', '>=', '<', '<=', '=='] as const;
type Condition = (typeof CONDITIONS)[number];
type Scalar = string | number | boolean;

/** A condition that a property of the answer must meet: `{"property": "hits", "condition": ">", "value": 0}`. */
export interface Assertion {
  readonly property: string;
  readonly condition: Condition;
  readonly value: Scalar;
}

/**
 * Reads the parameter `assertions`. `properties` names what the operation can tell; others are problems. `null` = what
 * it tells is known only when it has run.
 */
export function readAssertions(reader: ParamReader, properties: readonly string[] | null): readonly Assertion[] {
  const list = reader.list('assertions', null) ?? [];
  return list.flatMap((item, index) => {
    const path = `assertions[${index}]`;
    if (isJsonObject(item)) return readAssertion(reader.nested(item, path), properties);
    reader.problem(
      path,
      `An assertion must be an object with "property", "condition" and "value", but is ${shown(item)}.`,
    );
    return [];
  });
}

function readAssertion(reader: ParamReader, properties: readonly string[] | null): readonly Assertion[] {
  for (const name of ['property', 'condition', 'value']) reader.require(name);
  const property = properties === null ? reader.string('property', null) : reader.choice('property', null, properties);
  const condition = reader.choice('condition', null, CONDITIONS);
  const value = scalar(reader.value('value'));
  if (reader.has('value') && value === null)
    reader.problem('value', '"value" must be a number, a string or a boolean.');
  return property === null || condition === null || value === null ? [] : [{ property, condition, value }];
}

/** The assertions among the parameters of an operation of any type, that of a plug-in included. */
export const assertionsOf = (params: JsonObject): readonly Assertion[] => readAssertions(new ParamReader(params), null);

function scalar(value: Json): Scalar | null {
  return isJsonNumber(value) ? toNumber(value) : typeof value === 'boolean' ? value : scalarText(value);
}

/**
 * Turns an outcome that violates an assertion into a failure of kind `assertion`. Of a failure only `success` can be
 * asserted: it tells nothing else for certain.
 */
export function assertOutcome(assertions: readonly Assertion[], outcome: Outcome): void {
  for (const { property, condition, value } of assertions) {
    if (!outcome.success && property !== 'success') continue;
    const actual = factOf(outcome, property);
    if (actual === undefined || !holds(actual, condition, value)) {
      outcome.fail('assertion', `Expected ${property} ${condition} ${value}, but it was ${actual ?? 'missing'}.`);
      return;
    }
  }
}

function factOf(outcome: Outcome, property: string): Scalar | undefined {
  switch (property) {
    case 'success':
      return outcome.success;
    case 'weight':
      return outcome.weight;
    case 'unit':
      return outcome.unit;
    case 'throughput':
      return outcome.throughput ?? undefined;
    default:
      return outcome.details?.get(property);
  }
}

function holds(actual: Scalar, condition: Condition, expected: Scalar): boolean {
  if (condition === '==') return actual === expected;
  if (typeof actual !== typeof expected) return false;
  if (condition === '>') return actual > expected;
  if (condition === '>=') return actual >= expected;
  if (condition === '<') return actual < expected;
  return actual <= expected;
}
