// Reads the answers of one connection, in whatever pieces they arrive.
import { Answer, type BodyUse } from '../transport/answer.ts';
import { BodyKeeper, type BodyQuestion } from './body-keeper.ts';
import { ChunkedBody, chunksBroken, chunksDone, chunksPiece } from './chunked-body.ts';
import { headBroken, headIncomplete, maxHeadBytes, ResponseHead } from './response-head.ts';

/** Returned by {@link ResponseReader.push}: the answer goes on. */
export const answerMore = 0;
/** Returned by {@link ResponseReader.push}: the answer is complete. */
export const answerComplete = 1;
/** Returned by {@link ResponseReader.push}: no HTTP server may send this; {@link ResponseReader.problem} says what. */
export const answerBroken = 2;

const HEAD = 0;
const BODY_OF_LENGTH = 1;
const BODY_IN_CHUNKS = 2;
const BODY_UNTIL_CLOSE = 3;

/** A head that comes in pieces is parsed anew with each of them up to this length, so that garbage is noticed early. */
const SHORT_HEAD_BYTES = 512;
const NOTHING = Buffer.alloc(0);

/**
 * Reads one answer after another.
 *
 *   head ──▶ body of a stated length ──▶ complete
 *    ▲ │ ──▶ body in chunks ───────────▶ complete
 *    │ └───▶ body until the server closes
 *    └ interim heads (1xx) are skipped
 */
export class ResponseReader {
  /** The answer under way; overwritten for each. */
  readonly answer = new Answer();
  /** What was wrong, after `answerBroken`; it reads on from `… sent`. */
  problem = '';
  private readonly head = new ResponseHead();
  private readonly chunks = new ChunkedBody();
  private readonly keeper: BodyKeeper;
  private state = HEAD;
  private isHead = false;
  private bodyUse: BodyUse = 'none';
  private remaining = 0;
  private partialHead: Buffer = NOTHING;
  private partialLength = 0;

  constructor(question: BodyQuestion) {
    this.keeper = new BodyKeeper(this.answer, question);
  }

  /** Whether the server speaks TLS where plain HTTP was expected, after `answerBroken`. */
  get isTls(): boolean {
    return this.head.isTls;
  }

  /** Whether what came is no HTTP/1.x from its first line on, after `answerBroken`. */
  get isForeign(): boolean {
    return this.head.isForeign;
  }

  /** Whether some bytes of the answer have arrived. */
  get hasBegun(): boolean {
    return this.state !== HEAD || this.partialLength > 0;
  }

  /** Begins with the answer to a request that goes out now. */
  expect(isHead: boolean, bodyUse: BodyUse): void {
    this.isHead = isHead;
    this.bodyUse = bodyUse;
    this.state = HEAD;
    this.partialLength = 0;
  }

  /**
   * Reads `bytes[0..length)`, and returns `answerMore`, `answerComplete` or `answerBroken`. After `answerComplete` the
   * body of the answer may be a view of `bytes`.
   */
  push(bytes: Buffer, length: number): number {
    let at = 0;
    if (this.state === HEAD) {
      at = this.readHead(bytes, 0, length);
      if (at === headIncomplete) return answerMore;
      if (at === headBroken) return answerBroken;
    }
    const end = this.readBody(bytes, at, length);
    if (end < 0) return end === headBroken ? answerBroken : answerMore;
    if (end < length) return this.refuse(`${length - end} bytes more than the answer`);
    this.keeper.complete(bytes);
    return answerComplete;
  }

  /** Called when the server has closed its side; true if that completes the answer. */
  finish(): boolean {
    if (this.state !== BODY_UNTIL_CLOSE) return false;
    this.keeper.complete(NOTHING);
    return true;
  }

  /** The index behind the final head, interim ones (1xx) skipped; or `headIncomplete` or `headBroken`. */
  private readHead(bytes: Buffer, start: number, length: number): number {
    let at = start;
    do {
      at = this.partialLength === 0 ? this.headAt(bytes, at, length) : this.headInPieces(bytes, at, length);
      if (at < 0) return at;
      if (this.head.status === 101) return this.refuseHead('an upgrade of the protocol that was not asked for');
    } while (this.head.status < 200);
    this.beginBody();
    return at;
  }

