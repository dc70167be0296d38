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
