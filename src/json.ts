// JSON without loss: 5.0 stays a float, integers keep every digit, keys keep their order, NaN and Infinity are read as Python does.
import { BenchmarkError } from './errors.ts';

/** A number that was written with a fraction or an exponent, or NaN or an infinity. Integers are `number` or, beyond 2^53, `bigint`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export type Json = null | boolean | string | number | bigint | Float | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
/** Insertion-ordered; a JavaScript object would move keys such as "200" to the front. */
export type JsonObject = ReadonlyMap<string, Json>;

export const isJsonObject = (value: Json | undefined): value is JsonObject => value instanceof Map;
export const isJsonArray = (value: Json | undefined): value is JsonArray => Array.isArray(value);
/** True for integers and floats of any size. */
export const isJsonNumber = (value: Json | undefined): value is number | bigint | Float =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
/** The nearest JavaScript number of a JSON number. */
export const toNumber = (value: number | bigint | Float): number => (value instanceof Float ? value.value : Number(value));

/** Where a JSON text is broken. Line and column count from 1. */
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
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const WHITESPACE = /[ \t\n\r]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Number.POSITIVE_INFINITY)],
  ['-Infinity', new Float(Number.NEGATIVE_INFINITY)],
];
const MAX_DEPTH = 500;

class Reader {
  private readonly text: string;
  private position = 0;
  private depth = 0;

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
    const character = this.text[this.position];
    if (character === '{') return this.nested(() => this.object());
    if (character === '[') return this.nested(() => this.array());
    if (character === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    return this.number();
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(`Nested deeper than ${MAX_DEPTH} levels`);
    const value = read();
    this.depth--;
    return value;
  }

  private object(): JsonObject {
    const object = new Map<string, Json>();
    this.position++;
    this.skipWhitespace();
    if (this.take('}')) return object;
    for (;;) {
      if (this.text[this.position] !== '"') this.fail('Expected a property name in double quotes');
      const key = this.string();
      this.skipWhitespace();
      if (!this.take(':')) this.fail('Expected ":" after a property name');
      this.skipWhitespace();
      object.set(key, this.value());
      this.skipWhitespace();
      if (this.take('}')) return object;
      if (!this.take(',')) this.fail('Expected "," or "}"');
      this.skipWhitespace();
    }
  }

  private array(): JsonArray {
    const array: Json[] = [];
    this.position++;
    this.skipWhitespace();
    if (this.take(']')) return array;
    for (;;) {
      array.push(this.value());
      this.skipWhitespace();
      if (this.take(']')) return array;
      if (!this.take(',')) this.fail('Expected "," or "]"');
      this.skipWhitespace();
    }
  }

  private string(): string {
    let text = '';
    this.position++;
    for (;;) {
      PLAIN_TEXT.lastIndex = this.position;
      text += PLAIN_TEXT.exec(this.text)?.[0] ?? '';
      this.position = PLAIN_TEXT.lastIndex;
      if (this.take('"')) return text;
      if (this.position >= this.text.length) this.fail('Unterminated string');
      if (!this.take('\\')) this.fail('Control character in a string');
      text += this.escape();
    }
  }

  private escape(): string {
    const character = this.text[this.position] ?? '';
    const plain = ESCAPES[character];
    if (plain !== undefined) {
      this.position++;
      return plain;
    }
    const hex = this.text.slice(this.position + 1, this.position + 5);
    if (character !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('Invalid escape in a string');
    this.position += 5;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private number(): Json {
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null) this.fail(this.position >= this.text.length ? 'Unexpected end of the text' : 'Expected a JSON value');
    this.position = NUMBER.lastIndex;
    if (match[1] !== undefined || match[2] !== undefined) return new Float(Number(match[0]));
    const integer = Number(match[0]);
    return Number.isSafeInteger(integer) ? (Object.is(integer, -0) ? 0 : integer) : BigInt(match[0]);
  }

  private take(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private skipWhitespace(): void {
    WHITESPACE.lastIndex = this.position;
    WHITESPACE.test(this.text);
    this.position = WHITESPACE.lastIndex;
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
  const [digits = '', exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    const magnitude = Math.abs(power);
    return `${digits}e${power < 0 ? '-' : '+'}${magnitude < 10 ? '0' : ''}${magnitude}`;
  }
  const plain = power < 0 ? `${value < 0 ? '-' : ''}0.${'0'.repeat(-power - 1)}${digits.replace('-', '').replace('.', '')}` : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Writes JSON without whitespace, non-ASCII characters as they are: what goes over the wire. */
export function writeJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Float) return formatFloat(value.value);
  if (isJsonObject(value)) return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`).join(',')}}`;
  return `[${value.map(writeJson).join(',')}]`;
}

/** A value made of plain JavaScript objects, arrays and numbers as JSON; other things are refused. Numbers with a fraction become floats. */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : new Float(value);
  if (value instanceof Float || value instanceof Map) return value as Float | JsonObject;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object') return new Map(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  throw new TypeError(`A ${typeof value} has no JSON form.`);
}

/** JSON as plain JavaScript values, for libraries that want such. Floats become numbers; key order and large integers may suffer. */
export function toPlain(value: Json): unknown {
  if (value instanceof Float) return value.value;
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]));
  if (isJsonArray(value)) return value.map(toPlain);
  return value;
}
