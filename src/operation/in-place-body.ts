// A buffer of one client in which the body of each request is put at its place, behind the room for the head.

import type { InPlaceRequest } from '../http/request.ts';

/** Of a new buffer, without the head. */
const SMALLEST = 4096;
/** A UTF-16 code unit takes at most so many bytes in UTF-8. */
const BYTES_PER_CODE_UNIT = 3;

/** Takes one body after another. Nothing is allocated while they are no larger than those before. */
export class InPlaceBody {
  private buffer: Buffer;
  private readonly headRoom: number;

  constructor(headRoom: number) {
    this.headRoom = headRoom;
    this.buffer = Buffer.allocUnsafeSlow(headRoom + SMALLEST);
  }

  /** Copies a body into the buffer, a text as UTF-8, and gives it to a request until the next body comes. */
  give(request: InPlaceRequest, body: Uint8Array | string): void {
    const length = this.copy(body);
    request.setBody(this.buffer, length);
  }

  private copy(body: Uint8Array | string): number {
    if (typeof body === 'string') {
      this.reserve(body.length * BYTES_PER_CODE_UNIT);
      return this.buffer.write(body, this.headRoom);
    }
    this.reserve(body.length);
    this.buffer.set(body, this.headRoom);
    return body.length;
  }

  private reserve(length: number): void {
    const needed = this.headRoom + length;
    if (needed > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
  }
}
