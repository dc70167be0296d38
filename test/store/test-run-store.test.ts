import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { packageRoot } from '../../src/package.ts';
import type { TestRun } from '../../src/store/test-run.ts';
import { testRunList } from '../../src/store/test-run-list.ts';
import { isStored, listTestRuns, readTestRun, testRunFile, writeTestRun } from '../../src/store/test-run-store.ts';
import { formatTimestamp, parseTimestamp } from '../../src/store/timestamp.ts';
import { exampleResults } from '../report/example-results.ts';

const run: TestRun = {
  benchmarkVersion: '0.1.0',
  benchmarkRevision: null,
  environment: 'local',
  id: 'r1',
  timestamp: Date.UTC(2026, 10, 23, 1, 14, 23),
  pipeline: 'benchmark-only',
  userTags: { intent: 'base', area: 'ü' },
  workload: 'tiny',
  workloadRevision: 'abc1234',
  workloadParams: new Map([['number_of_shards', 5]]),
  testProcedure: 'default-tp',
  clusterConfig: ['external'],
  cluster: { revision: 'e5a3c', distributionVersion: '3.8.0', distributionFlavor: 'oss' },
  results: null,
};
const finished: TestRun = { ...run, results: exampleResults };

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'test-run-store-'));
});
after(async () => rm(root, { recursive: true, force: true }));

const text = async (id: string): Promise<string> => readFile(testRunFile(root, id), 'utf8');

describe('writeTestRun', () => {
  test('keeps the results of an earlier run of the same id, and no earlier state of the same run', async () => {
    const own = join(root, 'again');
    const path = testRunFile(own, 'r1');
    const content = (): Promise<string> => readFile(path, 'utf8');
    assert.equal(isStored(own, 'r1'), false);
    await writeTestRun(own, run);
    assert.equal(isStored(own, 'r1'), true);
    await writeTestRun(own, finished);
    const first = await content();
    const later = run.timestamp + 60_000;
    await writeTestRun(own, { ...run, timestamp: later });
    await writeTestRun(own, { ...finished, timestamp: later });
    assert.deepEqual((await readdir(dirname(path))).sort(), ['test_run.20261123T011423Z.json', 'test_run.json']);
    assert.equal(await readFile(join(dirname(path), 'test_run.20261123T011423Z.json'), 'utf8'), first);
    assert.deepEqual(
      (await listTestRuns(own, 10)).map(({ timestamp }) => timestamp),
      [later],
    );
  });

  test('saves results elsewhere where they cannot be written, and says where', async () => {
    await writeFile(join(root, 'file'), '');
    const error = await writeTestRun(join(root, 'file'), finished).catch((reason: unknown) => reason);
    assert.ok(error instanceof BenchmarkError);
    assert.match(
      error.message,
      /^The results cannot be written to .*test_run\.json: a part of its path is a file, not a directory \(ENOTDIR\)\.$/,
    );
    const [, copy = ''] = /^They are in (.*)\.$/.exec(error.hint ?? '') ?? [];
    await writeTestRun(root, finished);
    assert.equal(await readFile(copy, 'utf8'), await text('r1'));
    await rm(dirname(copy), { recursive: true });
    await assert.rejects(writeTestRun(join(root, 'file'), run), { code: 'DISK', hint: /root\.dir/ });
  });

  test('writes a run that has no results yet without the key', async () => {
    const path = await writeTestRun(root, { ...run, id: 'started' });
    assert.equal(path, join(root, 'test-runs', 'started', 'test_run.json'));
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    assert.ok(typeof document === 'object' && document !== null);
    assert.deepEqual(Object.keys(document), [
      'benchmark-version',
      'benchmark-revision',
      'environment',
      'test-run-id',
      'test-run-timestamp',
      'pipeline',
      'user-tags',
      'workload',
      'cluster-config-instance',
      'cluster',
      'workload-revision',
      'test_procedure',
      'workload-params',
    ]);
    assert.equal((await stat(join(root, 'test-runs', 'started'))).mode & 0o777, 0o755);
  });

  test('writes keys, order and numbers of the format', async () => {
    await writeTestRun(root, finished);
    assert.equal(await text('r1'), await readFile(join(packageRoot, 'test/fixtures/store/test_run.json'), 'utf8'));
    assert.deepEqual(await readdir(join(root, 'test-runs', 'r1')), ['test_run.json']);
  });

  test('replaces the file of the same run and writes no infinity', async () => {
    const [task] = exampleResults.tasks.slice(1);
    assert.ok(task !== undefined);
    const odd = {
      ...exampleResults,
      isPartial: true,
      tasks: [{ ...task, duration: Number.POSITIVE_INFINITY }],
      driverWarnings: ['slow'],
    };
    await writeTestRun(root, { ...run, id: 'again' });
    await writeTestRun(root, { ...run, id: 'again', results: odd });
    const read = await readTestRun(root, 'again');
    assert.deepEqual(
      [read.results?.isPartial, read.results?.driverWarnings, read.results?.tasks[0]?.duration],
      [true, ['slow'], 0],
    );
    assert.doesNotMatch(await text('again'), /Infinity|NaN/);
  });

  test('refuses ids that lead elsewhere', async () => {
    for (const id of ['', '..', 'a/b', 'a\\b']) {
      await assert.rejects(
        writeTestRun(root, { ...run, id }),
        (error) => error instanceof BenchmarkError && error.code === 'USAGE',
      );
      await assert.rejects(readTestRun(root, id), BenchmarkError);
    }
  });

  test('says which file the disk refused', async () => {
    await writeFile(join(root, 'plain-file'), '');
    await assert.rejects(
      writeTestRun(join(root, 'plain-file'), run),
      (error) => error instanceof BenchmarkError && error.code === 'DISK' && error.message.includes('plain-file'),
    );
  });
});

