// When one execution of an operation began and ended.

/** The times of one sample, all readings of the thread's monotonic clock in ms. */
export interface SampleTimes {
  readonly processingStart: number;
  readonly requestStart: number;
  readonly requestEnd: number;
  readonly processingEnd: number;
  /** When the schedule wanted the request; NaN for unthrottled ones. */
  readonly intended: number;
}

/** The times of the sample under way: one object for all samples of a client. */
export class RunningTimes implements SampleTimes {
  processingStart = 0;
  requestStart = 0;
  requestEnd = 0;
  processingEnd = 0;
  intended = Number.NaN;
}
