// What searches for the limit of a cluster have found: a part of the results of a test run.

/** What a redline test has found. */
export interface RedlineResults {
  /** The most clients that it was allowed. */
  readonly maxClients: number;
  /** One for each step that it has driven. */
  readonly steps: readonly RedlineStep[];
}

/** What a redline test has found in one step. */
export interface RedlineStep {
  readonly tasks: readonly string[];
  /** The most clients that held without an error, and did not fail later; 0 = none. */
  readonly maxStableClients: number;
  /** How many were active at the end. */
  readonly lastActiveClients: number;
  /** How often clients were paused because of errors or of the CPU usage. */
  readonly scaleDowns: number;
  /** How the number of active clients went, in the order of time. */
  readonly course: readonly RedlineMoment[];
}

/** A number of active clients from a moment on. */
export interface RedlineMoment {
  /** Seconds since the start of the step. */
  readonly seconds: number;
  readonly clients: number;
  /** Why there were fewer than before; `null` if there were more. */
  readonly reason: string | null;
}

/** The most clients that every step bore; 0 without steps. */
export const stableEverywhere = ({ steps }: RedlineResults): number =>
  steps.length === 0 ? 0 : Math.min(...steps.map(({ maxStableClients }) => maxStableClients));

/** What a search for the highest rate has found. */
export interface RateResults {
  readonly task: string;
  /** The conditions in words. */
  readonly conditions: readonly string[];
  /** The highest rate in requests per second at which they held; `null` = at none. */
  readonly rate: number | null;
  /** The true rate lies between these: one at which they clearly held, and one at which they clearly did not. */
  readonly low: number | null;
  readonly high: number | null;
  /** What kept the search from finding a higher rate. */
  readonly limitedBy: RateLimit;
  /** That in words. */
  readonly explanation: string;
  /** Clients that shared each rate. */
  readonly clients: number;
  /** How long the search took. */
  readonly seconds: number;
  /** In the order in which they were tried. */
  readonly levels: readonly RateLevel[];
}

/** What kept a search from finding a higher rate: only `cluster` says something about the cluster. */
export type RateLimit = 'cluster' | 'clients' | 'driver' | 'time' | 'most' | 'cancelled';

/** One rate that was tried. */
export interface RateLevel {
  /** Requests per second that were wanted, and those that were done. */
  readonly rate: number;
  readonly achieved: number;
  /** Percentiles of latency in ms; `null` without samples. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Share of the samples that failed, 0..1. */
  readonly errorRate: number;
  readonly samples: number;
  readonly seconds: number;
  readonly holds: boolean;
  /** Whether the samples say so clearly. */
  readonly isClear: boolean;
  /** Which condition did not hold, with its figure; empty if all did. */
  readonly reason: string;
}
