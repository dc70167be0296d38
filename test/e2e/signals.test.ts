// Runs that are cut short: signals, kill -9, a reader that goes away, and two runs at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, type TestContext, test } from 'node:test';
import {
  assertClean,
  assertFailure,
  type BenchmarkProcess,
  type Home,
  taskOf,
  temporaryHome,
} from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { rootRequest, workloadJson } from './small-workloads.ts';

/** A load that would go on for a minute, after a short task that is done. */
const longLoad = workloadJson({
  schedule: [
    { ...Object(rootRequest(5)), name: 'done-before' },
    {
      name: 'long-one',
      operation: { name: 'long-one', 'operation-type': 'raw-request', path: '/slow' },
      clients: 4,
      'target-throughput': 200,
      'time-period': 60,
    },
  ],
});

describe('a run', { concurrency: 4 }, () => {
  let target: FakeOpenSearch;
  before(async () => {
    target = await startFakeOpenSearch();
  });
  after(() => target.close());

  function startLong(home: Home, ...more: readonly string[]): BenchmarkProcess {
    const path = home.workload('long', { 'workload.json': longLoad });
    return home.start(['run', `--workload-path=${path}`, `--target-hosts=${target.host}`, ...more]);
  }

  /** Waits until the load runs, and half a second more, so that there is something to report. */
  async function untilLoaded(run: BenchmarkProcess): Promise<void> {
    await run.printed(/Running long-one/);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  const endOf = (context: TestContext, run: BenchmarkProcess): void =>
    context.after(() => void run.child.kill('SIGKILL'));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`is ended by ${signal} and keeps what was measured`, async (context) => {
      const home = temporaryHome(context);
      const run = startLong(home, '--results-file=summary.md');
      endOf(context, run);
      await untilLoaded(run);
      const start = performance.now();
      run.child.kill(signal);
      const ended = await run.ended;
      const took = performance.now() - start;
      assertClean(ended);
      assert.equal(ended.code, 130, ended.stderr);
      assert.ok(took < 3000, `${took} ms`);
      assert.match(ended.stdout, /❌ CANCELLED \(took \d+ seconds\)/);
      assert.match(ended.stdout, /\[WARNING\] The results are incomplete/);
      assert.match(ended.stdout, /Mean Throughput \| +long-one/);
      assert.ok(!ended.stdout.includes('SUCCESS'));
      const testRun = home.testRun();
      assert.ok(taskOf(testRun, 'long-one').requests > 20);
      assert.equal(taskOf(testRun, 'done-before').requests, 5);
      assert.equal(testRun.results?.partial, true);
      assert.match(readFileSync(home.path('summary.md'), 'utf8'), /❌ CANCELLED/);
      // The next run is free to begin.
      const listed = await home.run(['list', 'test-runs']);
      assert.equal(listed.code, 0);
    });
  }

  test('ends at once with a second Ctrl-C', async (context) => {
    const home = temporaryHome(context);
    // A target that stops answering makes the orderly end wait for something.
    const run = startLong(home);
    endOf(context, run);
    await untilLoaded(run);
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.code, 130);
    assertClean(ended);
  });

  test('that waits for its target is ended by Ctrl-C', async (context) => {
    const home = temporaryHome(context);
    const path = home.workload('w', { 'workload.json': longLoad });
    const run = home.start(['run', `--workload-path=${path}`, '--target-hosts=127.0.0.1:1']);
    endOf(context, run);
    await run.printed(/Test Run ID/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const start = performance.now();
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.code, 130, ended.stderr);
    assert.ok(performance.now() - start < 3000, 'far sooner than the patience of ten seconds');
    assert.deepEqual(home.testRunIds(), []);
    assertClean(ended);
  });

  test('that was killed leaves nothing in the way of the next one', async (context) => {
    const home = temporaryHome(context);
    const first = startLong(home);
    endOf(context, first);
    await untilLoaded(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const path = home.workload('short', { 'workload.json': workloadJson({ schedule: [rootRequest(2)] }) });
    const next = await home.run([
      'run',
      `--workload-path=${path}`,
      `--target-hosts=${target.host}`,
      '--test-run-id=next',
    ]);
    assert.equal(next.code, 0, next.stderr);
    const listed = await home.run(['list', 'test-runs']);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^next /m);
  });

  test('goes on when the reader of its output has gone', async (context) => {
    const home = temporaryHome(context);
    const path = home.workload('short', { 'workload.json': workloadJson({ schedule: [rootRequest(5)] }) });
    const flags = `--workload-path=${path} --target-hosts=${target.host} --test-run-id=piped`;
    const command = `"$0" run ${flags}; echo "code $?" >&2`;
    const { packageRoot } = await import('../../src/package.ts');
    const run = home.start(['-c', `(${command}) | head -3`, `${packageRoot}/bin/opensearch-benchmark`], {
      program: 'bash',
    });
    const ended = await run.ended;
    assertClean(ended);
    assert.equal(ended.stderr, 'code 0\n');
    assert.equal(ended.stdout.split('\n').length, 4);
    assert.equal(taskOf(home.testRun('piped'), 'ask-root').requests, 5);
  });

  test('refuses a second one beside it, which may end it', async (context) => {
    const home = temporaryHome(context);
    const first = startLong(home, '--test-run-id=the-first');
    endOf(context, first);
    await untilLoaded(first);
    const path = home.workload('short', { 'workload.json': workloadJson({ schedule: [rootRequest(2)] }) });
    const words = ['run', `--workload-path=${path}`, `--target-hosts=${target.host}`, '--test-run-id=the-second'];
    const refused = await home.run(words);
    assertFailure(refused, 'ANOTHER_RUN', new RegExp(`process ${first.child.pid}, test run the-first`));
    assert.match(refused.stderr, /--kill-running-processes/);
    assert.equal(first.child.exitCode, null, 'the first goes on');
    assert.deepEqual(home.testRunIds(), ['the-first']);

    const second = await home.run([...words, '-k']);
    assert.equal(second.code, 0, second.stderr);
    const ended = await first.ended;
    assert.equal(ended.code, 130, 'the first ended in order');
    assert.equal(taskOf(home.testRun('the-second'), 'ask-root').requests, 2);
    assert.ok(taskOf(home.testRun('the-first'), 'long-one').requests > 20);
  });

  test('of another configuration directory is none of its business', async (context) => {
    const [one, two] = [temporaryHome(context), temporaryHome(context)];
    const first = startLong(one);
    endOf(context, first);
    await untilLoaded(first);
    const path = two.workload('short', { 'workload.json': workloadJson({ schedule: [rootRequest(2)] }) });
    const second = await two.run(['run', `--workload-path=${path}`, `--target-hosts=${target.host}`]);
    assert.equal(second.code, 0, second.stderr);
    first.child.kill('SIGINT');
    await once(first.child, 'close');
    assert.ok(existsSync(one.path('.benchmark')));
  });
});

test('a load that needs more connections than the process may open is refused, not begun', {
  skip: process.platform === 'win32',
}, async (context) => {
  const home = temporaryHome(context);
  const target = await startFakeOpenSearch();
  context.after(() => target.close());
  const path = home.workload('wide', {
    'workload.json': workloadJson({ schedule: [rootRequest(1, { clients: 1000 })] }),
  });
  const { packageRoot } = await import('../../src/package.ts');
  const command = `ulimit -n 600; exec "$0" run --workload-path=${path} --target-hosts=${target.host}`;
  const ended = await home.start(['-c', command, `${packageRoot}/bin/opensearch-benchmark`], { program: 'bash' }).ended;
  assertFailure(ended, 'CONFIG', /opens up to 1000 connections on localhost, but the process may open 600 files/);
  assert.match(ended.stderr, /ulimit -n \d+/);
});
