// What the preparation of corpora tells while it goes on, and what all its steps share.
import { BenchmarkError } from '../errors.ts';
import type { Millis } from '../units.ts';
import type { DocumentSet } from '../workload/model.ts';

/** The part of the events of a test run that preparation makes; a listener of a run fits. */
export type PreparationEvent =
  | { readonly kind: 'info'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }
  | {
      readonly kind: 'preparation';
      readonly what: string;
      readonly done: number;
      /** In the same unit as `done`; `null` if unknown. */
      readonly total: number | null;
      readonly unit: 'bytes' | 'documents';
    }
  | { readonly kind: 'preparation-end'; readonly what: string };

/** Hears what the preparation does. */
export type PreparationListener = (event: PreparationEvent) => void;

/**
 * Makes the documents of a set that has a generator, `documentCount` of them, and writes them to `targetPath` as
 * NDJSON. Tells the listener its progress.
 */
export type GenerateDocuments = (
  documentSet: DocumentSet,
  targetPath: string,
  listener: PreparationListener,
  signal: AbortSignal,
) => Promise<void>;

/** Where documents lie, and by which means they are brought there. */
export interface PrepareOptions {
  /** `local.dataset.cache`: documents of a corpus lie in `<dataDirectory>/<corpus>/`. */
  readonly dataDirectory: string;
  /** The directory of a workload given by path: documents there are used first, but nothing is downloaded to it. */
  readonly workloadDirectory: string | null;
  /** Whether the workload was cut down to a smoke test, which the message about a missing file says. */
  readonly testMode: boolean;
  /** Whether nothing may be downloaded. */
  readonly isOffline: boolean;
  readonly listener: PreparationListener;
  readonly signal: AbortSignal;
  /**
   * Environment variables, of which `http_proxy` (also for https if there is no other), `https_proxy` and `no_proxy`
   * are read, in small or capital letters.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The most threads that may unpack one archive, and corpora (4 at most) that are prepared at the same time. */
  readonly cores: number;
  /** Makes the documents of sets that have a generator; without it such a set is refused. */
  readonly generate?: GenerateDocuments;
  /** Programs that unpack faster than this one, used if they are on PATH; default {@link defaultTools}. */
  readonly tools?: readonly string[];
  /** How long to wait after the failed attempt number `attempt`, from 1, to download something. */
  readonly retryDelay?: (attempt: number) => Millis;
}

/** Names of the programs that unpack faster than this one. */
export const defaultTools: readonly string[] = ['pigz', 'zstd'];

/** Least time between two events of one piece of work, in ms. */
const EVENT_INTERVAL = 200;

/** Reports the progress of one piece of work, often enough for people, and its end. */
export class PreparationProgress {
  private readonly listener: PreparationListener;
  private readonly what: string;
  private readonly total: number | null;
  private lastEvent = Number.NEGATIVE_INFINITY;

  constructor(listener: PreparationListener, what: string, total: number | null) {
    this.listener = listener;
    this.what = what;
    this.total = total;
  }

  /** Tells how many bytes are done, unless it was told just before. */
  update(done: number): void {
    const now = performance.now();
    if (now - this.lastEvent < EVENT_INTERVAL && done !== this.total) return;
    this.lastEvent = now;
    this.listener({ kind: 'preparation', what: this.what, done, total: this.total, unit: 'bytes' });
  }

  /** Tells that the work is over, however it ended. */
  /** The work is done. What fails has no such end: its error says how it ended. */
  end(): void {
    this.listener({ kind: 'preparation-end', what: this.what });
  }
}

/** Throws `CANCELLED` once the run is cancelled. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** The error for work that ended because its run was cancelled. */
export function cancelled(): BenchmarkError {
  return new BenchmarkError('CANCELLED', 'The preparation of the corpora was cancelled.');
}
