// Reads the head of an HTTP/1.x answer at byte level: strictly, and without making strings of what nobody needs.
import type { ContentEncoding } from '../transport/answer.ts';

/** Returned by {@link ResponseHead.parse}: the end of the head has not arrived. */
export const headIncomplete = -1;
/** Returned by {@link ResponseHead.parse}: this is not HTTP; {@link ResponseHead.problem} says why. */
export const headBroken = -2;
/** Heads larger than this are refused. */
export const maxHeadBytes = 65_536;

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const ZERO = 48;
const EQUALS = 61;
const PREFIX = Buffer.from('HTTP/1.');
/** Length of `HTTP/1.1 200` and the byte behind it. */
const SHORTEST_STATUS_LINE = 13;
const TIMEOUT = 'timeout';
/** Limit of a promise to keep a connection, so that its digits cannot overflow. */
const LONGEST_IDLE_SECONDS = 1e9;
/** Limit of the digits of a length, so that it stays exact as a number. */
const MAX_LENGTH_DIGITS = 15;

const NAME_BYTES = tableOf((byte) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)));
const VALUE_BYTES = tableOf((byte) => (byte >= SPACE && byte !== 127) || byte === TAB);

function tableOf(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0));
}

/** One head. Its fields are overwritten by each {@link parse}. */
export class ResponseHead {
  status = 0;
  isHttp10 = false;
  /** -1 if the answer does not state it. */
  contentLength = -1;
  isChunked = false;
  saysClose = false;
  saysKeepAlive = false;
  /** N of `Keep-Alive: timeout=N`; -1 if the answer does not state it. */
  idleSeconds = -1;
  encoding: ContentEncoding = 'identity';
  /** Whether a content-type is named that is not one of JSON. */
  isOtherThanJson = false;
  /** What is wrong, after `headBroken`; shows only bytes of the status line. */
  problem = '';
  /** Whether what came is no answer of HTTP/1.x at all, after `headBroken`. */
  isForeign = false;
  /** Whether what came is an alert of TLS, after `headBroken`. */
  isTls = false;

  /** Reads `bytes[start..end)`, and returns the index behind the head, `headIncomplete` or `headBroken`. */
  parse(bytes: Buffer, start: number, end: number): number {
    this.contentLength = -1;
    this.isHttp10 = false;
    this.isChunked = false;
    this.saysClose = false;
    this.saysKeepAlive = false;
    this.idleSeconds = -1;
    this.encoding = 'identity';
    this.isOtherThanJson = false;
    this.isForeign = false;
    this.isTls = false;
    for (let index = 0; index < PREFIX.length; index++) {
      if (start + index >= end) return headIncomplete;
      if (bytes[start + index] !== PREFIX[index]) return this.refuseStart(bytes, start, end);
    }
    if (end - start < SHORTEST_STATUS_LINE) return headIncomplete;
    const minor = bytes[start + 7];
    const hundreds = (bytes[start + 9] as number) - ZERO;
    const tens = (bytes[start + 10] as number) - ZERO;
    const ones = (bytes[start + 11] as number) - ZERO;
    const next = bytes[start + 12];
    const isDigits = hundreds >= 1 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
    if (
      (minor !== ZERO + 1 && minor !== ZERO) ||
      bytes[start + 8] !== SPACE ||
      !isDigits ||
      (next !== SPACE && next !== CR)
    ) {
      return this.refuseStart(bytes, start, end);
    }
    this.isHttp10 = minor === ZERO;
    this.status = hundreds * 100 + tens * 10 + ones;
    let at = start + 12;
    while (at < end && VALUE_BYTES[bytes[at] as number] === 1) at++;
    if (at + 1 >= end)
      return at < end && bytes[at] !== CR ? this.refuse('a control character in the status line') : headIncomplete;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return this.refuse('a status line that does not end in CR LF');
    return this.parseFields(bytes, at + 2, end);
  }

