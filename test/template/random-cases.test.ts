// Random expressions and random nests of tags, and what the real Jinja2 made of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { BenchmarkError } from '../../src/errors.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson } from '../../src/json.ts';
import { packageRoot } from '../../src/package.ts';
import {
  compileTemplate,
  discoverParameters,
  type RenderOptions,
  render,
  type Value,
  valueFromJson,
} from '../../src/template/engine.ts';

function object(json: Json | undefined): JsonObject {
  assert.ok(isJsonObject(json));
  return json;
}

function text(json: Json | undefined): string {
  assert.ok(typeof json === 'string');
  return json;
}

const recorded = object(
  parseJson(gunzipSync(readFileSync(join(packageRoot, 'test/fixtures/jinja-random.json.gz'))).toString('utf8')),
);

/** The cases of one kind. */
function casesOf(kind: string): readonly JsonObject[] {
  const cases = recorded.get(kind);
  assert.ok(isJsonArray(cases));
  return cases.map(object);
}

const valuesOf = (json: string): ReadonlyMap<string, Value> =>
  new Map([...object(parseJson(json))].map(([name, item]) => [name, valueFromJson(item)]));

/** What differs from the record, or `null`. */
function difference(item: JsonObject, options: RenderOptions, knownNames: readonly string[]): string | null {
  let rendered: string | undefined;
  let message = '';
  try {
    const template = compileTemplate({ name: 'test', text: text(item.get('template')) });
    const known = [...discoverParameters(template, { knownNames })].sort();
    if (item.has('known') && JSON.stringify(known) !== JSON.stringify(item.get('known')))
      return `parameters ${known.join()}`;
    rendered = render(template, options);
  } catch (error) {
    if (!(error instanceof BenchmarkError)) return `crashed: ${error instanceof Error ? error.stack : String(error)}`;
    message = error.message;
  }
  if (item.has('error'))
    return rendered === undefined
      ? null
      : `rendered ${JSON.stringify(rendered)} instead of failing: ${text(item.get('error'))}`;
  return rendered === item.get('text')
    ? null
    : `got ${JSON.stringify(rendered ?? message)}\n  instead of ${JSON.stringify(item.get('text'))}`;
}

function check(
  cases: readonly JsonObject[],
  optionsOf: (item: JsonObject) => RenderOptions,
  knownNames: readonly string[],
): void {
  const problems = cases.flatMap((item) => {
    const found = difference(item, optionsOf(item), knownNames);
    return found === null ? [] : [`${text(item.get('template'))}\n  ${found}`];
  });
  assert.equal(problems.length, 0, `${problems.length} of ${cases.length} cases differ\n${problems.join('\n')}`);
}

test('random expressions', () => {
  check(casesOf('expressions'), () => ({ autoescape: true, context: valuesOf(text(recorded.get('params'))) }), []);
});

test('random nests of tags', () => {
  const optionsOf = (item: JsonObject): RenderOptions => {
    const files = object(item.get('files'));
    return {
      autoescape: true,
      globals: new Map([['z', 'Z']]),
      context: valuesOf(text(item.get('params'))),
      loader: (name) => {
        const file = files.get(name);
        return file === undefined
          ? null
          : { template: compileTemplate({ name, text: text(file) }), autoescape: name !== 'b' };
      },
    };
  };
  check(casesOf('scopes'), optionsOf, ['z']);
});
