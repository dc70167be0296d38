// Walks over lines in a buffer without looking at what they say.

const NEWLINE = 10;

/** Where a walk over lines has come to. */
export interface LinePosition {
  /** The first byte that has not been walked over. */
  offset: number;
  /** Lines walked over. */
  lines: number;
}

/**
 * Walks over whole lines in `buffer[position.offset .. end)` until `position.lines` reaches `wanted`; `false` if there
 * are too few. Moves `position` on either way.
 */
export function skipLines(buffer: Buffer, end: number, position: LinePosition, wanted: number): boolean {
  let { offset, lines } = position;
  while (lines < wanted) {
    const newline = buffer.indexOf(NEWLINE, offset);
    if (newline < 0 || newline >= end) break;
    offset = newline + 1;
    lines++;
  }
  position.offset = offset;
  position.lines = lines;
  return lines >= wanted;
}
