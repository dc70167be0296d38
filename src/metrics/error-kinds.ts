// Failed requests counted by kind, in bounded space however many kinds a broken cluster invents.
import type { ErrorCount } from './report.ts';

/** Kinds beyond this many are counted together. */
const MAX_KINDS = 50;
const OTHER = 'other errors';

/** Counts of errors by kind, the first example of each kept. */
export class ErrorKinds {
  private readonly counts = new Map<string, { count: number; readonly example: string }>();

  add(errors: readonly ErrorCount[]): void {
    for (const { kind, count, example } of errors) {
      const name = this.counts.has(kind) || this.counts.size < MAX_KINDS ? kind : OTHER;
      const known = this.counts.get(name);
      if (known === undefined) this.counts.set(name, { count, example });
      else known.count += count;
    }
  }

  /** The most frequent first. The example is the first one that was reported. */
  list(): readonly ErrorCount[] {
    return [...this.counts].map(([kind, { count, example }]) => ({ kind, count, example })).sort((left, right) => right.count - left.count);
  }
}
