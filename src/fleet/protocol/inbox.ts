// The receiving end of an Outbox: takes each message exactly once and in order, although the network may repeat
// or delay batches.
import { refuse } from './json-codec.ts';
import { type Batch, lastPiece, morePieces } from './outbox.ts';

/** The most bytes of a message when its pieces are put together. */
const MAX_MESSAGE_BYTES = 1 << 28;

/** Receives the batches of one outbox, and hands each message to `deliver` when its last piece has arrived. */
export class Inbox {
  private readonly deliver: (message: Uint8Array) => void;
  /** The number of the last piece that was taken; 0 before the first one. */
  last = 0;
  private parts: Uint8Array[] = [];
  private partBytes = 0;

  constructor(deliver: (message: Uint8Array) => void) {
    this.deliver = deliver;
  }

  /**
   * Takes those pieces of a batch that are new. Returns the number of the last piece taken so far, which is the answer
   * to the sender. A batch that begins later than with the next piece is ignored, because something before it is
   * missing. If `deliver` throws, the error passes on, and the message counts as taken all the same.
   */
  accept({ first, pieces }: Batch): number {
    if (first > this.last + 1) return this.last;
    for (const piece of pieces.slice(this.last + 1 - first)) {
      this.last++;
      this.take(piece);
    }
    return this.last;
  }

  private take(piece: Uint8Array): void {
    const [kind] = piece;
    if (kind !== lastPiece && kind !== morePieces) throw refuse('message', 'a piece of a message');
    const body = piece.subarray(1);
    if (kind === lastPiece && this.parts.length === 0) {
      this.deliver(body);
      return;
    }
    this.partBytes += body.length;
    if (this.partBytes > MAX_MESSAGE_BYTES) throw refuse('message', `shorter than ${MAX_MESSAGE_BYTES} bytes`);
    this.parts.push(body);
    if (kind === morePieces) return;
    const message = Buffer.concat(this.parts);
    this.parts = [];
    this.partBytes = 0;
    this.deliver(message);
  }
}
