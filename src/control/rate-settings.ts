// What a user may say about the search for the highest rate of a task.
import type { Seconds } from '../units.ts';
import type { Condition } from './condition.ts';

/** What is searched, and within which bounds. */
export interface RateSettings {
  readonly conditions: readonly Condition[];
  /** Name of the task; `null` = the only one that can be meant. */
  readonly task: string | null;
  /** How long the search may take. */
  readonly time: Seconds;
  /** How many clients share each rate, unless the task has more. */
  readonly clients: number;
}
