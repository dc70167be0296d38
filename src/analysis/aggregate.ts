// Several test runs of the same test taken together as one: percentiles of the merged histograms, and how far the runs,
// and the samples within them, spread.
import { BenchmarkError } from '../errors.ts';
import { writeJson } from '../json.ts';
import { ErrorKinds } from '../metrics/error-kinds.ts';
import { type Figure, figureValue, type TimeName } from '../metrics/figure.ts';
import { Histogram } from '../metrics/histogram.ts';
import { defaultPercentiles } from '../metrics/percentiles.ts';
import type { ErrorCount } from '../metrics/report.ts';
import type {
  ClusterStats,
  DocumentResults,
  MutableClusterStats,
  NumberProperty,
  PercentileStats,
  Results,
  ShardTimeProperty,
  TaskResults,
} from '../metrics/results.ts';
import { clusterNumbers, shardTimes } from '../store/cluster-keys.ts';
import type { TestRun } from '../store/test-run.ts';
import { Pool } from './pooled.ts';
import { commonTasks, courseOf, MEMBERS_TAG, type RunData, taskOf } from './run-data.ts';
import { addTimes } from './within-run.ts';

/** How far the values of a figure spread, in per cent of their mean; `null` if that is not known. */
export interface Spread {
  /** Standard deviation of the means of the runs: how well the test repeats. */
  readonly betweenRuns: number | null;
  /** Standard deviation of the samples of a run, of throughput that of its seconds: how steady a run is. */
  readonly withinRuns: number | null;
}

/** The spread of each figure of a task. */
export interface TaskSpread {
  readonly throughput: Spread;
  readonly times: Readonly<Record<TimeName, Spread>>;
  readonly errorRate: Spread;
  readonly duration: Spread;
}

/** Several test runs as one. */
export interface Aggregate {
  readonly run: TestRun;
  readonly spreads: ReadonlyMap<string, TaskSpread>;
  /** Reasons to doubt it, for people. */
  readonly warnings: readonly string[];
}

/**
 * Takes test runs together. Throws `USAGE` if they are not of the same workload and test procedure.
 * @param id what the aggregate is called
 * @param timestamp when it was made, in ms since 1970
 */
export function aggregateRuns(runs: readonly RunData[], id: string, timestamp: number): Aggregate {
  const [first] = runs;
  if (first === undefined) throw new BenchmarkError('USAGE', 'There are no test runs to aggregate.');
  requireSame(runs, 'workload', ({ run }) => run.workload);
  requireSame(runs, 'test procedure', ({ run }) => run.testProcedure);
  const pool = new Pool();
  const tasks = commonTasks(runs);
  const results: Results = {
    tasks: tasks.flatMap((task) => pooledTask(runs, task, pool) ?? []),
    endpoints: [],
    cluster: meanCluster(runs.map(({ results: { cluster } }) => cluster)),
    isPartial: runs.some((run) => run.results.isPartial),
    driverWarnings: [...new Set(runs.flatMap((run) => run.results.driverWarnings))],
  };
  const histogram = new Histogram();
  const { fleet: _fleet, history: _history, ...shared } = first.run;
  return {
    run: {
      ...shared,
      id,
      timestamp,
      userTags: { [MEMBERS_TAG]: writeJson(runs.map(({ run }) => run.id)) },
      results,
    },
    spreads: new Map(tasks.map((task) => [task, spreadOf(runs, task, histogram)])),
    warnings: doubts(runs, tasks),
  };
}

function requireSame(runs: readonly RunData[], what: string, of: (run: RunData) => string): void {
  const values = [...new Set(runs.map(of))];
  if (values.length < 2) return;
  throw new BenchmarkError('USAGE', `The test runs are of different ${what}s: ${values.join(', ')}.`, {
    hint: 'Aggregate repetitions of one test. "compare" takes test runs that differ.',
    exitCode: 64,
  });
}

function doubts(runs: readonly RunData[], tasks: readonly string[]): readonly string[] {
  const others = new Set(
    runs.flatMap(({ results }) => results.tasks.filter((task) => task.isReported)).map(({ task }) => task),
  );
  for (const task of tasks) others.delete(task);
  const without = runs.filter(({ history }) => history === null).map(({ run }) => run.id);
  return [
    ...(others.size === 0 ? [] : [`Not in all of the test runs, and left out: ${[...others].join(', ')}.`]),
    ...(without.length === 0
      ? []
      : [
          `The histograms of ${without.join(', ')} are not stored, so there are no percentiles: ` +
            'a mean of percentiles would be no percentile.',
        ]),
  ];
}

