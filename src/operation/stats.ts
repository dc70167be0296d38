// `index-stats`, which may wait for a condition, and `node-stats`.
import { isJsonArray, isJsonNumber, isJsonObject, type Json, parseJson, toNumber, writeJson } from '../json.ts';
import { defineOperation } from './define.ts';
import { type OperationType, type Outcome, RequestFailure } from './operation.ts';
import { type ParamReader, shown } from './params.ts';
import { readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

interface Condition {
  readonly path: string;
  readonly expected: Json;
}

function readCondition(reader: ParamReader): Condition | null {
  const condition = reader.object('condition', null);
  if (condition === null) return null;
  const nested = reader.nested(condition, 'condition');
  if (!condition.has('expected-value')) nested.problem('expected-value', '"expected-value" is missing.');
  return { path: nested.requiredString('path'), expected: condition.get('expected-value') ?? null };
}

function judge(condition: Condition, body: Buffer, outcome: Outcome): void {
  const actual = valueAt(parseAnswer(body), condition.path.split('.'));
  if (actual !== undefined && isSame(actual, condition.expected)) return;
  const found = actual === undefined ? 'missing' : shown(actual);
  outcome.fail('condition', `${condition.path} is ${found}, not ${shown(condition.expected)}.`);
}

function parseAnswer(body: Buffer): Json {
  try {
    return parseJson(body.toString());
  } catch (error) {
    throw new RequestFailure(
      'protocol',
      `The answer to index-stats is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [name, ...rest] = path;
  if (name === undefined || value === undefined) return value;
  if (isJsonObject(value)) return valueAt(value.get(name), rest);
  return isJsonArray(value) && /^\d+$/.test(name) ? valueAt(value[Number(name)], rest) : undefined;
}

/** True if both are equal as JSON; 5 and 5.0 are the same number. */
function isSame(actual: Json, expected: Json): boolean {
  if (isJsonNumber(actual) && isJsonNumber(expected)) return toNumber(actual) === toNumber(expected);
  return writeJson(actual) === writeJson(expected);
}

/** `index-stats`: one sample is one request, repeated as `retry-…` parameters say until `condition` holds. */
export const indexStats: OperationType = defineOperation({
  name: 'index-stats',
  isAdmin: false,
  runsOnServerless: false,
  read(reader) {
    const condition = readCondition(reader);
    const request = scriptRequest(readRequestOptions(reader), 'GET', `/${readIndex(reader, '_all')}/_stats/_all`, {
      body: reader.body('body'),
    });
    return retrying(readRetryPolicy(reader), async (session, outcome) => {
      const reply = await session.request(request);
      if (condition !== null) judge(condition, reply.body, outcome);
    });
  },
  create: scriptOperation,
});

/** `node-stats`: one sample is one request for the statistics of all nodes. */
export const nodeStats: OperationType = defineOperation({
  name: 'node-stats',
  isAdmin: false,
  runsOnServerless: false,
  read(reader) {
    const request = scriptRequest(readRequestOptions(reader), 'GET', '/_nodes/stats/_all');
    const script: Script = async (session) => {
      await session.request(request);
    };
    return script;
  },
  create: scriptOperation,
});
