// Messages between the Python process and the thread that owns it, read and written without an event loop.
import { readSync, writeSync } from 'node:fs';

/** Two lengths in front of each message: of its JSON text, and of the bytes that follow it. */
export const FRAME_HEAD = 8;

/** The end of a socket pair that belongs to the Python process. It waits where it reads and writes. */
export class BlockingFrames {
  private readonly fd: number;
  private buffer = new Uint8Array(1 << 16);

  constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * The next message with its head, valid until the next call; `null` if the other end is closed. A message that is cut
   * off counts as the end.
   */
  read(): Uint8Array | null {
    if (!this.fill(0, FRAME_HEAD)) return null;
    const head = new DataView(this.buffer.buffer);
    const size = FRAME_HEAD + head.getUint32(0, true) + head.getUint32(4, true);
    if (size > this.buffer.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, FRAME_HEAD));
      this.buffer = larger;
    }
    return this.fill(FRAME_HEAD, size) ? this.buffer.subarray(0, size) : null;
  }

  /** Writes bytes. Throws if the other end is closed. */
  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; )
      written += writeSync(this.fd, bytes, written, bytes.length - written);
  }

  private fill(from: number, to: number): boolean {
    for (let filled = from; filled < to; ) {
      const count = readSync(this.fd, this.buffer, filled, to - filled, null);
      if (count === 0) return false;
      filled += count;
    }
    return true;
  }
}
