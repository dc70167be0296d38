// File patterns, textual assembly, and the way back from a character to its file and line.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assembleFile } from '../../src/workload/assemble.ts';
import { globFiles } from '../../src/workload/glob.ts';
import { temporaryFiles } from './temporary-files.ts';

test('patterns know *, ?, sets and .., are sorted, and see no dot-files and no depths', (context) => {
  const directory = temporaryFiles(context, {
    'b.json': '',
    'a.json': '',
    'a1.txt': '',
    '.hidden.json': '',
    'sub/c.json': '',
    'sub/deep/d.json': '',
    'x(1).json': '',
  });
  assert.deepEqual(globFiles(directory, '*.json'), ['a.json', 'b.json', 'x(1).json']);
  assert.deepEqual(globFiles(directory, '?.json'), ['a.json', 'b.json']);
  assert.deepEqual(globFiles(directory, '[!b-z].json'), ['a.json']);
  assert.deepEqual(globFiles(directory, '[ab][0-9].*'), ['a1.txt']);
  assert.deepEqual(globFiles(directory, '*/*.json'), ['sub/c.json']);
  assert.deepEqual(globFiles(join(directory, 'sub'), '../a.json'), ['../a.json']);
  assert.deepEqual(globFiles(directory, 'x(1).json'), ['x(1).json']);
  assert.deepEqual(globFiles(directory, '[z-a].json'), []);
  assert.deepEqual(globFiles(directory, 'missing/*.json'), []);
  assert.deepEqual(globFiles(directory, ''), []);
});

test('a bracket that begins no set is a character like others', (context) => {
  const directory = temporaryFiles(context, { '[]d.json': '', '[!]e.json': '', ']f.json': '', 'g.json': '' });
  assert.deepEqual(globFiles(directory, '[]?.json'), ['[]d.json']);
  assert.deepEqual(globFiles(directory, '[!]?.json'), ['[!]e.json']);
  assert.deepEqual(globFiles(directory, '[]]?.json'), [']f.json']);
  assert.deepEqual(globFiles(directory, '[!]]*g.json'), []);
  assert.deepEqual(globFiles(directory, '[!]].json'), ['g.json']);
});

test('fragments are joined by commas, sorted, and collected relative to the fragment that names them', (context) => {
  const directory = temporaryFiles(context, {
    'workload.json': 'first\n[{{ benchmark.collect(parts="parts/*.json") }}]\nlast',
    'parts/b.json': 'B1\nB2 {{  benchmark.collect(parts="common/*.txt")  }} B3\n',
    'parts/a.json': 'A',
    'parts/common/c.txt': 'C1\nC2',
  });
  const source = assembleFile(join(directory, 'workload.json'));
  assert.equal(source.text, 'first\n[A,\nB1\nB2 C1\nC2 B3\n]\nlast');
  const positionOf = (text: string): readonly [string, number] => {
    const { file, line } = source.positionOf(source.text.indexOf(text));
    return [file.slice(directory.length + 1), line];
  };
  assert.deepEqual(positionOf('first'), ['workload.json', 1]);
  assert.deepEqual(positionOf('A'), ['parts/a.json', 1]);
  assert.deepEqual(positionOf('B2'), ['parts/b.json', 2]);
  assert.deepEqual(positionOf('C2'), ['parts/common/c.txt', 2]);
  assert.deepEqual(positionOf(' B3'), ['parts/b.json', 2]);
  assert.deepEqual(positionOf(']'), ['workload.json', 2]);
  assert.deepEqual(positionOf('last'), ['workload.json', 3]);
});

test('only the exact form is collected textually; no match gives nothing', (context) => {
  const text = '{{benchmark.collect(parts="*.txt")}} {{ benchmark.collect(parts=\'*.txt\') }}';
  const directory = temporaryFiles(context, {
    'workload.json': `${text}{{ benchmark.collect(parts="none/*") }}`,
    'a.txt': 'A',
  });
  assert.equal(assembleFile(join(directory, 'workload.json')).text, text);
});

test('a file that collects itself and a missing file are named', (context) => {
  const directory = temporaryFiles(context, {
    'workload.json': '{{ benchmark.collect(parts="a/*.json") }}',
    'a/loop.json': '{{ benchmark.collect(parts="../workload.json") }}',
  });
  const file = join(directory, 'workload.json');
  assert.throws(() => assembleFile(file), { code: 'WORKLOAD_SYNTAX', message: new RegExp(`^${file} collects itself`) });
  assert.throws(() => assembleFile(join(directory, 'none.json')), {
    code: 'WORKLOAD_NOT_FOUND',
    message: /^Cannot read .*none\.json\.$/,
  });
});
