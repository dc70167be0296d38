// A text put together from several files, which still knows the file and line of each of its characters.

/** A run of characters copied from one file. */
export interface SourcePiece {
  readonly text: string;
  readonly file: string;
  /** Line of `file`, counted from 1, on which the piece starts. */
  readonly line: number;
  /** Column of that line, counted from 1. */
  readonly column: number;
}

/** A place in a file. */
export interface SourcePosition {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A text made of pieces of files. */
export class SourceText {
  readonly text: string;
  private readonly pieces: readonly SourcePiece[];
  /** Offset in `text` at which each piece starts, ascending. */
  private readonly starts: readonly number[];

  constructor(pieces: readonly SourcePiece[]) {
    const starts: number[] = [];
    let length = 0;
    for (const piece of pieces) {
      starts.push(length);
      length += piece.text.length;
    }
    this.pieces = pieces;
    this.starts = starts;
    this.text = pieces.map((piece) => piece.text).join('');
  }

  /** The offset at which each piece starts, with its place: what the template engine needs for its messages. */
  get fragments(): readonly {
    readonly offset: number;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }[] {
    return this.pieces.map(({ file, line, column }, index) => ({
      offset: this.starts[index] ?? 0,
      file,
      line,
      column,
    }));
  }

  /** Where the character at an offset was written. */
  positionOf(offset: number): SourcePosition {
    const index = Math.max(0, lastAtMost(this.starts, offset));
    const piece = this.pieces[index];
    if (piece === undefined) return { file: '', line: 1 };
    return {
      file: piece.file,
      line: piece.line + countLines(piece.text.slice(0, Math.max(0, offset - (this.starts[index] ?? 0)))),
    };
  }
}

/** Offsets at which the lines of a text start. */
export function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The number of line ends in a text. */
export function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Index of the last of ascending numbers that is not above a limit; -1 if there is none. */
export function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