function pooledTask(runs: readonly RunData[], task: string, pool: Pool): TaskResults | null {
  const all = runs.flatMap((run) => taskOf(run, task) ?? []);
  const [first] = all;
  if (first === undefined) return null;
  const value = (figure: Figure): number | null => pool.value(runs, task, figure);
  const times = (time: TimeName): PercentileStats | null => {
    const mean = value({ kind: 'time', time, statistic: { kind: 'mean' } });
    if (mean === null) return null;
    const percentiles = defaultPercentiles.flatMap((percentile): PercentileStats['percentiles'] => {
      const found = value({ kind: 'time', time, statistic: { kind: 'percentile', percentile } });
      return found === null ? [] : [[percentile, found]];
    });
    return { percentiles, mean, unit: 'ms' };
  };
  const sum = (of: (one: TaskResults) => number): number => all.reduce((total, one) => total + of(one), 0);
  const throughput = (statistic: 'min' | 'mean' | 'median' | 'max') => value({ kind: 'throughput', statistic });
  return {
    ...first,
    latency: times('latency'),
    serviceTime: times('service time'),
    clientProcessingTime: times('client processing time'),
    processingTime: times('processing time'),
    throughput: {
      min: throughput('min'),
      mean: throughput('mean'),
      median: throughput('median'),
      max: throughput('max'),
      unit: first.throughput.unit,
      percentiles: [],
    },
    errorRate: (value({ kind: 'error rate' }) ?? 0) / 100,
    duration: value({ kind: 'duration' }) ?? 0,
    requests: sum((one) => one.requests),
    failedRequests: sum((one) => one.failedRequests),
    samples: sum((one) => one.samples),
    retries: sum((one) => one.retries),
    repeats: sum((one) => one.repeats),
    refusedRequests: sum((one) => one.refusedRequests),
    unsent: sum((one) => one.unsent),
    errors: mergedErrors(all.map((one) => one.errors)),
    documents: mergedDocuments(all.flatMap((one) => one.documents ?? [])),
    profile: [],
    parts: [],
  };
}

function mergedErrors(lists: readonly (readonly ErrorCount[])[]): readonly ErrorCount[] {
  const kinds = new ErrorKinds();
  for (const errors of lists) kinds.add(errors);
  return kinds.list();
}

function mergedDocuments(all: readonly DocumentResults[]): DocumentResults | null {
  if (all.length === 0) return null;
  return {
    total: all.reduce((sum, { total }) => sum + total, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    reasons: mergedErrors(all.map(({ reasons }) => reasons)),
  };
}

function spreadOf(runs: readonly RunData[], task: string, histogram: Histogram): TaskSpread {
  const between = (figure: Figure): number | null => {
    const values = runs.flatMap((run) => {
      const results = taskOf(run, task);
      return results === null ? [] : (figureValue(figure, results) ?? []);
    });
    return values.length < runs.length ? null : relativeDeviation(values);
  };
  const time = (name: TimeName): Spread => ({
    betweenRuns: between({ kind: 'time', time: name, statistic: { kind: 'mean' } }),
    withinRuns: mean(runs.map((run) => deviationOfTimes(run, task, name, histogram))),
  });
  return {
    throughput: {
      betweenRuns: between({ kind: 'throughput', statistic: 'mean' }),
      withinRuns: mean(runs.map((run) => deviationOfThroughput(run, task))),
    },
    times: {
      latency: time('latency'),
      'service time': time('service time'),
      'client processing time': time('client processing time'),
      'processing time': time('processing time'),
    },
    errorRate: { betweenRuns: between({ kind: 'error rate' }), withinRuns: null },
    duration: { betweenRuns: between({ kind: 'duration' }), withinRuns: null },
  };
}

function deviationOfTimes(run: RunData, task: string, time: TimeName, histogram: Histogram): number | null {
  const course = courseOf(run, task);
  if (course === null) return null;
  addTimes(histogram, course, time);
  const { mean: average, standardDeviation } = histogram;
  histogram.reset();
  return average === 0 ? null : (100 * standardDeviation) / average;
}

function deviationOfThroughput(run: RunData, task: string): number | null {
  const cells = courseOf(run, task)?.cells ?? [];
  // The last cell is rarely full, and those of the warm-up show another load.
  const full = cells.slice(0, -1).filter(({ warmupSamples }) => warmupSamples === 0);
  return relativeDeviation(full.map(({ work }) => work));
}

/**
 * The sample standard deviation in per cent of the mean, 0 for values that are all alike; `null` below two values or
 * with a mean of 0.
 */
export function relativeDeviation(values: readonly number[]): number | null {
  const average = mean(values);
  if (values.length < 2 || average === null) return null;
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  if (squares === 0) return 0;
  if (average === 0) return null;
  return (100 * Math.sqrt(squares / (values.length - 1))) / Math.abs(average);
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length < values.length || known.length === 0
    ? null
    : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function meanCluster(all: readonly ClusterStats[]): ClusterStats {
  const stats: MutableClusterStats = {};
  const numbers: readonly NumberProperty[] = [
    ...clusterNumbers.map(({ property }) => property),
    ...shardTimes.flatMap(({ countProperty }) => countProperty ?? []),
  ];
  for (const property of numbers) {
    const value = mean(all.map((one) => one[property] ?? null));
    if (value !== null) stats[property] = value;
  }
  for (const { property } of shardTimes) {
    const value = meanShardTime(all, property);
    if (value !== null) stats[property] = value;
  }
  return stats;
}

function meanShardTime(
  all: readonly ClusterStats[],
  property: ShardTimeProperty,
): ClusterStats[ShardTimeProperty] | null {
  const total = mean(all.map((one) => one[property]?.total ?? null));
  if (total === null) return null;
  const part = (name: 'min' | 'median' | 'max') => mean(all.map((one) => one[property]?.perShard?.[name] ?? null));
  const [min, median, max] = [part('min'), part('median'), part('max')];
  return { total, perShard: min === null || median === null || max === null ? null : { min, median, max } };
}
