// run alias execute-test, with a stand-in for the engine: what it is told, and what becomes of its outcome.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Services } from '../../src/cli/services.ts';
import type { RunConfig } from '../../src/coordinator/config.ts';
import type { RunOutcome, RunSurroundings } from '../../src/coordinator/run.ts';
import { BenchmarkError } from '../../src/errors.ts';
import type { TaskResults } from '../../src/metrics/results.ts';
import { packageVersion } from '../../src/package.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const times = { percentiles: [[50, 1.5] as const, [100, 2] as const], mean: 1.6, unit: 'ms' as const };
const task: TaskResults = {
  task: 'match-all',
  operation: 'match-all-op',
  operationType: 'search',
  latency: times,
  serviceTime: times,
  clientProcessingTime: null,
  processingTime: times,
  throughput: { min: 1, mean: 2, median: 2, max: 3, unit: 'ops/s', percentiles: [] },
  errorRate: 0.25,
  duration: 10,
  requests: 4,
  failedRequests: 1,
  samples: 4,
  retries: 0,
  unsent: 0,
  repeats: 0,
  refusedRequests: 0,
  errors: [{ kind: 'HTTP 429', count: 1, example: 'refused for s3cr3t-word' }],
  documents: null,
  meta: {},
  isReported: true,
  profile: [],
  recall: [],
  clients: 1,
  parts: [],
};

