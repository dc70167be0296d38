// The results of a test run: what `results` of test_run.json holds, and what the summary table is made of. Times are in
// ms, sizes in bytes.

import type { RateResults, RedlineResults } from './control-results.ts';
import type { EndpointResults } from './endpoint-figures.ts';
import type { RecallStats } from './recall.ts';
import type { ErrorCount } from './report.ts';

/** Percentiles and mean of one kind of time. */
export interface PercentileStats {
  /** Percentile → value in ms, ascending percentiles, chosen by the number of samples. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
  readonly mean: number;
  readonly unit: 'ms';
}

/**
 * The throughput of a task: over its values of about one per second, or over those that its operation has measured
 * itself, one per sample. All four are `null` if mean or median is 0.
 */
export interface ThroughputStats {
  readonly min: number | null;
  readonly mean: number | null;
  readonly median: number | null;
  readonly max: number | null;
  /** E.g. `docs/s`. */
  readonly unit: string;
  /** Only what `--throughput-percentiles` asked for. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
}

/** What was measured of one task, by all workers together. */
export interface TaskResults {
  /** Name of the task. */
  readonly task: string;
  readonly operation: string;
  readonly operationType: string;
  /** `null` without normal samples. */
  readonly latency: PercentileStats | null;
  readonly serviceTime: PercentileStats | null;
  readonly clientProcessingTime: PercentileStats | null;
  readonly processingTime: PercentileStats | null;
  readonly throughput: ThroughputStats;
  /** Share of the normal samples that failed, 0..1. */
  readonly errorRate: number;
  /** From the start of the task to the start of its last request, in ms. */
  readonly duration: number;
  /** HTTP requests sent, warm-up and repeats included. */
  readonly requests: number;
  /** The failed ones among `requests`. */
  readonly failedRequests: number;
  /** Normal samples. */
  readonly samples: number;
  /** Attempts that repeated a request because the workload or the client options ask for it. */
  readonly retries: number;
  /**
   * Requests that the schedule wanted before the end and that were not sent, because their clients still waited for
   * earlier answers.
   */
  readonly unsent: number;
  /** Requests that were sent again because a re-used connection had ended before it answered; counted in `requests`. */
  readonly repeats: number;
  /** Requests that were due and could not be sent, as no connection could be opened; not counted in `requests`. */
  readonly refusedRequests: number;
  readonly errors: readonly ErrorCount[];
  /** `null` if the task sent no documents. */
  readonly documents: DocumentResults | null;
  readonly meta: Readonly<Record<string, unknown>>;
  /** Whether the task is shown, which it is if its operation is reportable or if it had errors. */
  readonly isReported: boolean;
  /** Times that the cluster itself measured and told in its answers, such as those of profiled searches. */
  readonly profile: readonly { readonly name: string; readonly stats: PercentileStats }[];
  /** Recall of vector searches. */
  readonly recall: readonly RecallStats[];
  /** The parts of a composite operation, each under its own name. */
  readonly parts: readonly PartResults[];
  readonly clients: number;
  /** The throughput that the task was to have, per second; absent if it was not throttled. */
  readonly target?: TargetRate | undefined;
}

/** A throughput that is wanted: 500 `docs` per second. */
export interface TargetRate {
  readonly value: number;
  /** Without `/s`. */
  readonly unit: string;
}

/** What became of the documents of a task's bulk requests, those of the warm-up included. */
export interface DocumentResults {
  /** Documents of all executions of the operation, including those of requests that could not be sent. */
  readonly total: number;
  /** Documents that the target did not take, or of which no answer says that it did. */
  readonly failed: number;
  /** Why documents failed, the most frequent kind of reason first; the counts add up to `failed`. */
  readonly reasons: readonly ErrorCount[];
}

/** One part of a composite operation over all its executions. */
export interface PartResults {
  readonly operation: string;
  readonly operationType: string;
  readonly samples: number;
  readonly serviceTime: PercentileStats;
}

/** A time metric of the cluster over primary shards, in ms. */
export interface ShardTime {
  readonly total: number;
  readonly perShard: { readonly min: number; readonly median: number; readonly max: number } | null;
}

/**
 * What the telemetry that is always on found in the cluster: times in ms, sizes in bytes. What the cluster did not say
 * is absent.
 */
export interface ClusterStats {
  readonly indexingTime?: ShardTime | undefined;
  readonly indexingThrottleTime?: ShardTime | undefined;
  readonly mergeTime?: ShardTime | undefined;
  readonly mergeCount?: number | undefined;
  readonly mergeThrottleTime?: ShardTime | undefined;
  readonly refreshTime?: ShardTime | undefined;
  readonly refreshCount?: number | undefined;
  readonly flushTime?: ShardTime | undefined;
  readonly flushCount?: number | undefined;
  readonly youngGcTime?: number | undefined;
  readonly youngGcCount?: number | undefined;
  readonly oldGcTime?: number | undefined;
  readonly oldGcCount?: number | undefined;
  readonly docsCount?: number | undefined;
  readonly storeSize?: number | undefined;
  readonly translogSize?: number | undefined;
  readonly segmentCount?: number | undefined;
  readonly memorySegments?: number | undefined;
  readonly memoryDocValues?: number | undefined;
  readonly memoryTerms?: number | undefined;
  readonly memoryNorms?: number | undefined;
  readonly memoryPoints?: number | undefined;
  readonly memoryStoredFields?: number | undefined;
}

/** The names of those figures of a cluster that are times of its primary shards. */
export type ShardTimeProperty =
  | 'indexingTime'
  | 'indexingThrottleTime'
  | 'mergeTime'
  | 'mergeThrottleTime'
  | 'refreshTime'
  | 'flushTime';

/** The names of those figures of a cluster that are single numbers. */
export type NumberProperty = Exclude<keyof ClusterStats, ShardTimeProperty>;

/** {@link ClusterStats} while they are put together. */
export type MutableClusterStats = { -readonly [Key in keyof ClusterStats]: ClusterStats[Key] };

/** All that a test run has measured. */
export interface Results {
  /** In the order of the schedule; only those that have begun. */
  readonly tasks: readonly TaskResults[];
  /** The hosts of the target, in its order. */
  readonly endpoints: readonly EndpointResults[];
  readonly cluster: ClusterStats;
  /** Whether the run was cancelled, failed or lost a node, so that figures are missing. */
  readonly isPartial: boolean;
  /** Reasons to believe that the load driver, and not the cluster, was the limit; for people. */
  readonly driverWarnings: readonly string[];
  /** What a redline test has found; absent if there was none. */
  readonly redline?: RedlineResults;
  /** What a search for the highest rate has found; absent if there was none. */
  readonly maxThroughput?: RateResults;
}
