// What a test run tells its user while it goes on. The command line turns it into text; nothing else prints.
import type { RedlineState } from '../control/redline.ts';
import type { PreparationEvent } from '../corpus/preparation.ts';
import type { RateLevel } from '../metrics/control-results.ts';

/** Something that happens while a run goes on. */
export type RunEvent =
  | PreparationEvent
  /**
   * How far a step of the schedule is: `progress` is 0..1 and `secondsLeft` an estimate, both `null` if unknown.
   * `requests` and `errors` count those of the step so far.
   */
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly steps: number;
      readonly tasks: readonly string[];
      readonly progress: number | null;
      readonly secondsLeft: number | null;
      readonly requests: number;
      readonly errors: number;
    }
  /**
   * A redline test has looked at the cluster. `active` clients may send now; `maxStable` is the most that held so far.
   * `change` says why there are more or fewer than before; `null` if there are as many.
   */
  | {
      readonly kind: 'redline';
      readonly tasks: readonly string[];
      readonly active: number;
      readonly maxStable: number;
      readonly state: RedlineState;
      readonly change: string | null;
    }
  /** The plug-in of the workload has printed a line on this machine; it is for a log, not for the user. */
  | { readonly kind: 'plugin-print'; readonly message: string }
  /** A rate of a search for the highest one was tried. */
  | { readonly kind: 'level'; readonly task: string; readonly level: RateLevel }
  /**
   * A step is over. `errors` counts all requests of it that failed, but none that was repeated on another connection.
   */
  | {
      readonly kind: 'step-end';
      readonly step: number;
      readonly steps: number;
      readonly tasks: readonly string[];
      readonly errors: number;
    };

/** Hears what happens while a run goes on. It must not throw. */
export type RunListener = (event: RunEvent) => void;
