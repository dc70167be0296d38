// Finds the few facts that operations want of an answer in its bytes, without parsing all of it. The bytes may be cut
// off anywhere.
//
// A position is an offset in the buffer; -1 means that something is not there, or lies behind the bytes that are. If a
// name occurs twice in an object, the first one counts.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;

/** The names that lead to a value, as bytes. A path is made once and used for every answer. */
export type JsonPath = readonly Buffer[];

/** A path such as `hits.total.value`. Names must not contain dots; `0` is the first item of a list. */
export const jsonPath = (dotted: string): JsonPath => dotted.split('.').map((name) => Buffer.from(name));

function skipSpace(json: Buffer, position: number): number {
  let at = position;
  for (; at < json.length; at++) {
    const byte = json[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
  }
  return at;
}

/** From so many bytes on, the native search for the closing quote is quicker than a loop. */
const LONG_STRING = 48;

/** Goes from the opening quote of a string to behind the closing one. */
function skipString(json: Buffer, position: number): number {
  const near = Math.min(json.length, position + LONG_STRING);
  let at = position + 1;
  for (; at < near; at++) {
    const byte = json[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return skipLongString(json, at);
}

/** As {@link skipString}, but from a place inside the string. No escape may reach over that place. */
function skipLongString(json: Buffer, position: number): number {
  for (let from = position; ; ) {
    const quote = json.indexOf(QUOTE, from);
    if (quote === -1) return -1;
    let escapes = 0;
    while (quote - escapes > from && json[quote - escapes - 1] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** Goes from the start of a value to behind it. */
function skipValue(json: Buffer, position: number): number {
  const first = json[position];
  if (first === QUOTE) return skipString(json, position);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(json, position);
  for (let at = position; at < json.length; at++) {
    const byte = json[at];
    if (
      byte === COMMA ||
      byte === CLOSE_OBJECT ||
      byte === CLOSE_ARRAY ||
      byte === 0x20 ||
      byte === 0x0a ||
      byte === 0x0d ||
      byte === 0x09
    )
      return at;
  }
  return -1;
}

function skipNested(json: Buffer, position: number): number {
  let depth = 0;
  for (let at = position; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = skipString(json, at) - 1;
      if (at < 0) return -1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at + 1;
  }
  return -1;
}

function isName(json: Buffer, start: number, end: number, name: Buffer): boolean {
  // A name that is written with escapes is the same name; servers hardly ever do it, so this may be slow.
  for (let at = start; at < end; at++) {
    if (json[at] === BACKSLASH) return decodeString(json.subarray(start, end)) === name.toString();
  }
  return end - start - 2 === name.length && json.compare(name, 0, name.length, start + 1, end - 1) === 0;
}

function decodeString(literal: Buffer): string | null {
  try {
    const text: unknown = JSON.parse(literal.toString());
    return typeof text === 'string' ? text : null;
  } catch {
    // The caller takes a broken string as one that is not there.
    return null;
  }
}

/** Where the value of a member starts, in an object that starts at `position`; -1 if there is none. */
export function findMember(json: Buffer, position: number, name: Buffer): number {
  if (json[position] !== OPEN_OBJECT) return -1;
  let at = skipSpace(json, position + 1);
  while (json[at] === QUOTE) {
    const nameEnd = skipString(json, at);
    if (nameEnd === -1) return -1;
    const colon = skipSpace(json, nameEnd);
    if (json[colon] !== COLON) return -1;
    const value = skipSpace(json, colon + 1);
    if (isName(json, at, nameEnd, name)) return value < json.length ? value : -1;
    const end = skipValue(json, value);
    if (end === -1) return -1;
    const next = skipSpace(json, end);
    if (json[next] !== COMMA) return -1;
    at = skipSpace(json, next + 1);
  }
  return -1;
}

/** Where the first item of a list starts that itself starts at `position`. */
function firstItemOf(json: Buffer, position: number, name: Buffer): number {
  if (name.length !== 1 || name[0] !== ZERO) return -1;
  const item = skipSpace(json, position + 1);
  return item < json.length && json[item] !== CLOSE_ARRAY ? item : -1;
}

/** Where the value at a path starts, -1 if it is not there. */
export function findValue(json: Buffer, path: JsonPath): number {
  let at = skipSpace(json, 0);
  for (const name of path) {
    at = json[at] === OPEN_ARRAY ? firstItemOf(json, at, name) : findMember(json, at, name);
    if (at === -1) return -1;
  }
  return at;
}

/**
 * The text of the scalar at a path; `undefined` if it is not there, is no scalar, or may go on behind the bytes that
 * are here.
 */
function scalar(json: Buffer, path: JsonPath): string | undefined {
  const start = findValue(json, path);
  if (start === -1 || json[start] === OPEN_OBJECT || json[start] === OPEN_ARRAY) return undefined;
  const end = skipValue(json, start);
  return end === -1 ? undefined : json.toString('utf8', start, end);
}

/** The boolean at a path; `undefined` if there is none. */
export function scanBoolean(json: Buffer, path: JsonPath): boolean | undefined {
  const text = scalar(json, path);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The number at a path; `undefined` if there is none, or if it may go on behind the bytes that are here. */
export function scanNumber(json: Buffer, path: JsonPath): number | undefined {
  const text = scalar(json, path);
  if (text === undefined || !/^-?\d/.test(text)) return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** The string at a path, with its escapes resolved; `undefined` if there is none. */
export function scanString(json: Buffer, path: JsonPath): string | undefined {
  const text = scalar(json, path);
  return text?.startsWith('"') ? (decodeString(Buffer.from(text)) ?? undefined) : undefined;
}

/** The hits of one page of a search. */
export interface PageOfHits {
  readonly count: number;
  /** The `sort` of the last hit as the server wrote it; `null` if there is none. */
  readonly lastSort: string | null;
}

const HITS = jsonPath('hits.hits');
const SORT = Buffer.from('sort');

/**
 * Counts `hits.hits` and reads the `sort` of the last one. `null` if there is no such list, or if it is cut off.
 * `visit` is given the place at which each hit starts.
 */
export function scanHits(json: Buffer, visit?: (hit: number) => void): PageOfHits | null {
  const start = findValue(json, HITS);
  if (start === -1 || json[start] !== OPEN_ARRAY) return null;
  let at = skipSpace(json, start + 1);
  if (json[at] === CLOSE_ARRAY) return { count: 0, lastSort: null };
  let count = 0;
  for (;;) {
    const hit = at;
    const end = skipValue(json, hit);
    if (end === -1 || end === hit) return null;
    count++;
    visit?.(hit);
    at = skipSpace(json, end);
    if (json[at] === CLOSE_ARRAY) return { count, lastSort: sortOf(json, hit) };
    if (json[at] !== COMMA) return null;
    at = skipSpace(json, at + 1);
  }
}

function sortOf(json: Buffer, hit: number): string | null {
  const start = findMember(json, hit, SORT);
  if (start === -1 || json[start] !== OPEN_ARRAY) return null;
  const end = skipValue(json, start);
  return end === -1 ? null : json.toString('utf8', start, end);
}