  private headAt(bytes: Buffer, start: number, length: number): number {
    const end = this.head.parse(bytes, start, length);
    if (end === headBroken) return this.refuseHead(this.head.problem);
    if ((end === headIncomplete ? length : end) - start > maxHeadBytes)
      return this.refuseHead(`a head of more than ${maxHeadBytes} bytes`);
    if (end === headIncomplete) this.addPartialHead(bytes, start, length);
    return end;
  }

  private headInPieces(bytes: Buffer, start: number, length: number): number {
    const before = this.partialLength;
    this.addPartialHead(bytes, start, length);
    const isWorthParsing =
      this.partialLength <= SHORT_HEAD_BYTES || this.partialLength > maxHeadBytes || this.partialHeadEnds(before);
    if (!isWorthParsing) return headIncomplete;
    const end = this.head.parse(this.partialHead, 0, this.partialLength);
    if (end === headBroken) return this.refuseHead(this.head.problem);
    if ((end === headIncomplete ? this.partialLength : end) > maxHeadBytes)
      return this.refuseHead(`a head of more than ${maxHeadBytes} bytes`);
    if (end === headIncomplete) return headIncomplete;
    this.partialLength = 0;
    return start + end - before;
  }

  private partialHeadEnds(before: number): boolean {
    const at = this.partialHead.indexOf('\n\r\n', Math.max(0, before - 3), 'latin1');
    return at >= 0 && at < this.partialLength;
  }

  private addPartialHead(bytes: Buffer, start: number, length: number): void {
    const size = this.partialLength + length - start;
    if (size > this.partialHead.length) {
      const larger = Buffer.alloc(Math.max(2 * size, SHORT_HEAD_BYTES));
      this.partialHead.copy(larger, 0, 0, this.partialLength);
      this.partialHead = larger;
    }
    bytes.copy(this.partialHead, this.partialLength, start, length);
    this.partialLength = size;
  }

  private beginBody(): void {
    const { answer, head } = this;
    const hasNoBody = this.isHead || head.status === 204 || head.status === 304;
    answer.reset();
    answer.status = head.status;
    answer.encoding = head.encoding;
    answer.isOtherThanJson = head.isOtherThanJson;
    answer.idleSeconds = head.idleSeconds;
    answer.closes = head.saysClose || (head.isHttp10 && !head.saysKeepAlive);
    if (hasNoBody || head.contentLength >= 0) {
      this.state = BODY_OF_LENGTH;
      this.remaining = hasNoBody ? 0 : head.contentLength;
    } else if (head.isChunked) {
      this.state = BODY_IN_CHUNKS;
      this.chunks.reset();
    } else {
      this.state = BODY_UNTIL_CLOSE;
      answer.closes = true;
    }
    this.keeper.begin(head.status, this.bodyUse, this.state === BODY_OF_LENGTH ? this.remaining : -1);
  }

  /** The index behind the answer; `headIncomplete` if it goes on, `headBroken` if it is broken. */
  private readBody(bytes: Buffer, start: number, length: number): number {
    if (this.state === BODY_IN_CHUNKS) return this.readChunks(bytes, start, length);
    const end = this.state === BODY_UNTIL_CLOSE ? length : Math.min(length, start + this.remaining);
    if (end > start) this.keeper.add(bytes, start, end);
    if (this.state === BODY_OF_LENGTH) {
      this.remaining -= end - start;
      if (this.remaining === 0) return end;
    }
    this.keeper.endRead(bytes);
    return headIncomplete;
  }

  private readChunks(bytes: Buffer, start: number, length: number): number {
    const { chunks, keeper } = this;
    let at = start;
    for (;;) {
      const step = chunks.next(bytes, at, length);
      if (step === chunksDone) return chunks.pieceEnd;
      if (step === chunksBroken) return this.refuseHead(chunks.problem);
      if (step !== chunksPiece) {
        keeper.endRead(bytes);
        return headIncomplete;
      }
      keeper.add(bytes, chunks.pieceStart, chunks.pieceEnd);
      at = chunks.pieceEnd;
    }
  }

  private refuse(what: string): typeof answerBroken {
    this.problem = what;
    return answerBroken;
  }

  private refuseHead(what: string): typeof headBroken {
    this.problem = what;
    return headBroken;
  }
}
