// What a test run tells its user while it goes on. The command line turns it into text; nothing else prints.

import type { PreparationEvent } from '../corpus/preparation.ts';

export type RunEvent =
  | PreparationEvent
  /** A step of the schedule: `progress` 0..1, `null` if unknown; `secondsLeft` `null` if unknown. */
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
  /** `errors` counts all requests of the step that failed, but none that was repeated on another connection. */
  | {
      readonly kind: 'step-end';
      readonly step: number;
      readonly steps: number;
      readonly tasks: readonly string[];
      readonly errors: number;
    };

export type RunListener = (event: RunEvent) => void;
