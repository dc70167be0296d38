// What a worker tells the coordinator, once a second and at the end of a step: what has changed since the last time,
// never anything that grows with the number of requests.

import type { RecallReport } from './recall.ts';

/** What one worker did in one step since its last report. */
export interface WorkerReport {
  /** Number of the worker among all workers of the run, from 0. */
  readonly worker: number;
  /** Index of the step in the schedule, from 0. */
  readonly step: number;
  /** Counts the reports of a worker from 0, so that a loss or a repeat is seen. */
  readonly sequence: number;
  /** When it was made, in ms since the start of the step; `null` before the clock of the step runs. */
  readonly at: number | null;
  /** Clients of the worker that have not ended the step, paused ones included. */
  readonly clientsLeft: number;
  readonly tasks: readonly TaskReport[];
  /** One for each endpoint of the target, in its order. */
  readonly endpoints: readonly EndpointReport[];
  readonly health: DriverHealth;
}

/** What happened at one endpoint of the target since the last report of a worker. */
export interface EndpointReport {
  /** HTTP requests sent to it, and the failed ones among them. */
  readonly requests: number;
  readonly failedRequests: number;
  /** Connections that were opened, and attempts that failed. */
  readonly connections: number;
  readonly connectionFailures: number;
  /** For how many ms it has answered nothing while the worker could not connect to it; `null` if it is reachable. */
  readonly downMillis: number | null;
  /** Why the last attempt to connect failed; `null` if it can be reached. */
  readonly downReason: string | null;
}

/** Something for each kind of time that a sample has: a histogram, raw values or whatever `T` is. */
export interface TimeColumns<T> {
  readonly latency: T;
  readonly serviceTime: T;
  readonly clientProcessingTime: T;
  readonly processingTime: T;
}

/**
 * What happened in one task on one worker since the last report. Moments are in ms since the start of the step, which
 * is an instant on which all threads and nodes agreed, so that moments of different workers can be compared.
 */
export interface TaskReport {
  /** Name of the task; unique within the test procedure. */
  readonly task: string;
  /** HTTP requests sent, warm-up and repeats included. */
  readonly requests: number;
  /** The failed ones among `requests`. */
  readonly failedRequests: number;
  /** Attempts that repeated a request (`max_retries`, retry parameters). */
  readonly retries: number;
  /**
   * Requests that were due before the end of their client's part and were not sent, because it was busy with earlier
   * ones.
   */
  readonly unsent: number;
  /** Requests that were sent again because a re-used connection had ended before it answered. */
  readonly repeats: number;
  /** Requests that could not be sent, as no connection could be opened; they are not counted in `requests`. */
  readonly refusedRequests: number;
  readonly normalSamples: number;
  readonly failedNormalSamples: number;
  readonly warmupSamples: number;
  readonly failedWarmupSamples: number;
  /** Work done by normal and warm-up samples, in `unit`. */
  readonly work: number;
  /** Unit of the last sample that did any work; `null` if there was none yet. */
  readonly unit: string | null;
  readonly errors: readonly ErrorCount[];
  /** Documents of bulk requests, including those of the warm-up and those of requests that could not be sent. */
  readonly documents: number;
  /** Those of them that the target did not take, or of which no answer says that it did, by kind of reason. */
  readonly failedDocuments: readonly ErrorCount[];
  /** Uncompressed HDR V2 payloads over nanoseconds, normal samples only; `null` if empty. */
  readonly histograms: TimeColumns<Uint8Array | null>;
  /** Raw values in ms of normal samples, as many as the bound allows. Equal lengths. */
  readonly raw: TimeColumns<Float64Array>;
  readonly slots: readonly ThroughputSlot[];
  /** Throughput that the operation itself has measured, in `unit` per second, of each normal sample that has any. */
  readonly suppliedThroughput: Float64Array;
  /** When the first client of this worker began the task, before the wait of its ramp-up; `null` = none has yet. */
  readonly taskStart: number | null;
  /** Latest start of a request that gave a sample; `null` = there was none yet. */
  readonly lastRequestStart: number | null;
  /**
   * Mean progress, 0..1, of the clients of this task on this worker: those that wait for it are at 0, those that have
   * ended it at 1. `null` if unknown.
   */
  readonly progress: number | null;
  /** Profile metrics and the like: named values in ms. */
  readonly profile: readonly { readonly name: string; readonly values: Float64Array }[];
  /** Recall of vector searches, normal samples only. */
  readonly recall: readonly RecallReport[];
  /** Service times of the parts of composites, under their own names. */
  readonly parts: readonly PartReport[];
}

/** How often something failed for one kind of reason. */
export interface ErrorCount {
  /** E.g. `HTTP 429`, `connection lost`, `timeout`, `HTTP 400 mapper_parsing_exception`. */
  readonly kind: string;
  readonly count: number;
  /** Description of the first one. */
  readonly example: string;
}

/** The service times of one part of a composite operation since the last report. */
export interface PartReport {
  readonly operation: string;
  /** Operation type of the part. */
  readonly type: string;
  /** An uncompressed HDR V2 payload over nanoseconds. */
  readonly serviceTime: Uint8Array;
  /** How many times the payload holds. */
  readonly count: number;
}

/**
 * Samples of one kind that ended within the same tenth of a second, counted from the start of the step. There may be
 * several of the same tenth.
 */
export interface ThroughputSlot {
  readonly type: 'warmup' | 'normal';
  /** When the last of them ended, in ms since the start of the step. */
  readonly end: number;
  /** Sum of the weights. */
  readonly work: number;
}

/** Says whether the numbers describe the cluster or the driver. */
export interface DriverHealth {
  /** Share of the last interval in which the thread's event loop was busy, waiting spins excluded; 0..1. */
  readonly eventLoopUtilisation: number;
  /**
   * 99th percentile in ms, in the last interval, of actual send minus intended send, for requests whose client was
   * free. `null` without throttled requests.
   */
  readonly sendLagP99: number | null;
  /** Milliseconds of CPU that the thread used in the last interval. */
  readonly cpuMillis: number;
  /** Length of the last interval: the time since the report before, in ms. */
  readonly intervalMillis: number;
  /** Times in which the thread did not run, in their order. */
  readonly standstills: readonly Standstill[];
}

/** A time in which a load thread did not run, by its machine's wall clock in ms since 1970. */
export interface Standstill {
  readonly from: number;
  readonly to: number;
}
