// Assertions on what an answer says, such as the number of hits. They are checked only under `--enable-assertions`.
import { isJsonNumber, isJsonObject, type Json, toNumber } from '../json.ts';
import type { Outcome } from './operation.ts';
import { type ParamReader, scalarText, shown } from './params.ts';

const CONDITIONS = ['>', '>=', '<', '<=', '=='] as const;
type Condition = (typeof CONDITIONS)[number];
type Scalar = string | number | boolean;

/** A condition that a property of the answer must meet: `{"property": "hits", "condition": ">", "value": 0}`. */
export interface Assertion {
  readonly property: string;
  readonly condition: Condition;
  readonly value: Scalar;
}

/** Reads the parameter `assertions`. `properties` names what the operation can tell; others are problems. */
export function readAssertions(reader: ParamReader, properties: readonly string[]): readonly Assertion[] {
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

function readAssertion(reader: ParamReader, properties: readonly string[]): readonly Assertion[] {
  for (const name of ['property', 'condition', 'value']) reader.require(name);
  const property = reader.choice('property', null, properties);
  const condition = reader.choice('condition', null, CONDITIONS);
  const value = scalar(reader.value('value'));
  if (reader.has('value') && value === null)
    reader.problem('value', '"value" must be a number, a string or a boolean.');
  return property === null || condition === null || value === null ? [] : [{ property, condition, value }];
}

function scalar(value: Json): Scalar | null {
  return isJsonNumber(value) ? toNumber(value) : typeof value === 'boolean' ? value : scalarText(value);
}

/** Turns a success whose details violate an assertion into a failure of kind `assertion`. */
export function assertOutcome(assertions: readonly Assertion[], outcome: Outcome): void {
  if (!outcome.success) return;
  for (const { property, condition, value } of assertions) {
    const actual = outcome.details?.get(property);
    if (actual === undefined || !holds(actual, condition, value)) {
      outcome.fail('assertion', `Expected ${property} ${condition} ${value}, but it was ${actual ?? 'missing'}.`);
      return;
    }
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
