import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BenchmarkError } from '../../src/errors.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { defaultPercentiles, sortedPercentiles } from '../../src/metrics/percentiles.ts';
import type { TaskReport } from '../../src/metrics/report.ts';
import { SuppliedThroughput } from '../../src/metrics/supplied-throughput.ts';
import { type TaskIdentity, TaskMetrics } from '../../src/metrics/task-metrics.ts';
import { millis, millisToNanos } from '../../src/units.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';

const identity: TaskIdentity = {
  task: 'search',
  operation: 'match-all',
  operationType: 'search',
  clients: 2,
  isReportable: true,
  meta: { team: 'core' },
};
const settings = { latencyPercentiles: defaultPercentiles, throughputPercentiles: [] };

function encoded(values: readonly number[]): Uint8Array | null {
  if (values.length === 0) return null;
  const histogram = new Histogram();
  for (const value of values) histogram.record(millisToNanos(millis(value)));
  return histogram.encode();
}

/** A report of normal samples whose latency is ten times their service time. */
function report(serviceTimes: readonly number[], rest: Partial<TaskReport> = {}): TaskReport {
  const latencies = serviceTimes.map((value) => value * 10);
  const raw = Float64Array.from(serviceTimes);
  return {
    ...new TaskRecorder('search', true).drain(null),
    requests: serviceTimes.length,
    normalSamples: serviceTimes.length,
    work: serviceTimes.length,
    unit: 'ops',
    histograms: {
      latency: encoded(latencies),
      serviceTime: encoded(serviceTimes),
      clientProcessingTime: encoded(serviceTimes),
      processingTime: encoded(serviceTimes),
    },
    raw: { latency: Float64Array.from(latencies), serviceTime: raw, clientProcessingTime: raw, processingTime: raw },
    taskStart: 0,
    lastRequestStart: 0,
    ...rest,
  };
}

/** The report with only the first samples held raw. */
const thinned = (full: TaskReport, held: number): TaskReport => ({
  ...full,
  raw: {
    latency: full.raw.latency.subarray(0, held),
    serviceTime: full.raw.serviceTime.subarray(0, held),
    clientProcessingTime: full.raw.clientProcessingTime.subarray(0, held),
    processingTime: full.raw.processingTime.subarray(0, held),
  },
});

const series = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

function assertNear(actual: number | undefined, expected: number | undefined): void {
  assert.ok(
    actual !== undefined && expected !== undefined && Math.abs(actual - expected) <= Math.max(expected / 1000, 64e-6),
    `${actual} and ${expected}`,
  );
}