describe('readTestRun', () => {
  test('reads back what was written, tasks that are not reported apart', async () => {
    await writeTestRun(root, finished);
    const reported = exampleResults.tasks.filter((task) => task.isReported);
    assert.deepEqual(await readTestRun(root, 'r1'), { ...finished, results: { ...exampleResults, tasks: reported } });
  });

  test('names a run that does not exist', async () => {
    await assert.rejects(
      readTestRun(root, 'absent'),
      (error) => error instanceof BenchmarkError && error.code === 'TEST_RUN_NOT_FOUND',
    );
  });

  test('accepts absent keys, infinities and unknown keys', async () => {
    await mkdir(join(root, 'test-runs', 'odd'), { recursive: true });
    const content = `{"test-run-id": "odd", "test-run-timestamp": "20200101T000000Z", "novel": [1],
      "results": {"op_metrics": [{"task": "search", "throughput": {"mean": Infinity, "max": 5}, "latency": {"50_0": 1.5, "99_9": NaN, "mean": 2}, "service_time": {}}],
      "merge_time": 7, "merge_time_per_shard": {}, "store_size": null}}`;
    await writeFile(testRunFile(root, 'odd'), content);
    const { results, workload, workloadRevision } = await readTestRun(root, 'odd');
    const task = results?.tasks[0];
    assert.deepEqual(
      [workload, workloadRevision, results?.cluster],
      ['', null, { mergeTime: { total: 7, perShard: null } }],
    );
    assert.deepEqual(task?.throughput, { min: null, mean: null, median: null, max: 5, unit: '', percentiles: [] });
    assert.deepEqual([task?.latency, task?.serviceTime], [{ percentiles: [[50, 1.5]], mean: 2, unit: 'ms' }, null]);
  });
});

describe('listTestRuns', () => {
  test('gives the newest first, those of 1.x included, and passes over broken files', async () => {
    const own = join(root, 'list');
    await writeTestRun(own, { ...run, id: 'new', timestamp: Date.UTC(2026, 5, 1) });
    await writeTestRun(own, { ...run, id: 'old', timestamp: Date.UTC(2024, 5, 1) });
    await mkdir(join(own, 'test-runs', 'empty'));
    await mkdir(join(own, 'test-runs', 'broken'));
    await writeFile(testRunFile(own, 'broken'), '{"test-run-id": ');
    await mkdir(join(own, 'test_executions', 'older'), { recursive: true });
    const older =
      '{"test-execution-id": "older", "test-execution-timestamp": "20230601T000000Z", ' +
      '"provision-config-instance": ["external"], "workload": "nyc_taxis"}';
    await writeFile(join(own, 'test_executions', 'older', 'test_execution.json'), older);
    assert.deepEqual(
      (await listTestRuns(own, 10)).map((found) => found.id),
      ['new', 'old', 'older'],
    );
    assert.deepEqual(
      (await listTestRuns(own, 1)).map((found) => found.id),
      ['new'],
    );
    assert.deepEqual((await readTestRun(own, 'older')).clusterConfig, ['external']);
    assert.deepEqual(await listTestRuns(join(root, 'nowhere'), 10), []);
  });
});

test('testRunList shows maps sorted as pairs', () => {
  assert.deepEqual(testRunList([finished]), [
    [
      'r1',
      '20261123T011423Z',
      'tiny',
      'number_of_shards=5',
      'default-tp',
      'external',
      'area=ü, intent=base',
      'abc1234',
      null,
    ],
  ]);
});

test('timestamps are basic ISO 8601', () => {
  assert.equal(formatTimestamp(Date.UTC(2026, 10, 23, 1, 14, 23, 999)), '20261123T011423Z');
  assert.equal(parseTimestamp('20261123T011423Z'), Date.UTC(2026, 10, 23, 1, 14, 23));
  assert.equal(parseTimestamp('2026-11-23T01:14:23Z'), null);
});
