// Templates and what the real Jinja2 made of them: same text, same failures, same parameters.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson } from '../../src/json.ts';
import { packageRoot } from '../../src/package.ts';
import { judgeCase } from './judge.ts';

/** Cases that are left out on purpose, with the reason; the test fails when one of them starts to pass. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["[{{ 'abc'.encode() }}]", 'bytes are of no use in a workload'],
  ["[{{ 'abc'.translate({}) }}]", 'needs tables that no workload has'],
  [
    "{% autoescape n > 100 %}{{ '<' }}{% endautoescape %}",
    'Jinja2 escapes constants as the block around says, which nobody can want',
  ],
  ['[{{ s.__class__ }}]', 'shows the inside of Python, which is not there'],
]);

function object(json: Json | undefined): JsonObject {
  assert.ok(isJsonObject(json));
  return json;
}

function list(json: Json | undefined): readonly Json[] {
  assert.ok(isJsonArray(json));
  return json;
}

function text(json: Json | undefined): string {
  assert.ok(typeof json === 'string');
  return json;
}

const fixture = (name: string): Buffer => readFileSync(join(packageRoot, 'test/fixtures', name));
const recorded = object(parseJson(gunzipSync(fixture('jinja-cases.json.gz')).toString('utf8')));
const added = object(parseJson(fixture('jinja-added.json').toString('utf8')));
// Addresses of objects differ from run to run.
const withoutAddresses = (output: string): string => output.replace(/0x[0-9a-f]+/g, '0x0');

/** What differs from the record, or `null`. */
function difference(item: JsonObject, params: JsonObject): string | null {
  const files = new Map(
    [...(isJsonObject(item.get('files')) ? object(item.get('files')) : [])].map(([name, content]) => [
      name,
      text(content),
    ]),
  );
  const verdict = judgeCase({ template: text(item.get('template')), params, files });
  const known = item.get('known');
  if (known !== undefined && verdict.known !== null && JSON.stringify(verdict.known) !== JSON.stringify(list(known))) {
    return `parameters ${JSON.stringify(verdict.known)} instead of ${JSON.stringify(known)}`;
  }
  const error = item.get('error');
  if (error === undefined) {
    if (!('text' in verdict)) return `failed: ${verdict.message}\n  instead of ${JSON.stringify(item.get('text'))}`;
    const expected = withoutAddresses(text(item.get('text')));
    return withoutAddresses(verdict.text) === expected
      ? null
      : `rendered ${JSON.stringify(verdict.text)}\n  instead of ${JSON.stringify(expected)}`;
  }
  if ('text' in verdict)
    return `rendered ${JSON.stringify(verdict.text)}\n  instead of failing: ${JSON.stringify([...object(error)])}`;
  const stage = object(error).get('stage') === 'syntax' ? 'syntax' : 'render';
  return verdict.stage === stage ? null : `failed at ${verdict.stage} instead of ${stage}: ${verdict.message}`;
}

interface Case {
  readonly name: string;
  readonly item: JsonObject;
  readonly params: JsonObject;
}

function check(cases: readonly Case[]): void {
  const problems: string[] = [];
  for (const { name, item, params } of cases) {
    const found = difference(item, params);
    const isLeftOut = LEFT_OUT.has(text(item.get('template')));
    if (found !== null && !isLeftOut) problems.push(`${name}: ${text(item.get('template'))}\n  ${found}`);
    if (found === null && isLeftOut) problems.push(`${name} passes now; strike it from the list`);
  }
  assert.equal(problems.length, 0, `${problems.length} of ${cases.length} cases differ\n${problems.join('\n')}`);
}

const recordedFeatures = list(recorded.get('features')).map((json): Case => {
  const item = object(json);
  return { name: text(item.get('name')), item, params: object(parseJson(text(item.get('params')))) };
});
const addedFeatures = list(added.get('features')).map((json): Case => {
  const item = object(json);
  assert.ok(item.has('known'), `${text(item.get('name'))} has no expectations yet: run scripts/jinja-cases/run`);
  return { name: text(item.get('name')), item, params: object(item.get('params') ?? added.get('params')) };
});
const features = [...recordedFeatures, ...addedFeatures];
const groupOf = ({ item }: Case): string => text(item.get('group'));

for (const group of new Set(features.map(groupOf))) {
  test(`features of Jinja2: ${group}`, () => check(features.filter((feature) => groupOf(feature) === group)));
}

test('random templates', () => {
  const params = object(parseJson(text(recorded.get('random_params'))));
  check(list(recorded.get('random')).map((item, index) => ({ name: `random ${index}`, item: object(item), params })));
});
