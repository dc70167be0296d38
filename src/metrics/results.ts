// The results of a test run: what `results` of test_run.json holds, and what the summary table is made of. Times are in
// ms, sizes in bytes.

import type { EndpointResults } from './endpoint-figures.ts';
import type { ErrorCount } from './report.ts';

export interface PercentileStats {
  /** Percentile → value in ms, ascending percentiles, chosen by the number of samples. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
  readonly mean: number;
  readonly unit: 'ms';
}

export interface ThroughputStats {
  /** All `null` if nothing was measured (or mean or median is 0). */
  readonly min: number | null;
  readonly mean: number | null;
  readonly median: number | null;
  readonly max: number | null;
  readonly unit: string;
  /** Only what `--throughput-percentiles` asked for. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
}

export interface TaskResults {
  readonly task: string;
  readonly operation: string;
  readonly operationType: string;
  /** `null` without normal samples. */
  readonly latency: PercentileStats | null;
  readonly serviceTime: PercentileStats | null;
  readonly clientProcessingTime: PercentileStats | null;
  readonly processingTime: PercentileStats | null;
  readonly throughput: ThroughputStats;
  /** 0..1 over normal samples. */
  readonly errorRate: number;
  /** Largest relative time in ms of any request. */
  readonly duration: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly samples: number;
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
  /** Is the task shown: its operation is reportable, or it had errors. */
  readonly isReported: boolean;
  readonly profile: readonly { readonly name: string; readonly stats: PercentileStats }[];
  /** The parts of a composite operation, each under its own name. */
  readonly parts: readonly PartResults[];
  readonly clients: number;
}

/** What became of the documents of a task's bulk requests, those of the warm-up included. */
export interface DocumentResults {
  /** Those of all executions of the operation, those included whose request never left. */
  readonly total: number;
  /** Those that the target did not take, or of which no answer says that it did. */
  readonly failed: number;
  /** Why, the most frequent kind of reason first; the counts add up to `failed`. */
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

/** What the telemetry that is always on found in the cluster. Absent = the cluster did not say. */
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

export interface Results {
  readonly tasks: readonly TaskResults[];
  /** The hosts of the target, in its order. */
  readonly endpoints: readonly EndpointResults[];
  readonly cluster: ClusterStats;
  /** The run was cancelled or failed: what is here was measured until then. */
  readonly isPartial: boolean;
  /** Reasons to believe that the load driver, and not the cluster, was the limit; for people. */
  readonly driverWarnings: readonly string[];
}
