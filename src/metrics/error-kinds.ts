// Counts failures by kind, in bounded space however many kinds a broken cluster invents.
import type { ErrorCount } from './report.ts';

/** Kinds beyond this many are counted together. */
const MAX_KINDS = 50;
const OTHER = 'other errors';

/** Counts of failures by kind. Of each kind the first example is kept. */
export class ErrorKinds {
  private readonly counts = new Map<string, { count: number; readonly example: string }>();

  /** Counts failures of one kind. */
  count(kind: string, count: number, example: string): void {
    const name = this.counts.has(kind) || this.counts.size < MAX_KINDS ? kind : OTHER;
    const known = this.counts.get(name);
    if (known === undefined) this.counts.set(name, { count, example });
    else known.count += count;
  }

  /** Adds what others have counted. */
  add(errors: readonly ErrorCount[]): void {
    for (const { kind, count, example } of errors) this.count(kind, count, example);
  }

  /** The kinds, the most frequent first. */
  list(): readonly ErrorCount[] {
    return [...this.counts]
      .map(([kind, { count, example }]) => ({ kind, count, example }))
      .sort((left, right) => right.count - left.count);
  }

  /** Returns the {@link list} and empties it. */
  drain(): readonly ErrorCount[] {
    const errors = this.list();
    this.counts.clear();
    return errors;
  }
}
