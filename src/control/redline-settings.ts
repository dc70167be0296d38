// What a user may say about a redline test.
import type { Seconds } from '../units.ts';

/** How a redline test looks for the number of clients that a cluster bears. */
export interface RedlineSettings {
  /** The most clients: those that each task gets. */
  readonly maxClients: number;
  /** How many clients are added at a time; at least 1. */
  readonly scaleStep: number;
  /** Share of the active clients that is paused after an error, above 0 and at most 1. */
  readonly scaleDown: number;
  /** How long errors do not count after clients were paused. */
  readonly sleep: Seconds;
  /** The limit of the CPU usage of the cluster; `null` = none. */
  readonly cpu: CpuLimit | null;
}

/** A limit of the CPU usage of each node of the cluster. */
export interface CpuLimit {
  /** In per cent of the machine. */
  readonly most: number;
  /** The span over which usage is averaged. */
  readonly window: Seconds;
  /** Time between two comparisons with the limit. */
  readonly interval: Seconds;
}
