// A thousand and more broken workloads: each loads, or fails with one clear error that names a file. Nothing else, and
// no hang.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import { loadWorkload } from '../../src/workload/load.ts';
import { requestFor, smallWorkload } from './small-workload.ts';
import { temporaryFiles, writeFiles } from './temporary-files.ts';

const MUTATIONS = 1200;

/** Small, seeded, and good enough to choose places. */
function seededRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

type Random = (bound: number) => number;
type Mutation = (text: string, random: Random) => string;

const pick = <T>(items: readonly T[], random: Random, fallback: T): T => items[random(items.length)] ?? fallback;
const wrongValues = [
  'null',
  'true',
  '-1',
  '0',
  '8.0',
  '1e400',
  '99999999999999999999999',
  '1e20',
  '100000000',
  '-0',
  '1e-9',
  '"none"',
  '"any"',
  '"10"',
  'NaN',
  '"text"',
  '""',
  '[]',
  '{}',
  '[[1]]',
  '{"a": {}}',
  '"10 docs/s"',
];
const tags = [
  '{% if x %}',
  '{% endif %}',
  '{% for a in b %}',
  '{% endfor %}',
  '{% else %}',
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '{% raw %}',
  '{{ x | nofilter }}',
  '{{ 1 / 0 }}',
];
const expressions = [
  '{{ a.b.c }}',
  "{{ 'x' + 1 }}",
  '{{ range(0.5) }}',
  '{{ loop.index }}',
  '{% set x = 5 %}',
  '{{ [1, 2][9] }}',
  '{{ now() }}',
  '{% include "none" %}',
  '{{ "a" * 9 }}',
];
const inserted = [
  '\u0000',
  '\u001b[31m',
  '\u2028',
  '\r\n',
  '\ufeff',
  '"',
  '\\',
  ',',
  '{',
  '}',
  '[',
  ']',
  ':',
  '\ud800',
  '\n',
  "'",
  '\t',
];
const collects = [
  '{{ benchmark.collect(parts="*.json") }}',
  '{{ benchmark.collect(parts="../*/*.json") }}',
  '{{ benchmark.collect(parts="none") }}',
  "{{ benchmark.collect('workload.json') }}",
];

/** Replaces one match, chosen at random, if there is any. */
function replaceOne(text: string, pattern: RegExp, random: Random, replacement: (match: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[random(matches.length)];
  return match === undefined
    ? text
    : text.slice(0, match.index) + replacement(match[0]) + text.slice(match.index + match[0].length);
}

const insertAt = (text: string, position: number, piece: string): string =>
  text.slice(0, position) + piece + text.slice(position);

const mutations: readonly Mutation[] = [
  (text, random) => text.slice(0, random(text.length)),
  (text, random) => text.slice(random(text.length)),
  (text, random) => replaceOne(text, /^.*\n/gm, random, () => ''),
  (text, random) => replaceOne(text, /^.*\n/gm, random, (line) => line + line),
  (text, random) => replaceOne(text, /"[\w-]+":/g, random, () => '"renamed":'),
  (text, random) => replaceOne(text, /"[\w-]+": *(?:"[^"]*"|[\d.]+|true|false),?/g, random, () => ''),
  (text, random) =>
    replaceOne(text, /(?<=: *)(?:"[^"]*"|[\d.]+|true|false)/g, random, () => pick(wrongValues, random, 'null')),
  (text, random) => replaceOne(text, /\{\{.*?\}\}/g, random, () => pick(wrongValues, random, 'null')),
  (text, random) => replaceOne(text, /\{\{.*?\}\}/g, random, () => pick(expressions, random, '')),
  (text, random) => replaceOne(text, /\{[%{].*?[%}]\}/g, random, () => ''),
  (text, random) => replaceOne(text, /\{[%{].*?[%}]\}/g, random, () => pick(tags, random, '')),
  (text, random) => replaceOne(text, /"[\w-]+"/g, random, (name) => `"${name.slice(1, -1)}x"`),
  (text, random) => replaceOne(text, /[[\]{},:]/g, random, () => ''),
  (text, random) => insertAt(text, random(text.length), pick(tags, random, '')),
  (text, random) => insertAt(text, random(text.length), pick(expressions, random, '')),
  (text, random) => insertAt(text, random(text.length), pick(inserted, random, '')),
  (text, random) => insertAt(text, random(text.length), pick(collects, random, '')),
  (text, random) => insertAt(text, random(text.length), '['.repeat(1 + random(2000))),
  (text, random) => insertAt(text, random(text.length), `{{ ${'('.repeat(random(3000))} }}`),
];

/** Every text of an error. */
const textOf = (error: BenchmarkError): string =>
  [error.message, ...error.problems.map((problem) => problem.file ?? '')].join('\n');

test(`${MUTATIONS} mutations either load or fail clearly`, { timeout: 60_000 }, async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const random = seededRandom(20260101);
  const files = Object.keys(smallWorkload);
  let failures = 0;
  for (let round = 0; round < MUTATIONS; round++) {
    const changed = Array.from({ length: 1 + random(2) }, () => pick(files, random, ''));
    for (const file of changed) {
      const mutate = pick(mutations, random, (text: string) => text);
      if (random(100) === 0) rmSync(join(directory, file), { force: true });
      else writeFileSync(join(directory, file), mutate(smallWorkload[file] ?? '', random));
    }
    const testProcedure = random(4) === 0 ? 'search-only' : null;
    try {
      await loadWorkload(
        requestFor(directory, { operations: operationCatalog, testMode: random(2) === 0, testProcedure }),
      );
    } catch (error) {
      failures++;
      const what = `round ${round}, ${changed.join(', ')}: ${error instanceof Error ? error.stack : String(error)}`;
      assert.ok(error instanceof BenchmarkError, what);
      assert.equal(error.exitCode, 64, what);
      assert.notEqual(error.code, 'INTERNAL', what);
      assert.ok(textOf(error).includes(directory) || error.code === 'USAGE', what);
    }
    writeFiles(directory, Object.fromEntries(changed.map((file) => [file, smallWorkload[file] ?? ''])));
  }
  assert.ok(failures > MUTATIONS / 2 && failures < MUTATIONS, `${failures} of ${MUTATIONS} failed`);
  await loadWorkload(requestFor(directory, { operations: operationCatalog }));
});
