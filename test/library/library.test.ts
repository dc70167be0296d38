// The engine as a library: the example of its page, what it leaves alone, and how it is published.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BenchmarkError, loadWorkload, parseTargets, runTest } from 'opensearch-benchmark';
import { explain, measure } from '../../examples/search-latency.ts';
import { packageRoot } from '../../src/package.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from '../e2e/fake-opensearch.ts';

let cluster: FakeOpenSearch;
let home: string;
let workloadPath: string;

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'osb-library-'));
  workloadPath = join(home, 'workload');
  mkdirSync(workloadPath);
  const operation = {
    name: 'everything',
    'operation-type': 'search',
    index: 'things',
    body: { query: { match_all: {} } },
  };
  const text = JSON.stringify({
    version: 2,
    description: 'Searches.',
    schedule: [{ operation, iterations: '@', clients: 2 }],
  });
  writeFileSync(join(workloadPath, 'workload.json'), text.replace('"@"', '{{ searches | default(5) }}'));
  cluster = await startFakeOpenSearch();
});

after(async () => {
  await cluster.close();
  rmSync(home, { recursive: true, force: true });
});

describe('the example', () => {
  test('measures a cluster and gives the summary', async () => {
    const said: string[] = [];
    const summary = await measure(cluster.host, workloadPath, (text) => said.push(text));
    assert.match(summary, /50th percentile service time \| everything \|/);
    assert.match(summary, /error rate \| everything \| +0 \| +% \|/);
    assert.equal(cluster.requests.filter((request) => request.includes('/things/_search')).length, 40);
  });

  test('says what is wrong, with its code and what to do', async () => {
    const failure = await measure(cluster.host, join(home, 'nowhere'), () => undefined).catch(
      (error: unknown) => error,
    );
    assert.match(explain(failure), /^WORKLOAD_NOT_FOUND: .*nowhere/);
  });

  test('stands in the page of the library as it is', () => {
    const page = readFileSync(join(packageRoot, 'docs/library.md'), 'utf8');
    const example = readFileSync(join(packageRoot, 'examples/search-latency.ts'), 'utf8');
    const code = /```ts\n(\/\/ How fast[\s\S]*?)```/.exec(page)?.[1];
    assert.equal(code, example);
  });
});

describe('a test run', () => {
  test('writes nothing unless it is asked to, and leaves the process alone', async () => {
    const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'exit'].map((name) =>
      process.listenerCount(name),
    );
    const environment = { ...process.env };
    const { exitCode } = process;
    const written = readdirSync(home);
    const { targets } = await parseTargets({ targetHosts: cluster.host });
    const workload = await loadWorkload({ path: workloadPath });
    const { status, results, testRun } = await runTest({ load: { targets, workload, cores: 1 } });
    assert.deepEqual([status, results.tasks[0]?.requests, results.isPartial], ['success', 10, false]);
    assert.match(testRun.id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(readdirSync(home), written);
    const now = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'exit'].map((name) => process.listenerCount(name));
    assert.deepEqual([now, { ...process.env }, process.exitCode], [listeners, environment, exitCode]);
  });

  test('that needs documents says that it lacks a directory for them', async () => {
    const { targets } = await parseTargets({ targetHosts: cluster.host });
    const workload = await loadWorkload({ builtin: 'eventdata', testMode: true });
    const run = runTest({ load: { targets, workload, testMode: true } });
    await assert.rejects(
      run,
      (error) => error instanceof BenchmarkError && /load\.dataDirectory/.test(error.hint ?? ''),
    );
  });

  test('gives each sink the run when it begins and when it is over', async () => {
    const kept: (number | null)[] = [];
    const sink = {
      name: 'memory',
      write: async (run: { readonly results: { readonly tasks: readonly unknown[] } | null }) =>
        void kept.push(run.results === null ? null : run.results.tasks.length),
    };
    const { targets } = await parseTargets({ targetHosts: cluster.host });
    const workload = await loadWorkload({ path: workloadPath });
    await runTest({ load: { targets, workload, cores: 1 }, results: { sinks: [sink] } });
    assert.deepEqual(kept, [null, 1]);
  });
});
