// list workloads and info, with workloads in files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const home = temporaryDirectory();
const directory = join(home, 'tiny');
mkdirSync(directory);
writeFileSync(
  join(directory, 'workload.json'),
  JSON.stringify({
    description: 'A tiny workload',
    indices: [{ name: 'idx', body: 'idx.json' }],
    corpora: [
      {
        name: 'c',
        documents: [
          {
            'source-file': 'd.json.bz2',
            'document-count': 2000,
            'compressed-bytes': 54886,
            'uncompressed-bytes': 3000000,
            'target-index': 'idx',
          },
        ],
      },
    ],
    operations: [
      { name: 'index-append', 'operation-type': 'bulk', 'bulk-size': 100 },
      { name: 'match-all', 'operation-type': 'search', index: 'idx', body: { query: { match_all: {} } } },
    ],
    test_procedures: [
      { name: 'search-only', description: 'Searches', schedule: [{ operation: 'match-all' }] },
      {
        name: 'all',
        default: true,
        schedule: [
          { operation: 'index-append', clients: 2 },
          {
            parallel: {
              tasks: [
                { operation: 'match-all', name: 's1' },
                { operation: 'match-all', name: 's2', clients: 3 },
              ],
            },
          },
        ],
      },
    ],
  }),
);
writeFileSync(join(directory, 'idx.json'), '{"settings": {"index.number_of_shards": 5.0}}');

const info = (...words: readonly string[]) => runInMemory(home, ['info', `--workload-path=${directory}`, ...words]);

describe('info', () => {
  it('shows facts and schedules, the default procedure first', async () => {
    const { code, stdout, stderr } = await info();
    assert.equal(code, 0, stderr);
    const text = stdout.slice(stdout.indexOf('Showing'), stdout.lastIndexOf('\n\n----'));
    assert.equal(
      text.trimEnd(),
      `Showing details for workload [tiny]:

* Description: A tiny workload
* Source: ${directory}
* Documents: 2,000
* Compressed Size: 53.6 kB
* Uncompressed Size: 2.9 MB

====================================
TestProcedure [all] (run by default)
====================================

Schedule:
---------

1. index-append (2 clients)
2. 2 parallel tasks:
\t2.1 s1
\t2.2 s2 (3 clients)

===========================
TestProcedure [search-only]
===========================

Searches

Schedule:
---------

1. match-all`,
    );
  });

  it('--rendered is JSON and nothing else, also with --quiet, without loss', async () => {
    const { stdout } = await info('--rendered', '--format=json');
    const value: unknown = JSON.parse(stdout);
    assert.ok(typeof value === 'object' && value !== null && 'name' in value);
    assert.equal(value.name, 'tiny');
    assert.match(stdout, /"index.number_of_shards": 5\.0/);
    assert.equal((await info('--rendered', '--quiet')).stdout, stdout);
  });

  it('shows what the filters leave', async () => {
    const { stdout } = await info('--rendered', '--include-tasks=s1', '--test-procedure=all');
    assert.match(stdout, /"s1"/);
    assert.doesNotMatch(stdout, /"s2"/);
  });

  const failures: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [['info', '--workload-path=nowhere'], /There is no workload at/],
    [['info'], /No workload is given/],
    [['info', `--workload-path=${directory}`, '--test-procedure=al'], /no test procedure \[al\]/],
    [['info', `--workload-path=${directory}`, '--include-tasks=nothing'], /leave no task/],
    [
      ['info', '-w=x', '--workload-repository=mine'],
      /repository \[mine\] is not in .*benchmark\.ini.*What to do: Add mine\.url to \[workloads\]/s,
    ],
    [['info', '-w=x', '--workload-repository=built'], /Did you mean builtin\?/],
    [
      ['info', '-w=x', '--workload-repository=https://host/x.git'],
      /takes a name of .*benchmark\.ini or a path, no address\..*Write <name>\.url = /s,
    ],
    [
      ['info', '-w=x', '--workload-repository=git@host:x.git'],
      /takes a name of .*benchmark\.ini or a path, no address/,
    ],
    [['info', '-w=x', '--workload-repository=./nowhere'], /The workload repository .*nowhere does not exist/],
  ];
  for (const [words, message] of failures) {
    it(`fails clearly: ${words.slice(1).join(' ').replace(directory, 'W')}`, async () => {
      const { code, stderr } = await runInMemory(home, words);
      assert.equal(code, 64);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});

describe('list workloads', () => {
  it('takes a clone that has no address, by its name and by its path, and a plain directory', async () => {
    const clone = join(home, '.benchmark/benchmarks/workloads/mine');
    cpSync(directory, join(clone, 'tiny'), { recursive: true });
    const git = (...words: readonly string[]): void =>
      void execFileSync('git', [
        '-C',
        clone,
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@example.org',
        '-c',
        'commit.gpgSign=false',
        ...words,
      ]);
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'tiny');
    for (const repository of ['mine', clone, home]) {
      const variables = { PATH: process.env.PATH ?? '', HOME: home };
      const { code, stdout, stderr } = await runInMemory(
        home,
        ['list', 'workloads', `--workload-repository=${repository}`],
        { variables },
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /\ntiny +A tiny workload /);
    }
  });

  it('shows the one at a path with its sizes and procedures', async () => {
    const { code, stdout, stderr } = await runInMemory(home, ['list', 'workloads', `--workload-path=${directory}`]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /Name +Description +Documents +Compressed Size +Uncompressed Size +Default TestProcedure +All TestProcedures\n/,
    );
    assert.match(stdout, /tiny +A tiny workload +2,000 +53\.6 kB +2\.9 MB +all +all,search-only\n/);
  });

  it('shows those that are built in', async () => {
    const { code, stdout, stderr } = await runInMemory(home, ['list', 'workloads', '--workload-repository=builtin']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Available workloads \(built in\):\n\nName/);
    assert.match(stdout, /\neventdata /);
  });
});
