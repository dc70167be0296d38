// What the charts of a page are drawn from: columns of numbers, thinned until a page stays small however long the run.

/** All charts of one test run. Times are in seconds since its start. */
export interface PageData {
  /** The zero of the times, in ms since 1970. */
  readonly startedAt: number;
  readonly tasks: readonly PageTask[];
  readonly nodes: readonly PageNode[];
  readonly cluster: readonly PageSeries[];
  /** Charts in which two runs lie above each other; empty in the report of one run. */
  readonly pairs: readonly PagePair[];
}

/** One task of two runs. Times are in seconds since the task began. */
export interface PagePair {
  readonly unit: string;
  readonly baseline: PageTask;
  readonly contender: PageTask;
}

/** A number for each time; `null` where nothing is known. */
export type PageColumn = readonly (number | null)[];

/** The charts of one task. */
export interface PageTask {
  readonly name: string;
  /** Unit of the throughput, e.g. `docs/s`. */
  readonly unit: string;
  /** Middles of the cells. */
  readonly times: readonly number[];
  readonly throughput: PageColumn;
  /** The throughput that was wanted, in `unit`; `null` if the task was not throttled, or in another unit. */
  readonly target: number | null;
  /** Latency in ms. */
  readonly p50: PageColumn;
  readonly p90: PageColumn;
  readonly p99: PageColumn;
  readonly max: PageColumn;
  /** Failures per second by kind, the most frequent kinds first. */
  readonly errors: readonly { readonly kind: string; readonly perSecond: PageColumn }[];
  readonly latencyCurve: PageCurve;
  /** `null` if it is the same as that of the latency. */
  readonly serviceTimeCurve: PageCurve | null;
  readonly heat: PageHeat | null;
}

/** Percentiles of all samples together. */
export interface PageCurve {
  /** Ascending shares of the samples, 0 to below 1, and the largest time in ms of each share. */
  readonly shares: readonly number[];
  readonly millis: readonly number[];
}

/** How many samples took how long when. */
export interface PageHeat {
  /** The upper ends of the rows in ms, ascending by a constant factor. */
  readonly bounds: readonly number[];
  /** The lower end of the first row in ms. */
  readonly low: number;
  /**
   * One text per time, with a character per row: `0` for no sample to `z` for the most of the task, on a logarithmic
   * scale.
   */
  readonly columns: readonly string[];
}

/** The charts of one machine that drove load. */
export interface PageNode {
  readonly name: string;
  readonly times: readonly number[];
  readonly requests: PageColumn;
  /** CPU of its load threads in cores. */
  readonly cores: PageColumn;
  /** Share of the time in which the event loops were busy, in per cent. */
  readonly utilisation: PageColumn;
  /** 99th percentile of the delay of sends, in ms. */
  readonly lag: PageColumn;
}

/** One figure of the cluster. */
export interface PageSeries {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly times: readonly number[]; readonly values: PageColumn }[];
}
