// Puts messages together from the pieces in which they arrive.
import { FRAME_HEAD } from './sandbox/frames.ts';

/** Takes each message: its JSON text, and the bytes that follow it, which the taker may keep. */
export type FrameTaker = (text: string, bytes: Buffer) => void;

/** A message longer than this is none. */
const LONGEST = 1 << 30;

/** Cuts a stream of bytes into messages. */
export class FrameReader {
  private readonly take: FrameTaker;
  private readonly head = Buffer.alloc(FRAME_HEAD);
  private headFilled = 0;
  private body: Buffer | null = null;
  private bodyFilled = 0;

  constructor(take: FrameTaker) {
    this.take = take;
  }

  /** Takes in what has arrived. Throws if it is no message. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length || this.isComplete(); ) {
      if (this.body === null) at += this.fillHead(chunk, at);
      else at += this.fillBody(this.body, chunk, at);
    }
  }

  private isComplete(): boolean {
    return this.body !== null && this.bodyFilled === this.body.length;
  }

  private fillHead(chunk: Buffer, from: number): number {
    const count = Math.min(FRAME_HEAD - this.headFilled, chunk.length - from);
    chunk.copy(this.head, this.headFilled, from, from + count);
    this.headFilled += count;
    if (this.headFilled < FRAME_HEAD) return count;
    const size = this.head.readUInt32LE(0) + this.head.readUInt32LE(4);
    if (size > LONGEST) throw new Error(`a message of ${size} bytes`);
    this.body = Buffer.allocUnsafe(size);
    this.bodyFilled = 0;
    this.headFilled = 0;
    return count;
  }

  private fillBody(body: Buffer, chunk: Buffer, from: number): number {
    const count = Math.min(body.length - this.bodyFilled, chunk.length - from);
    chunk.copy(body, this.bodyFilled, from, from + count);
    this.bodyFilled += count;
    if (this.bodyFilled < body.length) return count;
    this.body = null;
    const length = this.head.readUInt32LE(0);
    this.take(body.toString('utf8', 0, length), body.subarray(length));
    return count;
  }
}
