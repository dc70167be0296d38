// run --test-iterations, with a stand-in for the engine.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { membersOf } from '../../src/analysis/run-data.ts';
import type { Services } from '../../src/cli/services.ts';
import type { RunConfig } from '../../src/coordinator/config.ts';
import type { RunOutcome } from '../../src/coordinator/run.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { packageVersion } from '../../src/package.ts';
import { listAggregates } from '../../src/store/test-run-store.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function outcomeOf(config: RunConfig, change: Partial<RunOutcome>): RunOutcome {
  const results = { tasks: [], endpoints: [], cluster: {}, isPartial: false, driverWarnings: [] };
  const testRun = {
    benchmarkVersion: packageVersion,
    benchmarkRevision: null,
    environment: 'local',
    id: config.naming?.testRunId ?? '',
    timestamp: 0,
    pipeline: 'benchmark-only',
    userTags: {},
    workload: 'w',
    workloadRevision: null,
    workloadParams: new Map(),
    testProcedure: 'p',
    clusterConfig: ['external'],
    cluster: { revision: null, distributionVersion: null, distributionFlavor: null },
    results,
  };
  return { status: 'success', results, testRun, error: null, ...change };
}

/** Runs a command line; `fate` says what becomes of the n-th run, counted from 1. */
async function repeat(
  words: readonly string[],
  fate: (run: number) => Partial<RunOutcome> = () => ({}),
  signal?: AbortSignal,
) {
  const ids: string[] = [];
  const home = temporaryDirectory();
  const services: Services = {
    runTest: async (config) => {
      ids.push(config.naming?.testRunId ?? '');
      const outcome = outcomeOf(config, fate(ids.length));
      for (const sink of config.results?.sinks ?? []) await sink.write(outcome.testRun);
      return outcome;
    },
  };
  const result = await runInMemory(
    home,
    ['run', '--workload=eventdata', '--sleep-timer=0', ...words],
    signal === undefined ? { services } : { services, signal },
  );
  const aggregates = await listAggregates(join(home, '.benchmark', 'benchmarks'));
  return { ...result, ids, aggregated: aggregates.map(membersOf) };
}

const failure = (message: string): Partial<RunOutcome> => ({
  status: 'failed',
  error: new BenchmarkError('TARGET_UNREACHABLE', message),
});

describe('repeated runs', () => {
  it('have the given id first, then ids of their own, and are aggregated', async () => {
    const { code, ids, aggregated, stdout } = await repeat(['--test-iterations=3', '--test-run-id=mine']);
    assert.equal(code, 0);
    assert.equal(ids[0], 'mine');
    assert.equal(new Set(ids).size, 3);
    for (const id of ids.slice(1)) assert.match(id, uuid);
    assert.deepEqual(aggregated, [ids]);
    for (const [index, id] of ids.entries()) {
      assert.match(stdout, new RegExp(`Test run ${index + 1} of 3\\.\n\\[INFO\\] \\[Test Run ID\\]: ${id}\n`));
    }
  });

  it('are one run if one is wanted, and none is an error', async () => {
    const once = await repeat(['--test-iterations=1']);
    assert.deepEqual([once.code, once.ids.length, once.aggregated.length], [0, 1, 0]);
    assert.doesNotMatch(once.stdout, /Test run 1 of 1/);
    const none = await repeat(['--test-iterations=0']);
    assert.deepEqual([none.code, none.ids.length], [2, 0]);
    assert.match(none.stderr, /--test-iterations: 0 is too small, the least is 1/);
  });

  it('are not aggregated if that is not wanted', async () => {
    assert.deepEqual((await repeat(['--test-iterations=2', '--aggregate=false'])).aggregated, []);
  });

  it('go on after one that failed; the exit code and the last message tell', async () => {
    const { code, ids, aggregated, stderr } = await repeat(['--test-iterations=4'], (run) =>
      run === 2 ? failure('Nobody answers.') : {},
    );
    assert.equal(code, 64);
    assert.equal(ids.length, 4);
    assert.deepEqual(aggregated, [[ids[0], ids[2], ids[3]]]);
    assert.match(stderr, /\[ERROR\] Error occurred during test run 2: Nobody answers\.\n/);
    assert.match(stderr, /Cannot run\. 1 of 4 test runs failed: 2\.\n\tNobody answers\./);
  });

  it('end with the first that failed if --cancel-on-error says so', async () => {
    const { code, ids } = await repeat(['--test-iterations=4', '--cancel-on-error'], (run) =>
      run === 2 ? failure('Nobody answers.') : {},
    );
    assert.deepEqual([code, ids.length], [64, 2]);
  });

  it('end with one that was cancelled', async () => {
    const { code, ids, aggregated } = await repeat(['--test-iterations=4'], (run) =>
      run === 2 ? { status: 'cancelled' } : {},
    );
    assert.deepEqual([code, ids.length, aggregated.length], [130, 2, 0]);
  });

  it('are cancelled in the pause between two', async () => {
    const aborter = new AbortController();
    const { code, ids } = await repeat(
      ['--test-iterations=4', '--sleep-timer=3600'],
      () => {
        setImmediate(() => aborter.abort());
        return {};
      },
      aborter.signal,
    );
    assert.deepEqual([code, ids.length], [130, 1]);
  });

  it('of which one succeeded are not aggregated', async () => {
    const { aggregated } = await repeat(['--test-iterations=2'], (run) => (run === 1 ? failure('No.') : {}));
    assert.deepEqual(aggregated, []);
  });
});
