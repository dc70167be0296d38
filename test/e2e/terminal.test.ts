// The program on a terminal: `script` gives it one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { packageRoot } from '../../src/package.ts';
import { type Ended, type Home, temporaryHome } from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { workloadJson } from './small-workloads.ts';

const name = 'a-task-with-a-name-of-fifty-characters-or-even-more';
const workload = workloadJson({
  schedule: [
    {
      name,
      operation: { name, 'operation-type': 'raw-request', path: '/' },
      'time-period': 2,
      'target-throughput': 50,
    },
  ],
});

/** Status lines that were written over each other, without the sequences of the terminal. */
const statusLines = (output: string): readonly string[] =>
  output
    .split('\u001b[2K')
    .slice(1)
    .map((text) => text.split(/[\r\n]/)[0] ?? '')
    .filter((text) => text.includes('Running'));

describe('on a terminal', { concurrency: 3 }, () => {
  let target: FakeOpenSearch;
  before(async () => {
    target = await startFakeOpenSearch();
  });
  after(() => target.close());

  async function runOn(home: Home, columns: number, env: Readonly<Record<string, string>>): Promise<Ended> {
    const path = home.workload('w', { 'workload.json': workload });
    const command =
      `stty cols ${columns} rows 20; ${packageRoot}/bin/opensearch-benchmark run ` +
      `--workload-path=${path} --target-hosts=${target.host}`;
    const run = home.start(['-qec', command, '/dev/null'], { program: 'script', env });
    return run.ended;
  }

  for (const columns of [40, 100]) {
    test(`of ${columns} columns no status line breaks`, async (context) => {
      const { code, stdout } = await runOn(temporaryHome(context), columns, { TERM: 'xterm' });
      assert.equal(code, 0, stdout);
      const lines = statusLines(stdout);
      assert.ok(lines.length >= 3, stdout);
      for (const line of lines) {
        assert.ok([...line].length < columns, line);
        assert.match(line, /^Running a-ta.*\[( *\d+%| {2}\?%) done\]$/);
      }
      assert.match(lines.at(-1) ?? '', columns < 60 ? /\[100% done\]$/ : /took 2\.\d s \[100% done\]$/);
      assert.match(stdout, /\u001b\[1m.*Final {2}Score/);
    });
  }

  test('that understands no sequences there are none', async (context) => {
    const { code, stdout } = await runOn(temporaryHome(context), 80, { TERM: 'dumb' });
    assert.equal(code, 0, stdout);
    assert.ok(!stdout.includes('\u001b'));
    assert.match(stdout, new RegExp(`\\[INFO\\] \\[1/1\\] ${name}: done, took 2\\.\\d s\\.`));
  });
});
