// An HTTP answer as the load path sees it: overwritten for each answer, valid only during the callback that gets it.

/** How the body of an answer is compressed; `other` is one that this program cannot read. */
export type ContentEncoding = 'identity' | 'gzip' | 'deflate' | 'other';

/**
 * How much is wanted of the body of a successful answer. Bodies of error answers are always kept, up to a bound.
 */
export type BodyUse =
  /** Nothing: the body is skipped and never copied. */
  | 'none'
  /** Its first bytes, which decide whether the rest is needed: see `WireOwner.needsWholeBody`. */
  | 'peek'
  /** The whole body. */
  | 'all';

const NOTHING = Buffer.alloc(0);

/** One answer. Each connection has one of these and fills it again and again. */
export class Answer {
  status = 0;
  /** What was kept of the body, as it came over the wire (still encoded); empty if the body was skipped. */
  body: Buffer = NOTHING;
  /** True if `body` is the whole body. */
  isWhole = false;
  /** Bytes of the body on the wire, kept or skipped (without chunk framing). */
  bodyLength = 0;
  encoding: ContentEncoding = 'identity';
  /** Whether the head names a type of content other than JSON, as the page of a proxy has. */
  isOtherThanJson = false;
  /** Whether the server closes the connection after this answer. */
  closes = false;
  /**
   * Seconds for which the server says that it keeps the connection without a request (`Keep-Alive: timeout=5`); -1 if
   * it does not say.
   */
  idleSeconds = -1;

  /** Empties it for the next answer. */
  reset(): void {
    this.status = 0;
    this.body = NOTHING;
    this.isWhole = false;
    this.bodyLength = 0;
    this.encoding = 'identity';
    this.isOtherThanJson = false;
    this.closes = false;
    this.idleSeconds = -1;
  }
}