  // Runs for each answer of the load, so it is one loop over all fields (measured by bench/wire.ts).
  private parseFields(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (bytes[at] === CR) {
        if (at + 1 >= end) return headIncomplete;
        if (bytes[at + 1] !== LF) return this.refuse('a CR without LF');
        return this.isChunked && this.contentLength >= 0
          ? this.refuse('both content-length and transfer-encoding')
          : at + 2;
      }
      const nameStart = at;
      while (at < end && NAME_BYTES[bytes[at] as number] === 1) at++;
      if (at >= end) return headIncomplete;
      if (bytes[at] !== COLON || at === nameStart) return this.refuse('a header line without a valid name and a colon');
      const nameEnd = at++;
      const valueStart = at;
      while (at < end && VALUE_BYTES[bytes[at] as number] === 1) at++;
      if (at < end && bytes[at] !== CR) return this.refuse('a control character in a header');
      if (at + 1 >= end) return headIncomplete;
      if (bytes[at + 1] !== LF) return this.refuse('a CR without LF');
      if (!this.readField(bytes, nameStart, nameEnd, valueStart, at)) return headBroken;
      at += 2;
    }
    return headIncomplete;
  }

  /** Reads one field. Only the length of its name is looked at first, because nearly all fields are of no interest. */
  private readField(bytes: Buffer, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): boolean {
    switch (nameEnd - nameStart) {
      case 10:
        if (isWord(bytes, nameStart, nameEnd, 'connection'))
          this.readConnection(bytes.toString('latin1', valueStart, valueEnd).toLowerCase());
        else if (isWord(bytes, nameStart, nameEnd, 'keep-alive'))
          this.idleSeconds = readTimeout(bytes, valueStart, valueEnd);
        return true;
      case 12:
        if (isWord(bytes, nameStart, nameEnd, 'content-type'))
          this.isOtherThanJson = !namesJson(bytes, valueStart, valueEnd);
        return true;
      case 14:
        return !isWord(bytes, nameStart, nameEnd, 'content-length') || this.readLength(bytes, valueStart, valueEnd);
      case 16:
        if (isWord(bytes, nameStart, nameEnd, 'content-encoding'))
          this.encoding = encodingOf(bytes.toString('latin1', valueStart, valueEnd));
        return true;
      case 17:
        return (
          !isWord(bytes, nameStart, nameEnd, 'transfer-encoding') ||
          this.readTransferEncoding(bytes.toString('latin1', valueStart, valueEnd))
        );
      default:
        return true;
    }
  }

  private readConnection(value: string): void {
    for (const token of value.split(',')) {
      const word = token.trim();
      if (word === 'close') this.saysClose = true;
      else if (word === 'keep-alive') this.saysKeepAlive = true;
    }
  }

  private readLength(bytes: Buffer, start: number, end: number): boolean {
    if (this.contentLength >= 0) return this.refuse('two content-length headers') >= 0;
    let at = start;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    let last = end;
    while (last > at && (bytes[last - 1] === SPACE || bytes[last - 1] === TAB)) last--;
    if (at === last || last - at > MAX_LENGTH_DIGITS) return this.refuse('a content-length that is not a number') >= 0;
    let length = 0;
    for (; at < last; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return this.refuse('a content-length that is not a number') >= 0;
      length = length * 10 + digit;
    }
    this.contentLength = length;
    return true;
  }

  private readTransferEncoding(value: string): boolean {
    if (this.isChunked || value.trim().toLowerCase() !== 'chunked')
      return this.refuse('a transfer-encoding other than chunked') >= 0;
    if (this.isHttp10) return this.refuse('a transfer-encoding in HTTP/1.0') >= 0;
    this.isChunked = true;
    return true;
  }

  private refuse(what: string): typeof headBroken {
    this.problem = `an answer with ${what}`;
    return headBroken;
  }

  private refuseStart(bytes: Buffer, start: number, end: number): typeof headBroken {
    this.isForeign = true;
    this.isTls = bytes[start] === 0x15 && bytes[start + 1] === 3;
    const shown = JSON.stringify(bytes.toString('latin1', start, Math.min(end, start + 24)));
    this.problem = this.isTls
      ? 'TLS where plain HTTP was expected (set use_ssl:true)'
      : `something other than HTTP/1.x: ${shown}`;
    return headBroken;
  }
}

/**
 * The number behind `timeout=`; -1 if there is none. Makes no string, because some servers send the field each time.
 */
function readTimeout(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at + TIMEOUT.length < end; at++) {
    const equalsAt = at + TIMEOUT.length;
    if (bytes[equalsAt] === EQUALS && isWord(bytes, at, equalsAt, TIMEOUT))
      return readSeconds(bytes, equalsAt + 1, end);
  }
  return -1;
}

function readSeconds(bytes: Buffer, start: number, end: number): number {
  let seconds = -1;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    seconds = Math.min(Math.max(seconds, 0) * 10 + digit, LONGEST_IDLE_SECONDS);
  }
  return seconds;
}

function isWord(bytes: Buffer, start: number, end: number, word: string): boolean {
  for (let index = 0; index < end - start; index++) {
    if (((bytes[start + index] as number) | 0x20) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether there is a `json` among the bytes, in any case: `application/json; charset=UTF-8`. */
function namesJson(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + 4 <= end; at++) {
    const isJson =
      ((bytes[at] as number) | 0x20) === 0x6a &&
      ((bytes[at + 1] as number) | 0x20) === 0x73 &&
      ((bytes[at + 2] as number) | 0x20) === 0x6f &&
      ((bytes[at + 3] as number) | 0x20) === 0x6e;
    if (isJson) return true;
  }
  return false;
}

function encodingOf(value: string): ContentEncoding {
  const name = value.trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate') return 'deflate';
  return name === 'identity' || name === '' ? 'identity' : 'other';
}