describe('TaskMetrics', () => {
  test('sums what the workers report', () => {
    const metrics = new TaskMetrics(identity);
    metrics.merge(
      report([1, 2], {
        requests: 5,
        failedRequests: 3,
        retries: 1,
        failedNormalSamples: 1,
        lastRequestStart: 70,
        work: 2000,
        unit: 'docs',
        errors: [{ kind: 'HTTP 429', count: 2, example: 'first' }],
      }),
    );
    metrics.merge(
      report([3, 4], {
        failedNormalSamples: 2,
        lastRequestStart: 60,
        unit: null,
        errors: [
          { kind: 'timeout', count: 5, example: 'after 60 s' },
          { kind: 'HTTP 429', count: 1, example: 'second' },
        ],
      }),
    );
    const results = metrics.results(settings);
    assert.deepEqual(
      [
        results.requests,
        results.failedRequests,
        results.retries,
        results.samples,
        results.errorRate,
        results.duration,
        results.throughput.unit,
      ],
      [7, 3, 1, 4, 0.75, 70, 'docs/s'],
    );
    assert.deepEqual(results.errors, [
      { kind: 'timeout', count: 5, example: 'after 60 s' },
      { kind: 'HTTP 429', count: 3, example: 'first' },
    ]);
    assert.deepEqual(
      [metrics.requests, metrics.failures, metrics.workDone, results.clients, results.meta],
      [7, 3, 2002, 2, { team: 'core' }],
    );
  });

  test('percentiles are exact and interpolated while all samples are held', () => {
    const metrics = new TaskMetrics(identity);
    metrics.merge(report([10, 3, 5, 7, 9]));
    metrics.merge(report([2, 4, 6, 8, 1]));
    const results = metrics.results({ latencyPercentiles: [50, 90, 99], throughputPercentiles: [] });
    assert.deepEqual(results.serviceTime, {
      percentiles: [
        [50, 5.5],
        [90, 9.1],
        [100, 10],
      ],
      mean: 5.5,
      unit: 'ms',
    });
    assert.deepEqual(results.latency?.percentiles, [
      [50, 55],
      [90, 91],
    ]);
  });

  test('percentiles come from the histogram once samples are missing or too many', () => {
    const sorted = series(2000).map((index) => index / 7);
    const expected = sortedPercentiles(sorted, [50, 90, 99, 99.9, 100]);
    const overBound = new TaskMetrics(identity, 1500);
    overBound.merge(report(sorted.slice(0, 1000)));
    overBound.merge(report(sorted.slice(1000)));
    const missing = new TaskMetrics(identity);
    missing.merge(report(sorted.slice(1000)));
    missing.merge(thinned(report(sorted.slice(0, 1000)), 10));
    missing.merge(report([]));
    for (const metrics of [overBound, missing]) {
      const stats = metrics.results(settings).serviceTime;
      assert.equal(stats?.percentiles.length, expected.length);
      for (const [index, [percentile, value]] of expected.entries()) {
        assert.equal(stats?.percentiles[index]?.[0], percentile);
        assertNear(stats?.percentiles[index]?.[1], value);
      }
      assertNear(stats?.mean, 2001 / 14);
    }
  });

  test('the order of reports does not matter', () => {
    const times = fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), fc.nat(40), (batches, bound) => {
        const forward = new TaskMetrics(identity, bound);
        const backward = new TaskMetrics(identity, bound);
        for (const batch of batches) forward.merge(report(batch));
        for (const batch of [...batches].reverse()) backward.merge(report(batch));
        const one = forward.results(settings);
        const other = backward.results(settings);
        assert.deepEqual(
          one.latency?.percentiles.map(([percentile]) => percentile),
          other.latency?.percentiles.map(([percentile]) => percentile),
        );
        for (const [index, [, value]] of (one.latency?.percentiles ?? []).entries())
          assertNear(value, other.latency?.percentiles[index]?.[1]);
        assert.equal(one.samples, other.samples);
      }),
    );
  });

  test('throughput that the operation has measured itself stands instead of the calculated one, value by value', () => {
    const metrics = new TaskMetrics(identity);
    const slots = [{ type: 'normal' as const, end: 2000, work: 20 }];
    metrics.merge(report([1, 2], { unit: 'byte', slots, suppliedThroughput: Float64Array.of(300, 100) }));
    metrics.merge(report([3], { unit: null, slots }));
    metrics.merge(report([4], { unit: null, slots, suppliedThroughput: Float64Array.of(50) }));
    const { throughput } = metrics.results({ latencyPercentiles: [], throughputPercentiles: [50, 100] });
    assert.deepEqual(throughput, {
      min: 50,
      mean: 150,
      median: 100,
      max: 300,
      unit: 'byte/s',
      percentiles: [
        [50, 100],
        [100, 300],
      ],
    });
  });

  test('supplied throughput without end takes bounded room; minimum, mean and maximum stay exact', () => {
    const supplied = new SuppliedThroughput();
    const count = 300_000;
    for (let index = 0; index < count; index += 1000)
      supplied.add(Float64Array.from(series(1000), (value) => index + value));
    const stats = supplied.stats('docs', [50, 100]);
    assert.deepEqual([stats.min, stats.mean, stats.max], [1, (count + 1) / 2, count]);
    assert.ok(Math.abs((stats.median ?? 0) - count / 2) < count / 10_000, `${stats.median}`);
    assert.deepEqual(stats.percentiles.at(-1), [100, count]);
  });

  test('refuses a histogram that does not hold what was counted', () => {
    const metrics = new TaskMetrics(identity, 0);
    assert.throws(() => metrics.merge(report([1, 2], { normalSamples: 3 })), BenchmarkError);
  });

  test('throughput and duration count from the moment at which the first client of all begins', () => {
    const metrics = new TaskMetrics(identity);
    const slots = series(20).map((second) => ({
      type: second <= 2 ? ('warmup' as const) : ('normal' as const),
      end: 5000 + 1000 * second,
      work: 20,
    }));
    metrics.merge(report([], { slots: slots.slice(10), taskStart: 9000, lastRequestStart: 24_900, unit: 'docs' }));
    metrics.merge(report([], { taskStart: null, lastRequestStart: null, unit: null }));
    metrics.merge(report([], { slots: slots.slice(0, 10), taskStart: 5000, lastRequestStart: 14_900, unit: null }));
    assert.equal(metrics.throughputPoints.length, 20);
    const { throughput, duration } = metrics.results({ latencyPercentiles: [], throughputPercentiles: [50] });
    assert.deepEqual(throughput, { min: 20, mean: 20, median: 20, max: 20, unit: 'docs/s', percentiles: [[50, 20]] });
    assert.equal(duration, 19_900);
    assert.deepEqual(metrics.results(settings).throughput, { ...throughput, percentiles: [] });
  });

  test('a task without normal samples has no times and no throughput', () => {
    const metrics = new TaskMetrics({ ...identity, isReportable: false });
    metrics.merge(
      report([], { requests: 9, warmupSamples: 9, unit: 'docs', slots: [{ type: 'warmup', end: 1000, work: 9 }] }),
    );
    const results = metrics.results(settings);
    assert.deepEqual(
      [results.latency, results.serviceTime, results.throughput.mean, results.throughput.unit],
      [null, null, null, 'docs/s'],
    );
    assert.deepEqual([results.isReported, results.errorRate, results.samples], [false, 0, 0]);
  });

  test('errors make a task reported', () => {
    const metrics = new TaskMetrics({ ...identity, isReportable: false });
    metrics.merge(report([1, 2], { failedNormalSamples: 1 }));
    assert.equal(metrics.results(settings).isReported, true);
  });

  test('keeps parts and profile metrics under their own names', () => {
    const part = (operation: string, values: readonly number[]) => ({
      operation,
      type: 'search',
      serviceTime: encoded(values) ?? new Uint8Array(0),
      count: values.length,
    });
    const metrics = new TaskMetrics(identity);
    metrics.merge(
      report([1], {
        parts: [part('first', [1]), part('second', [8])],
        profile: [{ name: 'query_time', values: Float64Array.of(3) }],
      }),
    );
    metrics.merge(
      report([1], { parts: [part('first', [3])], profile: [{ name: 'query_time', values: Float64Array.of(5) }] }),
    );
    const results = metrics.results(settings);
    assert.deepEqual(
      results.parts.map(({ operation, operationType, samples }) => [operation, operationType, samples]),
      [
        ['first', 'search', 2],
        ['second', 'search', 1],
      ],
    );
    assertNear(results.parts[0]?.serviceTime.mean, 2);
    assertNear(results.parts[1]?.serviceTime.percentiles[0]?.[1], 8);
    assert.deepEqual(results.profile, [
      {
        name: 'query_time',
        stats: {
          percentiles: [
            [50, 4],
            [100, 5],
          ],
          mean: 4,
          unit: 'ms',
        },
      },
    ]);
    assert.throws(() => metrics.merge(report([1], { parts: [{ ...part('first', [1]), count: 2 }] })), BenchmarkError);
  });

  test('failed documents are summed up over workers; kinds beyond the bound still count', () => {
    const metrics = new TaskMetrics(identity);
    assert.equal(metrics.results(settings).documents, null);
    metrics.merge(
      report([], { documents: 1000, failedDocuments: [{ kind: 'HTTP 400 x', count: 3, example: 'first' }] }),
    );
    for (const index of series(60)) {
      metrics.merge(
        report([], { documents: 10, failedDocuments: [{ kind: `HTTP 400 ${index}`, count: 1, example: '' }] }),
      );
    }
    const { documents } = metrics.results(settings);
    assert.deepEqual([documents?.total, documents?.failed, documents?.reasons.length], [1600, 63, 51]);
    assert.deepEqual(documents?.reasons[1], { kind: 'HTTP 400 x', count: 3, example: 'first' });
  });

  test('kinds of errors are bounded', () => {
    const metrics = new TaskMetrics(identity);
    for (const index of series(60))
      metrics.merge(report([], { errors: [{ kind: `kind ${index}`, count: 1, example: '' }] }));
    const { errors } = metrics.results(settings);
    assert.deepEqual([errors.length, errors[0]], [51, { kind: 'other errors', count: 10, example: '' }]);
  });
});
