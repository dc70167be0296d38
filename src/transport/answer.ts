// An answer as the load path sees it: overwritten for each answer, valid only during the callback that gets it.

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

/** A failure in the words of what is spoken with the target: what HTTP says by its status and body. */
export interface Refusal {
  /** By which failures are counted, so it holds no data of the request: `gRPC NOT_FOUND`. */
  readonly kind: string;
  /** For people, without secrets. */
  readonly description: string;
}

const NOTHING = Buffer.alloc(0);

/** One answer. Each connection has one of these and fills it again and again. */
export class Answer {
  /** The status of HTTP; where something else is spoken, the one that means the same. */
  status = 0;
  /** What failed, unless that is for the status and the body to say. */
  refusal: Refusal | null = null;
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
    this.refusal = null;
    this.body = NOTHING;
    this.isWhole = false;
    this.bodyLength = 0;
    this.encoding = 'identity';
    this.isOtherThanJson = false;
    this.closes = false;
    this.idleSeconds = -1;
  }
}
