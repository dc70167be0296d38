// What a test run tells its user while it goes on. The command line turns it into text; nothing else prints.

export type RunEvent =
  | { readonly kind: 'info'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }
  /** Long preparation: downloads, unpacking, generating, indexing lines. `total` in the same unit, `null` if unknown. */
  | {
      readonly kind: 'preparation';
      readonly what: string;
      readonly done: number;
      readonly total: number | null;
      readonly unit: 'bytes' | 'documents';
    }
  | { readonly kind: 'preparation-end'; readonly what: string }
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
  | { readonly kind: 'step-end'; readonly step: number; readonly steps: number; readonly tasks: readonly string[] };

export type RunListener = (event: RunEvent) => void;
