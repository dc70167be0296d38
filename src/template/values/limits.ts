// Bounds that keep a template from using up the machine. Official workloads stay thousands of times below them.
import { TemplateFailure } from './failure.ts';

/** Longest `range(...)`. */
export const MAX_RANGE = 1_000_000;
/** Passes of all loops of one render together. */
export const MAX_ITERATIONS = 5_000_000;
/** Macros, includes, blocks and recursive loops inside one another. */
export const MAX_DEPTH = 250;
/** Characters of a text or items of a list that an operation makes. */
export const MAX_SIZE = 20_000_000;

/** Refuses results that only a mistake asks for. */
export function checkSize(size: number): void {
  if (size > MAX_SIZE) throw new TemplateFailure(`A text or list of ${size} items is too large`);
}
