// JSON without loss: 5.0 stays a float, integers keep every digit, keys keep their order, and NaN and Infinity are read
// as Python does.
import { BenchmarkError } from './errors.ts';

/**
 * A number that was written with a fraction or an exponent, NaN, or an infinity. Integers are `number`, or `bigint`
 * beyond 2^53.
 */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Any JSON value as {@link parseJson} reads it. */
export type Json = null | boolean | string | number | bigint | Float | JsonArray | JsonObject;
/** A JSON array. */
export type JsonArray = readonly Json[];
/** A JSON object in the order of its keys. A JavaScript object would move keys such as "200" to the front. */
export type JsonObject = ReadonlyMap<string, Json>;

/** True for JSON objects. */
export const isJsonObject = (value: Json | undefined): value is JsonObject => value instanceof Map;
/** True for JSON arrays. */
export const isJsonArray = (value: Json | undefined): value is JsonArray => Array.isArray(value);
/** True for integers and floats of any size. */
export const isJsonNumber = (value: Json | undefined): value is number | bigint | Float =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
/** The nearest JavaScript number of a JSON number. */
export const toNumber = (value: number | bigint | Float): number =>
  value instanceof Float ? value.value : Number(value);

/** Says where a JSON text is broken. Line and column count from 1, the offset from 0. */
export class JsonSyntaxError extends BenchmarkError {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  constructor(message: string, line: number, column: number, offset: number) {
    super('WORKLOAD_SYNTAX', `${message} at line ${line}, column ${column}`);
    this.line = line;
    this.column = column;
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const ESCAPES: ReadonlyMap<number, string> = new Map(
  [...'"\\/bfnrt'].map((letter, index) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charAt(index)]),
);
/** Words by their first character; `-` may also begin a number. */
const WORDS: ReadonlyMap<number, { readonly word: string; readonly value: Json }> = new Map([
  [0x74, { word: 'true', value: true }],
  [0x66, { word: 'false', value: false }],
  [0x6e, { word: 'null', value: null }],
  [0x4e, { word: 'NaN', value: new Float(Number.NaN) }],
  [0x49, { word: 'Infinity', value: new Float(Number.POSITIVE_INFINITY) }],
  [0x2d, { word: '-Infinity', value: new Float(Number.NEGATIVE_INFINITY) }],
]);
/** Deeper nesting is refused, because the reader would exhaust the stack. */
const MAX_DEPTH = 500;
/** Integers of at most this many digits are exact as JavaScript numbers. */
const SAFE_DIGITS = 15;

/** Characters that JSON is made of. */
const CODE = {
  quote: 0x22,
  comma: 0x2c,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** Reads by character codes: bodies of several hundred kB are read while a workload is loaded and in the load path. */
class Reader {
  private readonly text: string;
  private position = 0;
  private depth = 0;
  private readonly keys: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    this.skipWhitespace();
    const value = this.value();
    this.skipWhitespace();
    if (this.position < this.text.length) this.fail('Unexpected text after the end of the JSON value');
    return value;
  }

  private value(): Json {
    const code = this.text.charCodeAt(this.position);
    if (code === CODE.quote) return this.string();
    if (code === CODE.openObject) return this.object();
    if (code === CODE.openList) return this.array();
    if (code >= CODE.zero && code <= CODE.nine) return this.number();
    const known = WORDS.get(code);
    if (known === undefined || !this.text.startsWith(known.word, this.position)) return this.number();
    this.position += known.word.length;
    return known.value;
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) this.fail(`Nested deeper than ${MAX_DEPTH} levels`);
    this.position++;
    this.skipWhitespace();
  }

  private object(): JsonObject {
    const object = new Map<string, Json>();
    this.enter();
    if (!this.take(CODE.closeObject)) {
      do {
        this.skipWhitespace();
        if (this.text.charCodeAt(this.position) !== CODE.quote) this.fail('Expected a property name in double quotes');
        const key = this.key();
        this.skipWhitespace();
        if (!this.take(CODE.colon)) this.fail('Expected ":" after a property name');
        this.skipWhitespace();
        object.set(key, this.value());
        this.skipWhitespace();
      } while (this.take(CODE.comma));
      if (!this.take(CODE.closeObject)) this.fail('Expected "," or "}"');
    }
    this.depth--;
    return object;
  }

  private array(): JsonArray {
    const array: Json[] = [];
    this.enter();
    if (!this.take(CODE.closeList)) {
      do {
        this.skipWhitespace();
        array.push(this.value());
        this.skipWhitespace();
      } while (this.take(CODE.comma));
      if (!this.take(CODE.closeList)) this.fail('Expected "," or "]"');
    }
    this.depth--;
    return array;
  }

  /**
   * A property name. Objects in lists tend to have the same names, so each name is kept in a table of 128 slots, found
   * by three of its characters: one that repeats is compared with the kept string and not made again.
   */
  private key(): string {
    const { text } = this;
    const start = this.position + 1;
    const slot = (text.charCodeAt(start) * 31 + text.charCodeAt(start + 1) * 7 + text.charCodeAt(start + 3)) & 127;
    const known = this.keys[slot];
    if (known !== undefined && text.charCodeAt(start + known.length) === CODE.quote && text.startsWith(known, start)) {
      this.position = start + known.length + 1;
      return known;
    }
    const key = this.string();
    if (!key.includes('"') && !key.includes('\\')) this.keys[slot] = key;
    return key;
  }

