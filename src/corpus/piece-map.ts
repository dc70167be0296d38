// Which pieces of a file were received: several readers take them from both ends until all are there.

/** The pieces of a file of known size, all of the same length but the last one. */
export class PieceMap {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of a piece. */
  readonly length: number;
  /** How many there are. */
  readonly count: number;
  private readonly states: ('missing' | 'taken' | 'done')[];

  /** `done`: numbers of the pieces that are there already, and bytes that are there from the beginning on. */
  constructor(size: number, length: number, done: { readonly pieces: readonly number[]; readonly front: number }) {
    this.size = size;
    this.length = length;
    this.count = Math.ceil(size / length);
    const front = done.front >= size ? this.count : Math.floor(done.front / length);
    const known = new Set(done.pieces);
    this.states = Array.from({ length: this.count }, (_, piece) =>
      piece < front || known.has(piece) ? 'done' : 'missing',
    );
  }

  /** Takes the first missing piece; `null` if none is missing. */
  takeFirst(): number | null {
    return this.take(this.states.indexOf('missing'));
  }

  /** Takes the last missing piece; `null` if none is missing. */
  takeLast(): number | null {
    return this.take(this.states.lastIndexOf('missing'));
  }

  /** Takes a piece, unless it is there or somebody else has taken it. */
  takeThis(piece: number): boolean {
    return this.states[piece] === 'missing' && this.take(piece) !== null;
  }

  /** Notes that a piece that was taken is there. */
  finish(piece: number): void {
    this.states[piece] = 'done';
  }

  /** Gives back a piece that was taken and did not come. */
  giveBack(piece: number): void {
    this.states[piece] = 'missing';
  }

  /** Numbers of the pieces that are there, in order. */
  done(): readonly number[] {
    return this.states.flatMap((state, piece) => (state === 'done' ? [piece] : []));
  }

  /** Bytes that are there from the beginning on, if those of one piece up to `position` are there, too. */
  frontWith(position: number): number {
    const first = this.states.findIndex((state) => state !== 'done');
    if (first < 0) return this.size;
    const { from, to } = this.rangeOf(first);
    return position > from && position < to ? position : from;
  }

  /** The first byte of a piece, and the one after its last. */
  rangeOf(piece: number): { readonly from: number; readonly to: number } {
    return { from: piece * this.length, to: Math.min(this.size, (piece + 1) * this.length) };
  }

  private take(piece: number): number | null {
    if (piece < 0) return null;
    this.states[piece] = 'taken';
    return piece;
  }
}
