// How a test run went over time: what each task and each machine did in each second, or in longer cells of a long run.
// Every moment counts from the start of the test run.

/** The course of a test run. Times are in ms since its start, `length`s in ms. */
export interface RunHistory {
  /** The zero of all times, in wall time: ms since 1970. */
  readonly startedAt: number;
  /** In the order in which the tasks began. */
  readonly tasks: readonly TaskHistory[];
  readonly nodes: readonly NodeHistory[];
  readonly telemetry: readonly TelemetrySeries[];
}

/** The course of one task. Cells in which nothing happened are left out. */
export interface TaskHistory {
  readonly task: string;
  /** What its work counts, e.g. `docs`; `null` if it has done none. */
  readonly unit: string | null;
  /** Length of every cell. */
  readonly length: number;
  readonly cells: readonly TaskCell[];
}

/** What all workers did of one task in one cell of time. */
export interface TaskCell {
  readonly start: number;
  /** HTTP requests, warm-up and repeats included, and the failed ones among them. */
  readonly requests: number;
  readonly failedRequests: number;
  /** Samples after the warm-up, and the failed ones among them. */
  readonly samples: number;
  readonly failedSamples: number;
  readonly warmupSamples: number;
  /** Requests that were due and not sent. */
  readonly unsent: number;
  /** Work that ended in the cell, in the unit of the task, warm-up included. */
  readonly work: number;
  /** Times of the samples after the warm-up, as encoded histograms over ns; `null` if there are none. */
  readonly latency: Uint8Array | null;
  readonly serviceTime: Uint8Array | null;
  readonly clientProcessingTime: Uint8Array | null;
  readonly processingTime: Uint8Array | null;
  /** Failures by kind, warm-up included. */
  readonly errors: readonly { readonly kind: string; readonly count: number }[];
}

/** The course of one machine that drives load. */
export interface NodeHistory {
  /** `localhost` or an address. */
  readonly node: string;
  readonly length: number;
  readonly cells: readonly NodeCell[];
}

/** What the load threads of one machine did in one cell of time. */
export interface NodeCell {
  readonly start: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** CPU time in ms of its load threads. */
  readonly cpuMillis: number;
  /** Share of the time in which their event loops were busy, 0..1; `null` if unknown. */
  readonly utilisation: number | null;
  /** Worst 99th percentile in ms of the delay of sends; `null` without throttled requests. */
  readonly sendLagP99: number | null;
}

/** One figure of the cluster over time, as a telemetry device has read it. */
export interface TelemetrySeries {
  /** Name of the device, e.g. `node-stats`. */
  readonly device: string;
  /** Name of the cluster as the target hosts call it. */
  readonly cluster: string;
  /** What the figure is about: the name of a node, an index, a shard; empty for the cluster as a whole. */
  readonly subject: string;
  /** E.g. `jvm_mem_heap_used_percent`. */
  readonly metric: string;
  /** `%`, `ms`, `byte`, or empty. */
  readonly unit: string;
  /** Whether it only grows, so that its increase is what matters. */
  readonly isCounter: boolean;
  /** Moments in ms since the start of the run, ascending, and the values at these moments. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}