  private string(): string {
    const { text } = this;
    const start = this.position + 1;
    let position = start;
    for (let code = text.charCodeAt(position); code !== CODE.quote; code = text.charCodeAt(++position)) {
      // The negated comparison also catches the end of the text, whose code is NaN.
      if (code === CODE.backslash || !(code >= 0x20)) return this.escapedString(start, position);
    }
    this.position = position + 1;
    return text.slice(start, position);
  }

  /**
   * A string that is not simply a slice of the text: an escape, a control character or the end of the text is at
   * `position`.
   */
  private escapedString(start: number, position: number): string {
    const { text } = this;
    let result = text.slice(start, position);
    this.position = position;
    for (;;) {
      const code = text.charCodeAt(this.position);
      if (code === CODE.quote) break;
      if (Number.isNaN(code)) this.fail('Unterminated string');
      if (code < 0x20) this.fail('Control character in a string');
      if (code === CODE.backslash) {
        this.position++;
        result += this.escape();
      } else {
        const from = this.position;
        let next = code;
        while (next !== CODE.quote && next !== CODE.backslash && next >= 0x20) next = text.charCodeAt(++this.position);
        result += text.slice(from, this.position);
      }
    }
    this.position++;
    return result;
  }

  private escape(): string {
    const code = this.text.charCodeAt(this.position);
    const plain = ESCAPES.get(code);
    if (plain !== undefined) {
      this.position++;
      return plain;
    }
    const hex = this.text.slice(this.position + 1, this.position + 5);
    if (code !== 0x75 || !/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('Invalid escape in a string');
    this.position += 5;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private number(): Json {
    const { text } = this;
    const start = this.position;
    let position = start;
    let integer = 0;
    let code = text.charCodeAt(position);
    while (code >= CODE.zero && code <= CODE.nine) {
      integer = integer * 10 + code - CODE.zero;
      code = text.charCodeAt(++position);
    }
    const digits = position - start;
    const isPlain = code !== 0x2e && code !== 0x65 && code !== 0x45;
    if (digits === 0 || digits > SAFE_DIGITS || !isPlain || (digits > 1 && text.charCodeAt(start) === CODE.zero))
      return this.anyNumber();
    this.position = position;
    return integer;
  }

  private anyNumber(): Json {
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null)
      this.fail(this.position >= this.text.length ? 'Unexpected end of the text' : 'Expected a JSON value');
    this.position = NUMBER.lastIndex;
    if (match[1] !== undefined || match[2] !== undefined) return new Float(Number(match[0]));
    const integer = Number(match[0]);
    // Python has no integer -0, so adding 0 makes it 0.
    return Number.isSafeInteger(integer) ? integer + 0 : BigInt(match[0]);
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.position) !== code) return false;
    this.position++;
    return true;
  }

  private skipWhitespace(): void {
    let code = this.text.charCodeAt(this.position);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
      code = this.text.charCodeAt(++this.position);
  }

  private fail(message: string): never {
    const before = this.text.slice(0, this.position);
    const line = before.split('\n').length;
    throw new JsonSyntaxError(message, line, this.position - before.lastIndexOf('\n'), this.position);
  }
}

/** Reads a JSON text without loss. Of duplicate keys the last wins. Throws {@link JsonSyntaxError}. */
export function parseJson(text: string): Json {
  return new Reader(text).document();
}

/** The text of a float as Python prints it: `5.0`, `1e+16`, `1e-07`, `-0.0`, `NaN`, `Infinity`. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
    const plain = String(value);
    return plain.includes('.') ? plain : `${plain}.0`;
  }
  // Both languages print the same digits, but Python pads the exponent: 1e-07 where JavaScript has 1e-7.
  const [digits = '', sign = '', power = ''] = value.toExponential().split(/e([+-])/);
  return `${digits}e${sign}${power.padStart(2, '0')}`;
}

/** JSON text without whitespace, as it is sent to the cluster. Non-ASCII characters are not escaped. */
export function writeJson(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Float) return formatFloat(value.value);
  // Appending is quicker here than joining, which needs an array per level.
  if (isJsonObject(value)) {
    let members = '';
    for (const [key, item] of value) members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(item)}`;
    return `{${members}}`;
  }
  let items = '';
  for (const item of value) items += `${items === '' ? '' : ','}${writeJson(item)}`;
  return `[${items}]`;
}

/**
 * Plain JavaScript values as JSON. Numbers with a fraction become floats, `undefined` becomes `null`. Throws a
 * `TypeError` for functions and symbols.
 */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : new Float(value);
  if (value instanceof Float || value instanceof Map) return value as Float | JsonObject;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object') return new Map(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  throw new TypeError(`A ${typeof value} has no JSON form.`);
}

/**
 * JSON as plain JavaScript values, for libraries that want such. Floats become numbers; the order of keys and digits of
 * large integers may be lost.
 */
export function toPlain(value: Json): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') return Number(value);
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]));
  if (isJsonArray(value)) return value.map(toPlain);
  return value;
}
