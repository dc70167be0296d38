// The receiving end of an outbox: takes each message once, in order, whatever the network repeats or delays.
import { refuse } from './codec.ts';
import { type Batch, lastPiece, morePieces } from './outbox.ts';

/** Longest message in bytes, put together from its pieces. */
const MAX_MESSAGE_BYTES = 1 << 28;

export class Inbox {
  private readonly deliver: (message: Uint8Array) => void;
  /** Number of the last piece that was taken; 0 = none. */
  last = 0;
  private parts: Uint8Array[] = [];
  private partBytes = 0;

  constructor(deliver: (message: Uint8Array) => void) {
    this.deliver = deliver;
  }

  /**
   * Takes what is new of a batch and returns the number of the last piece taken so far, which is the answer to the sender.
   * A batch from beyond a gap is not taken. What `deliver` throws, this throws; the message counts as taken.
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
