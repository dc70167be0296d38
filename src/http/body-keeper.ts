// Keeps what is wanted of the body of an answer: as a view of the read buffer if it came in one read, else in a buffer
// that is used again and again.
import type { Answer, BodyUse } from '../transport/answer.ts';

/** Asks whether the whole body is wanted, as `WireOwner.needsWholeBody` does. */
export type BodyQuestion = (answer: Answer) => boolean;

/**
 * How many bytes an owner with `peek` is shown before it is asked, unless the body is shorter. They stay kept if it
 * does not want more.
 */
export const peekBytes = 1024;
/** How many bytes of an error answer are kept, whatever its owner wants. */
export const errorBodyBytes = 65_536;
/** How many bytes of any answer are kept at most. Each client may hold so many, and a copy of them while they grow. */
const MAX_KEPT_BYTES = 268_435_456;
/** A buffer larger than this is not kept for the next answer. */
const MAX_IDLE_BYTES = 1_048_576;
/** Least size of a buffer. */
const FIRST_BYTES = 16_384;
/** A buffer of the length that the server states is made at once up to this size; beyond it grows with what comes. */
const MAX_TRUSTED_BYTES = 16_777_216;
const NOTHING = Buffer.alloc(0);

/** Nothing more of the body is wanted. */
const SKIP = 0;
/** The owner is asked once it has been shown enough. */
const ASK = 1;
/** The body is wanted. */
const KEEP = 2;

/** The body of the answer under way. Pieces are added as they are read; nothing is allocated for one like the last. */
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

  /** Begins with a body. `expected` is the stated length of the body, -1 if unknown. */
  begin(status: number, use: BodyUse, expected: number): void {
    this.kept = 0;
    this.viewEnd = 0;
    this.expected = expected;
    if (this.store.length > MAX_IDLE_BYTES) this.store = NOTHING;
    const isError = status >= 300;
    this.mode = use === 'all' || isError ? KEEP : use === 'peek' ? ASK : SKIP;
    this.limit = use !== 'all' && isError ? errorBodyBytes : MAX_KEPT_BYTES;
  }

  /** Adds a piece of the body, without framing: `bytes[start..end)`. */
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

  /**
   * Called when a read is over and the body is not: saves what the read buffer holds, and asks the owner if it is time.
   */
  endRead(bytes: Buffer): void {
    if (this.mode === ASK && this.kept >= peekBytes) {
      this.show(bytes);
      if (this.question(this.answer)) this.mode = KEEP;
      else this.keepPeek(bytes);
    }
    this.storeView(bytes);
  }

  /** Called when the body is over: writes it into the answer. */
  complete(bytes: Buffer): void {
    this.show(bytes);
    if (this.mode === ASK) this.question(this.answer);
  }

  private show(bytes: Buffer): void {
    this.answer.body =
      this.kept === 0 ? NOTHING : this.viewEnd > 0 ? this.view(bytes) : this.store.subarray(0, this.kept);
    this.answer.isWhole = this.kept === this.answer.bodyLength;
  }

  /**
   * A view of the read buffer; that of the last answer if it lies in the same place, as answers of one task often do.
   */
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
