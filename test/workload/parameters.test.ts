// The grammar of --workload-params.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { Float, type Json } from '../../src/json.ts';
import { parseWorkloadParams, typedValue } from '../../src/workload/parameters.ts';
import { temporaryFiles } from './temporary-files.ts';

const float = (value: number): Float => new Float(value);

const words: readonly (readonly [string, Json])[] = [
  ['5', 5],
  ['-5', -5],
  ['+5', 5],
  ['007', 7],
  ['-0', 0],
  ['1_000', 1000],
  ['1__0', '1__0'],
  ['9007199254740993', 9007199254740993n],
  ['2.11', float(2.11)],
  ['2.11.0', '2.11.0'],
  ['.5', float(0.5)],
  ['5.', float(5)],
  ['1e3', float(1000)],
  ['1_0.5E-1', float(1.05)],
  ['inf', float(Number.POSITIVE_INFINITY)],
  ['-Infinity', float(Number.NEGATIVE_INFINITY)],
  ['True', true],
  ['false', false],
  ['', ''],
  ["'5'", '5'],
  ["''", ''],
  ['0x10', '0x10'],
  ['green', 'green'],
];

test('values are typed as Python does', () => {
  for (const [word, expected] of words) assert.deepEqual(typedValue(word), expected, word);
  const nan = typedValue('nan');
  assert.ok(nan instanceof Float && Number.isNaN(nan.value));
});

const texts: readonly (readonly [string, readonly (readonly [string, Json])[]])[] = [
  ['', []],
  [
    ' bulk_size : 100 , cluster_health:yellow ',
    [
      ['bulk_size', 100],
      ['cluster_health', 'yellow'],
    ],
  ],
  ['a:1,a:2', [['a', 2]]],
  ['url:https://host:9200/x', [['url', 'https://host:9200/x']]],
  [
    "indices:'a,b',n:3",
    [
      ['indices', 'a,b'],
      ['n', 3],
    ],
  ],
  [
    "a:'it's, well',b:don't",
    [
      ['a', "it's, well"],
      ['b', "don't"],
    ],
  ],
  [
    '{"a": 5.0, "b": [1]}',
    [
      ['a', float(5)],
      ['b', [1]],
    ],
  ],
];

test('pairs, quotes and inline JSON', () => {
  for (const [text, expected] of texts) assert.deepEqual([...parseWorkloadParams(text)], expected, text);
});

test('a JSON file', (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'osb-params-'));
  context.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'params.json');
  writeFileSync(file, '{"bulk_size": 10}');
  assert.deepEqual([...parseWorkloadParams(file)], [['bulk_size', 10]]);
  writeFileSync(file, '[1]');
  assert.throws(() => parseWorkloadParams(file), {
    code: 'USAGE',
    exitCode: 64,
    message: `--workload-params: The parameter file ${file} must hold an object.`,
  });
});

test('what cannot be read is an error that names the flag', () => {
  for (const [text, part] of [
    ['bulk_size', '"bulk_size" is no pair'],
    ['a:1,,b:2', '"" is no pair'],
    [':5', '":5" is no pair'],
    ["a:'open,b:1", 'is not closed'],
    ['{"a": }', 'The inline JSON is broken'],
    ['/nowhere/params.json', 'The parameter file /nowhere/params.json cannot be read'],
  ] as const) {
    assert.throws(
      () => parseWorkloadParams(text, '--client-options'),
      (error) =>
        error instanceof BenchmarkError &&
        error.exitCode === 64 &&
        error.message.startsWith('--client-options: ') &&
        error.message.includes(part),
      text,
    );
  }
});

test('a parameter file may begin with a byte order mark, has to be UTF-8, and is not waited for', (context) => {
  const directory = temporaryFiles(context, { 'mark.json': '\ufeff{"a": 1}' });
  assert.deepEqual(parseWorkloadParams(join(directory, 'mark.json')), new Map([['a', 1]]));
  writeFileSync(join(directory, 'latin.json'), Buffer.from('{\n"a": "\u00e9"}', 'latin1'));
  execFileSync('mkfifo', [join(directory, 'pipe.json')]);
  mkdirSync(join(directory, 'sub.json'));
  for (const [name, message] of [
    [
      'latin.json',
      /latin\.json, line 2, column 7 cannot be read: The file is not UTF-8: the byte 0xe9 has no meaning here\.$/,
    ],
    ['pipe.json', /This is a named pipe, not a text file\.$/],
    ['sub.json', /This is a directory, not a text file\.$/],
  ] as const) {
    assert.throws(() => parseWorkloadParams(join(directory, name)), { code: 'USAGE', message });
  }
});
