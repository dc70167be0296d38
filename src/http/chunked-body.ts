// Reads the framing of a chunked body: finds the pieces of the body between sizes, extensions and trailers.
//
//   5;name=value CR LF   hello CR LF   0 CR LF   Trailer: x CR LF   CR LF
//   size, extension      data          last      trailers           end

/** Returned by {@link ChunkedBody.next}: all bytes were used up and the body goes on. */
export const chunksMore = 0;
/**
 * Returned by {@link ChunkedBody.next}: `pieceStart..pieceEnd` holds body bytes; the next call begins at `pieceEnd`.
 */
export const chunksPiece = 1;
/**
 * Returned by {@link ChunkedBody.next}: the body and its trailers are complete; `pieceEnd` is the index behind them.
 */
export const chunksDone = 2;
/** Returned by {@link ChunkedBody.next}: this is no chunked body; {@link ChunkedBody.problem} says why. */
export const chunksBroken = 3;

const CR = 13;
const LF = 10;
/** Limit of extensions and trailers together; a server that sends more is broken. */
const MAX_FRAMING_BYTES = 65_536;
/** Limit of the hexadecimal digits of a size, so that it stays exact as a number. */
const MAX_SIZE_DIGITS = 12;

/** What the next byte belongs to. */
const S = {
  size: 0,
  extension: 1,
  sizeLf: 2,
  data: 3,
  dataCr: 4,
  dataLf: 5,
  trailerStart: 6,
  trailer: 7,
  trailerLf: 8,
  lastLf: 9,
} as const;
type ChunkState = (typeof S)[keyof typeof S];

/** The framing of one body at a time, in whatever pieces it arrives. */
export class ChunkedBody {
  /** Index of the first byte of the piece that was found. */
  pieceStart = 0;
  /** Index behind the piece that was found, or behind the whole body. */
  pieceEnd = 0;
  /** What is wrong, after {@link chunksBroken}: `an answer with …`. */
  problem = '';
  private state: ChunkState = S.size;
  private digits = 0;
  private remaining = 0;
  private framingBytes = 0;

  /** Begins with the next body. */
  reset(): void {
    this.state = S.size;
    this.digits = 0;
    this.remaining = 0;
    this.framingBytes = 0;
  }

  /** Reads on in `bytes[at..end)`, and returns one of the four numbers above. */
  next(bytes: Buffer, at: number, end: number): number {
    for (let index = at; index < end; ) {
      if (this.state === S.data) {
        this.pieceStart = index;
        this.pieceEnd = Math.min(end, index + this.remaining);
        this.remaining -= this.pieceEnd - index;
        if (this.remaining === 0) this.state = S.dataCr;
        return chunksPiece;
      }
      const step = this.framing(bytes[index] as number);
      index++;
      if (step !== chunksMore) {
        this.pieceEnd = index;
        return step;
      }
    }
    return chunksMore;
  }

  // A table of states as a switch; longer than most functions because each case is one line of the grammar.
  private framing(byte: number): number {
    switch (this.state) {
      case S.size:
        return this.sizeByte(byte);
      case S.extension:
        if (byte === CR) this.state = S.sizeLf;
        else if (byte === LF) return this.refuse('a chunk size that does not end in CR LF');
        return this.countFraming();
      case S.sizeLf:
        if (byte !== LF) return this.refuse('a chunk size that does not end in CR LF');
        this.state = this.remaining === 0 ? S.trailerStart : S.data;
        this.digits = 0;
        return chunksMore;
      case S.dataCr:
        this.state = S.dataLf;
        return byte === CR ? chunksMore : this.refuse('a chunk that is longer than its size');
      case S.dataLf:
        this.state = S.size;
        return byte === LF ? chunksMore : this.refuse('a chunk that is longer than its size');
      case S.trailerStart:
        this.state = byte === CR ? S.lastLf : S.trailer;
        return byte === LF ? this.refuse('a trailer that does not end in CR LF') : this.countFraming();
      case S.trailer:
        if (byte === CR) this.state = S.trailerLf;
        else if (byte === LF) return this.refuse('a trailer that does not end in CR LF');
        return this.countFraming();
      case S.trailerLf:
        this.state = S.trailerStart;
        return byte === LF ? chunksMore : this.refuse('a trailer that does not end in CR LF');
      default:
        return byte === LF ? chunksDone : this.refuse('a last chunk that does not end in CR LF');
    }
  }

  private sizeByte(byte: number): number {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.digits > MAX_SIZE_DIGITS) return this.refuse('a chunk size beyond all bounds');
      this.remaining = this.remaining * 16 + digit;
      return chunksMore;
    }
    if (this.digits === 0) return this.refuse('a chunk without a size');
    if (byte === CR) this.state = S.sizeLf;
    else if (byte === 0x3b || byte === 0x20 || byte === 0x09) this.state = S.extension;
    else return this.refuse('a chunk size that is not hexadecimal');
    return chunksMore;
  }

  private countFraming(): number {
    return ++this.framingBytes > MAX_FRAMING_BYTES
      ? this.refuse('chunk extensions and trailers beyond all bounds')
      : chunksMore;
  }

  private refuse(what: string): number {
    this.problem = `an answer with ${what}`;
    return chunksBroken;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
