// Test runs of invented times, second by second, for tests of analyses.
import type { RunData } from '../../src/analysis/run-data.ts';
import { Distribution } from '../../src/metrics/distribution.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import type { TaskCell } from '../../src/metrics/history.ts';
import { defaultPercentiles } from '../../src/metrics/percentiles.ts';
import { throughputStats } from '../../src/metrics/throughput.ts';
import { randomSource } from '../../src/random.ts';
import { taskResults } from '../report/example-results.ts';

/** What happened in one second: the time of each sample in ms, and how many of them failed. */
export interface MadeSecond {
  readonly millis: readonly number[];
  readonly failed?: number;
}

/** A run with one task, whose times are all alike in kind. */
export function madeRun(id: string, seconds: readonly MadeSecond[], task = 'search'): RunData {
  const all = seconds.flatMap(({ millis }) => millis);
  const failed = seconds.reduce((sum, second) => sum + (second.failed ?? 0), 0);
  const distribution = new Distribution(1_000_000);
  distribution.add(all.length, Float64Array.from(all), null);
  const stats = distribution.stats(defaultPercentiles);
  const results = {
    tasks: [
      taskResults(task, {
        latency: stats,
        serviceTime: stats,
        clientProcessingTime: stats,
        processingTime: stats,
        throughput: throughputStats(
          seconds.map(({ millis }) => millis.length),
          'ops',
          [],
        ),
        errorRate: all.length === 0 ? 0 : failed / all.length,
        duration: seconds.length * 1000,
        samples: all.length,
        requests: all.length,
        failedRequests: failed,
      }),
    ],
    endpoints: [],
    cluster: { indexingTime: { total: 60_000, perShard: null }, docsCount: 1000 },
    isPartial: false,
    driverWarnings: [],
  };
  return {
    run: {
      benchmarkVersion: '0.1.0',
      benchmarkRevision: null,
      environment: 'local',
      id,
      timestamp: Date.UTC(2026, 10, 27),
      pipeline: 'benchmark-only',
      userTags: {},
      workload: 'w',
      workloadRevision: null,
      workloadParams: new Map(),
      testProcedure: 'p',
      clusterConfig: ['external'],
      cluster: { revision: null, distributionVersion: '3.8.0', distributionFlavor: 'oss' },
      results,
    },
    results,
    history: {
      startedAt: 0,
      tasks: [{ task, unit: 'ops', length: 1000, cells: seconds.map(cellOf) }],
      nodes: [],
      telemetry: [],
    },
  };
}

function cellOf({ millis, failed = 0 }: MadeSecond, second: number): TaskCell {
  const histogram = new Histogram();
  for (const value of millis) histogram.record(value * 1e6);
  const payload = millis.length === 0 ? null : histogram.encode();
  return {
    start: second * 1000,
    requests: millis.length,
    failedRequests: failed,
    samples: millis.length,
    failedSamples: failed,
    warmupSamples: 0,
    unsent: 0,
    work: millis.length,
    latency: payload,
    serviceTime: payload,
    clientProcessingTime: payload,
    processingTime: payload,
    errors: [],
  };
}

/** A normally distributed number of mean 0 and standard deviation 1, by the method of Box and Muller. */
export const gaussian = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Seconds of `rate` samples with exponential times; the mean wanders slowly by `drift` of itself. */
export function noisySeconds(
  seed: number,
  count: number,
  mean: number,
  drift = 0.05,
  rate = 50,
): readonly MadeSecond[] {
  const random = randomSource(seed);
  let wander = 0;
  return Array.from({ length: count }, () => {
    wander = 0.5 * wander + gaussian(random) * drift;
    return { millis: Array.from({ length: rate }, () => -Math.log(1 - random()) * mean * Math.max(0.1, 1 + wander)) };
  });
}
