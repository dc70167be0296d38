// Limits that keep a template from using up the machine. Official workloads stay far below them.
import { TemplateFailure } from './failure.ts';

/** The most items of a `range(...)`. */
export const MAX_RANGE = 1_000_000;
/** The most passes of all loops of one render together. */
export const MAX_ITERATIONS = 5_000_000;
/** How deep macros, includes, blocks and recursive loops may nest. */
export const MAX_DEPTH = 250;
/** The most characters of a text, or items of a list, that one operation may make. */
export const MAX_SIZE = 20_000_000;

/** Fails for a text or list that is larger than {@link MAX_SIZE}. */
export function checkSize(size: number): void {
  if (size > MAX_SIZE) throw new TemplateFailure(`A text or list of ${size} items is too large`);
}
