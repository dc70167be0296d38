// What is kept of the body of an answer: a view of the read buffer if it came in one read, else a buffer that is used again.
import type { Answer } from './answer.ts';

/** Asks whether the whole body is wanted, see `WireOwner.needsWholeBody`. */
export type BodyQuestion = (answer: Answer) => boolean;

/** Bytes that are shown before a peeking owner is asked, unless the body is shorter; they stay kept if it does not want more. */
export const peekBytes = 1024;
/** Of an error answer at least this much is kept. */
export const errorBodyBytes = 65_536;
/** Beyond this a body is cut off: each client may hold so much, and a copy of it while it grows. */
const MAX_KEPT_BYTES = 268_435_456;
/** A larger buffer is given back after its answer. */
const MAX_IDLE_BYTES = 1_048_576;
const FIRST_BYTES = 16_384;
/** A stated length is believed up to here when the first buffer is made. */
const MAX_TRUSTED_BYTES = 16_777_216;
const NOTHING = Buffer.alloc(0);

const SKIP = 0;
const ASK = 1;
const KEEP = 2;

export class BodyKeeper {
  private readonly answer: Answer;
  private readonly question: BodyQuestion;
  private mode = SKIP;
  private limit = 0;
  private expected = 0;
  /** Bytes kept so far, in the view or in `store`. */
  private kept = 0;
  private viewStart = 0;
  private viewEnd = 0;
  private store: Buffer = NOTHING;
  private lastView: Buffer = NOTHING;
  private lastSource: Buffer = NOTHING;
  private lastStart = 0;
  private lastEnd = 0;

  constructor(answer: Answer, question: BodyQuestion) {
    this.answer = answer;
    this.question = question;
  }

  /** `expected`: the stated length of the body, -1 if unknown. */
  begin(status: number, use: 'none' | 'peek' | 'all', expected: number): void {
    this.kept = 0;
    this.viewEnd = 0;
    this.expected = expected;
    if (this.store.length > MAX_IDLE_BYTES) this.store = NOTHING;
    const isError = status >= 300;
    this.mode = use === 'all' || isError ? KEEP : use === 'peek' ? ASK : SKIP;
    this.limit = use !== 'all' && isError ? errorBodyBytes : MAX_KEPT_BYTES;
  }

  /** A piece of the body, without framing: `bytes[start..end)`. */
  add(bytes: Buffer, start: number, end: number): void {
    this.answer.bodyLength += end - start;
    if (this.mode === SKIP) return;
    const size = Math.min(end - start, this.limit - this.kept);
    if (size <= 0) return;
    if (this.kept === 0) {
      this.viewStart = start;
      this.viewEnd = start + size;
    } else {
      this.storeView(bytes);
      this.append(bytes, start, start + size);
    }
    this.kept += size;
  }

  /** The read is over and the body is not: saves what the read buffer holds. */
  endRead(bytes: Buffer): void {
    if (this.mode === ASK && this.kept >= peekBytes) {
      this.show(bytes);
      if (this.question(this.answer)) this.mode = KEEP;
      else this.keepPeek(bytes);
    }
    this.storeView(bytes);
  }

  /** The body is over: makes it known in the answer. */
  complete(bytes: Buffer): void {
    this.show(bytes);
    if (this.mode === ASK) this.question(this.answer);
  }

  private show(bytes: Buffer): void {
    this.answer.body = this.kept === 0 ? NOTHING : this.viewEnd > 0 ? this.view(bytes) : this.store.subarray(0, this.kept);
    this.answer.isWhole = this.kept === this.answer.bodyLength;
  }

  /** Answers of one task are often alike: then the view of the last one serves again. */
  private view(bytes: Buffer): Buffer {
    if (this.lastStart !== this.viewStart || this.lastEnd !== this.viewEnd || this.lastSource !== bytes) {
      this.lastView = bytes.subarray(this.viewStart, this.viewEnd);
      this.lastSource = bytes;
      this.lastStart = this.viewStart;
      this.lastEnd = this.viewEnd;
    }
    return this.lastView;
  }

  private keepPeek(bytes: Buffer): void {
    if (this.viewEnd > 0) this.viewEnd = this.viewStart + peekBytes;
    this.kept = peekBytes;
    this.storeView(bytes);
    this.mode = SKIP;
  }

  private storeView(bytes: Buffer): void {
    if (this.viewEnd === 0) return;
    const size = this.viewEnd - this.viewStart;
    this.reserve(size, 0);
    bytes.copy(this.store, 0, this.viewStart, this.viewEnd);
    this.viewEnd = 0;
  }

  private append(bytes: Buffer, start: number, end: number): void {
    this.reserve(this.kept + end - start, this.kept);
    bytes.copy(this.store, this.kept, start, end);
  }

  private reserve(size: number, used: number): void {
    if (size <= this.store.length) return;
    const stated = Math.min(this.expected, this.limit, MAX_TRUSTED_BYTES);
    const larger = Buffer.allocUnsafeSlow(Math.max(size, FIRST_BYTES, stated, Math.min(used * 2, MAX_KEPT_BYTES)));
    this.store.copy(larger, 0, 0, used);
    this.store = larger;
  }
}