function makeOutcome(config: RunConfig, change: Partial<RunOutcome> = {}): RunOutcome {
  const results = { tasks: [task], endpoints: [], cluster: { docsCount: 7 }, isPartial: false, driverWarnings: [] };
  const testRun = {
    benchmarkVersion: packageVersion,
    benchmarkRevision: null,
    environment: config.naming?.environment ?? '',
    id: config.naming?.testRunId ?? '',
    timestamp: config.naming?.timestamp ?? 0,
    pipeline: 'benchmark-only',
    userTags: config.naming?.userTags ?? {},
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

/** An engine that remembers what it was told. */
function makeEngine(
  act: (config: RunConfig, surroundings: RunSurroundings) => RunOutcome | Promise<RunOutcome> = (config) =>
    makeOutcome(config),
) {
  const configs: RunConfig[] = [];
  const services: Services = {
    runTest: async (config, surroundings) => {
      configs.push(config);
      return act(config, surroundings);
    },
  };
  return { configs, services };
}

describe('what the engine is told', () => {
  it('is who decides the load, by flags and configuration', async () => {
    const home = temporaryDirectory();
    const told = async (...words: readonly string[]) => {
      const { configs, services } = makeEngine();
      const { code, stderr, stdout } = await runInMemory(home, ['run', '--workload=eventdata', ...words], { services });
      return { code, stderr, stdout, load: configs[0]?.load };
    };
    const redline = { kind: 'redline', maxClients: 40, scaleStep: 3, scaleDown: 0.1, sleep: 30, cpu: null };
    assert.deepEqual((await told('--redline-test=40', '--redline-scale-step=3')).load?.control, redline);
    const limited = await told('--redline-test', '--redline-max-clients=7', '--redline-max-cpu-usage=80');
    assert.deepEqual(limited.load?.control, {
      ...redline,
      maxClients: 7,
      scaleStep: 5,
      cpu: { most: 80, window: 30, interval: 30 },
    });
    assert.deepEqual((await told('--load-test-qps=9')).load?.control, { kind: 'load-test', clients: 9 });
    const rate = await told('--find-max-throughput=max latency < 1s', '--find-max-time=60', '--find-max-task=a');
    assert.deepEqual(rate.load?.control, {
      kind: 'rate',
      task: 'a',
      time: 60,
      clients: 256,
      conditions: [
        { kind: 'quantile', column: 'latency', share: 1, limit: 1000, text: 'max latency < 1 s' },
        { kind: 'throughput', least: 0.95, text: 'throughput > 95 % of target' },
      ],
    });
    const profiled = await told('--enable-worker-coordinator-profiling', '-tid=p');
    assert.equal(profiled.load?.profileDirectory, join(home, '.benchmark/benchmarks/test-runs/p'));
    const idle = await told('--redline-scale-step=3', '--find-max-task=a');
    assert.match(idle.stdout, /--redline-scale-step has no effect without --redline-test\./);
    assert.match(idle.stdout, /--find-max-task has no effect without --find-max-throughput\./);
    for (const [word, message] of [
      ['--redline-scaledown-percentage=10', /10 is not a share above 0 and at most 1; write 0\.1 for a tenth/],
      ['--redline-test=0', /0 is too small, the least is 1/],
      ['--find-max-throughput=', /there is no figure such as/],
    ] as const) {
      const { code, stderr } = await told(word);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
    assert.equal((await told('--redline-test=2', '--load-test-qps=2')).code, 2);
  });

  it('takes the section [redline] of the configuration where no flag is given', async () => {
    const home = temporaryDirectory();
    const { configs, services } = makeEngine();
    await runInMemory(home, ['list', 'pipelines']);
    const file = join(home, '.benchmark/benchmark.ini');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n[redline]\nscale_step = 8\nscaledown_percentage = 0.25\n`);
    await runInMemory(home, ['run', '--workload=eventdata', '--redline-test=9', '--redline-scale-step=2'], {
      services,
    });
    const expected = { kind: 'redline', maxClients: 9, scaleStep: 2, scaleDown: 0.25, sleep: 30, cpu: null };
    assert.deepEqual(configs[0]?.load.control, expected);
  });

  it('is what the flags say', async () => {
    const home = temporaryDirectory();
    const { configs, services } = makeEngine();
    const words = [
      'run',
      '--workload=eventdata',
      '--workload-params=a:1',
      '-tid=run-1',
      '--target-hosts=http://10.0.0.1:9201',
      '--user-tag=intent:base',
      '--on-error=abort',
      '--test-mode',
      '--latency-percentiles=50,99',
      '--throughput-percentiles=5',
      '--effective-start-date=2026-11-23 01:14:23',
      '--skip-rest-api-check',
      '--enable-assertions',
      '--offline',
      '--pipeline=benchmark-only',
      '--distribution-version=3.1.0',
    ];
    const { code, stderr } = await runInMemory(home, words, { services });
    assert.equal(code, 0, stderr);
    const [config] = configs;
    assert.ok(config !== undefined);
    const { load, results, naming } = config;
    assert.deepEqual(
      [
        load.onError,
        load.checksAssertions,
        load.testMode,
        load.skipRestApiCheck,
        load.isOffline,
        load.distributionVersion,
      ],
      ['abort', true, true, true, true, '3.1.0'],
    );
    assert.deepEqual([results?.latencyPercentiles, results?.throughputPercentiles], [[50, 99], [5]]);
    assert.deepEqual([naming?.testRunId, naming?.userTags], ['run-1', { intent: 'base' }]);
    assert.equal(naming?.timestamp, Date.UTC(2026, 10, 23, 1, 14, 23));
    assert.deepEqual([load.control, load.profileDirectory], [{ kind: 'workload' }, null]);
    const [endpoint] = load.targets.default.endpoints;
    assert.deepEqual([endpoint?.host, endpoint?.port], ['10.0.0.1', 9201]);
    assert.deepEqual(
      results?.sinks?.map(({ name }) => name),
      ['in-memory'],
    );
  });

  it('has defaults for everything', async () => {
    const { configs, services } = makeEngine();
    await runInMemory(temporaryDirectory(), ['execute-test', '--workload=x'], { services });
    const [config] = configs;
    assert.ok(config !== undefined);
    const { load, results, naming } = config;
    assert.match(naming?.testRunId ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(
      [results?.latencyPercentiles, load.cores, naming?.environment, load.onError],
      [[50, 90, 99, 99.9, 99.99, 100], 2, 'local', 'continue'],
    );
    const [endpoint] = load.targets.default.endpoints;
    assert.deepEqual([endpoint?.host, endpoint?.port], ['127.0.0.1', 9200]);
    assert.equal(load.targets.default.options.timeout, 60);
  });
});

describe('the outcome', () => {
  it('is a summary, also without a terminal, and a results file that grows', async () => {
    const home = temporaryDirectory();
    const { services } = makeEngine((config, { listener }) => {
      listener?.({ kind: 'info', message: 'Running test.' });
      return makeOutcome(config);
    });
    const words = ['run', '--workload=x', '--test-run-id=r1', '--results-file=out/r.md'];
    const { stdout } = await runInMemory(home, words, { services });
    const order = [
      '[INFO] [Test Run ID]: r1\n',
      '[INFO] Running test.\n',
      'Final  Score',
      'Metric |',
      'Doc count |',
      '[WARNING] Error rate is 25.0',
      'HTTP 429',
      '✅ SUCCESS',
    ];
    const positions = order.map((text) => stdout.indexOf(text));
    assert.ok(
      positions.every((position, index) => position > (positions[index - 1] ?? -1)),
      stdout,
    );
    await runInMemory(home, words, { services });
    const file = readFileSync(join(home, 'out', 'r.md'), 'utf8');
    assert.match(file, /^(\|.*\|\n\n ✅ SUCCESS \(took 0 seconds\)\n){2}$/s);
  });

  it('that cannot be written is found before anything is sent', async () => {
    const home = temporaryDirectory();
    writeFileSync(join(home, 'file'), 'x');
    const { configs, services } = makeEngine();
    const refuse = async (name: string): Promise<string> => {
      const { code, stderr } = await runInMemory(home, ['run', '--workload=x', `--results-file=${name}`], { services });
      assert.equal(code, 64);
      return stderr;
    };
    assert.match(
      await refuse('file/r.md'),
      /Cannot write the results file .*file\/r\.md: a part of its path is a file, not a directory \(ENOTDIR\)/,
    );
    assert.match(await refuse('.'), /it is a directory \(EISDIR\)/);
    if (process.platform === 'linux') {
      assert.match(await refuse('/dev/full'), /the disk is full \(ENOSPC\)/);
      assert.match(await refuse('/proc/none/r.md'), /Cannot write the results file/);
    }
    assert.deepEqual(configs, []);
    await runInMemory(home, ['run', '--workload=x', '--results-file=file'], { services });
    assert.match(readFileSync(join(home, 'file'), 'utf8'), /^x\|/, 'a file that is there is appended to');
  });

  it('in CSV has no line about the ending', async () => {
    const home = temporaryDirectory();
    await runInMemory(home, ['run', '--workload=x', '--results-file=r.csv', '--results-format=csv'], {
      services: makeEngine().services,
    });
    const file = readFileSync(join(home, 'r.csv'), 'utf8');
    assert.match(file, /^Metric,Task,Value,Unit\r\n/);
    assert.match(file, /\r\n$/);
    assert.doesNotMatch(file, /SUCCESS/);
  });

  it('shows no secret, on the console or in the log', async () => {
    const home = temporaryDirectory();
    const words = ['run', '--workload=x', '--client-options=basic_auth_user:u,basic_auth_password:s3cr3t-word'];
    const { stdout } = await runInMemory(home, words, { services: makeEngine().services });
    const log = readFileSync(join(home, '.benchmark', 'logs', 'benchmark.log'), 'utf8');
    assert.match(stdout, /refused for \*\*\*\*\*/);
    assert.match(log, /1 × HTTP 429, e\.g\. refused for \*\*\*\*\*/);
    assert.doesNotMatch(stdout + log, /s3cr3t/);
  });

  it('of a cancelled run is what was measured, and exit code 130', async () => {
    const home = temporaryDirectory();
    const { services } = makeEngine((config) =>
      makeOutcome(config, {
        status: 'cancelled',
        results: { tasks: [task], endpoints: [], cluster: {}, isPartial: true, driverWarnings: [] },
      }),
    );
    const { code, stdout } = await runInMemory(home, ['run', '--workload=x', '--results-file=r.md'], { services });
    assert.equal(code, 130);
    assert.match(stdout, /match-all/);
    assert.match(stdout, /ended early/);
    assert.match(stdout, /❌ CANCELLED/);
    assert.match(readFileSync(join(home, 'r.md'), 'utf8'), /❌ CANCELLED \(took 0 seconds\)\n$/);
  });

  it('of a failed run is what was measured, the error, and exit code 64', async () => {
    const home = temporaryDirectory();
    const error = new BenchmarkError('OPERATION_FAILED', 'The task match-all failed.');
    const { services } = makeEngine((config) => makeOutcome(config, { status: 'failed', error }));
    const { code, stdout, stderr } = await runInMemory(home, ['execute-test', '--workload=x', '--results-file=r.md'], {
      services,
    });
    assert.equal(code, 64);
    assert.equal(stderr, '[ERROR] ❌ Cannot execute-test. The task match-all failed.\n');
    assert.match(stdout, /match-all/);
    assert.match(stdout, /error code OPERATION_FAILED/);
    assert.match(readFileSync(join(home, 'r.md'), 'utf8'), /❌ FAILURE \(took 0 seconds\)\n$/);
  });

  it('of a run that never began is a line in the results file', async () => {
    const home = temporaryDirectory();
    await runInMemory(home, ['run', '--results-file=r.md'], { services: makeEngine().services });
    assert.equal(readFileSync(join(home, 'r.md'), 'utf8'), '\n ❌ FAILURE (took 0 seconds)\n');
  });

  it('frees the lock, whatever happens', async () => {
    const home = temporaryDirectory();
    const lock = join(home, '.benchmark', 'run.lock');
    const { services } = makeEngine(() => {
      assert.ok(existsSync(lock));
      throw new Error('boom');
    });
    const { code, stderr } = await runInMemory(home, ['run', '--workload=x'], { services });
    assert.deepEqual([code, stderr, existsSync(lock)], [64, '[ERROR] ❌ Cannot run. boom.\n', false]);
  });
});

describe('a run that is refused', () => {
  it('because another one is going on', async () => {
    const home = temporaryDirectory();
    const { services } = makeEngine(async (config) => {
      const inner = await runInMemory(home, ['run', '--workload=x'], { services: makeEngine().services });
      assert.equal(inner.code, 64);
      assert.match(inner.stderr, new RegExp(`Another test run is going on: process ${process.pid}, test run outer\\.`));
      return makeOutcome(config);
    });
    assert.equal((await runInMemory(home, ['run', '--workload=x', '-tid=outer'], { services })).code, 0);
  });

  it('because its targets are wrong, with all problems', async () => {
    const words = ['run', '--workload=x', '--target-hosts=h:x', '--client-options=timeout:soon'];
    const { code, stderr } = await runInMemory(temporaryDirectory(), words, { services: makeEngine().services });
    assert.equal(code, 64);
    assert.match(stderr, /--target-hosts/);
    assert.match(stderr, /--client-options/);
  });
});

describe('Ctrl-C', () => {
  it('is heard, and what is cut short is not called done', async () => {
    const cancellation = new AbortController();
    const { services } = makeEngine((config, { listener, signal }) => {
      listener?.({
        kind: 'progress',
        step: 0,
        steps: 1,
        tasks: ['t'],
        progress: 0.1,
        secondsLeft: null,
        requests: 0,
        errors: 0,
      });
      cancellation.abort();
      assert.ok(signal?.aborted);
      listener?.({ kind: 'step-end', step: 0, steps: 1, tasks: ['t'], errors: 0 });
      return makeOutcome(config, { status: 'cancelled' });
    });
    const { code, stdout } = await runInMemory(temporaryDirectory(), ['run', '--workload=x'], {
      services,
      signal: cancellation.signal,
    });
    assert.equal(code, 130);
    assert.match(stdout, /\[WARNING\] The test run is being cancelled\./);
    assert.doesNotMatch(stdout, /done/);
  });
});

describe('flags of provisioning', () => {
  it('without effect are named in a warning', async () => {
    const words = ['run', '--workload=x', '--cluster-config=4gheap', '--runtime-jdk=17', '--revision=current'];
    const { code, stdout } = await runInMemory(temporaryDirectory(), words, { services: makeEngine().services });
    assert.equal(code, 0);
    assert.deepEqual(stdout.match(/\[WARNING\] --\S+ has no effect.*/g), [
      '[WARNING] --cluster-config has no effect with --pipeline=benchmark-only.',
      '[WARNING] --runtime-jdk has no effect with --pipeline=benchmark-only.',
    ]);
  });
});
