// Reads the properties of one JSON object as typed values; what does not fit goes to the sink with its path.
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toNumber } from '../json.ts';
import { itemPath, propertyPath } from './json-path.ts';
import type { ProblemSink } from './problem-sink.ts';

const NOTHING: JsonObject = new Map();
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** What a JSON value is, in the words of a message. */
export function describeJson(value: Json): string {
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'an array';
  if (isJsonObject(value)) return 'an object';
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (isJsonNumber(value))
    return `the number ${typeof value === 'object' ? formatFloatBriefly(value.value) : String(value)}`;
  return String(value);
}

function formatFloatBriefly(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/**
 * An object of the document, its path, and the sink for problems. The methods that read a property return `null` (or
 * the fallback, or nothing) both for an absent value and for a wrong one, which they report.
 */
export class ObjectView {
  readonly json: JsonObject;
  readonly path: string;
  readonly sink: ProblemSink;

  constructor(json: JsonObject, path: string, sink: ProblemSink) {
    this.json = json;
    this.path = path;
    this.sink = sink;
  }

  /** Whether the property is there. One that is `null` is not: that is what templates make of a missing value. */
  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** The value as it is; `undefined` if it is absent or `null`. */
  raw(key: string): Exclude<Json, null> | undefined {
    return this.json.get(key) ?? undefined;
  }

  /** The path of a property in the document. */
  at(key: string): string {
    return propertyPath(this.path, key);
  }

  /** Reports a problem of a property, or of the object itself. */
  complain(key: string | null, message: string, hint?: string): void {
    this.sink.add(key === null ? this.path : this.at(key), message, hint);
  }

  /** A string, which may be empty. */
  text(key: string): string | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (typeof value === 'string') return value;
    this.complain(key, `must be a string, not ${describeJson(value)}`);
    return null;
  }

  /** A string that must be there; `''` stands in for a missing one so that parsing can go on. */
  requiredText(key: string): string {
    if (!this.has(key)) this.complain(key, 'is missing; it must be a string');
    return this.text(key) ?? '';
  }

  /** A string that must be there and not be empty. */
  requiredName(key: string): string {
    const name = this.requiredText(key);
    if (name === '') this.complain(key, 'must not be empty');
    // Names stand in tables, in lines of logs and on terminals.
    if (CONTROL.test(name))
      this.complain(key, `must be one line without control characters, not ${describeJson(name)}`);
    return name;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.complain(key, `must be true or false, not ${describeJson(value)}`);
    return fallback;
  }

  /** An integer within limits that belong to the range. Neither `8.0` nor `"8"` is one. */
  integer(key: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | null {
    const value = this.raw(key);
    return value === undefined ? null : this.integerOf(value, this.at(key), { minimum, maximum });
  }

  /** The integers of an array that must not be empty. Wrong items are reported and left out. */
  integers(key: string, minimum: number): readonly number[] {
    const value = this.raw(key);
    if (!isJsonArray(value) || value.length === 0) {
      this.complain(key, `must be a non-empty array of integers, not ${describeJson(value ?? null)}`);
      return [];
    }
    const limits = { minimum, maximum: Number.MAX_SAFE_INTEGER };
    return value.flatMap((item, index) => this.integerOf(item, itemPath(this.at(key), index), limits) ?? []);
  }

  private integerOf(
    value: Json,
    path: string,
    limits: { readonly minimum: number; readonly maximum: number },
  ): number | null {
    const { minimum, maximum } = limits;
    if (typeof value === 'number' && value >= minimum && value <= maximum) return value;
    const isTooLarge = isJsonNumber(value) && toNumber(value) > maximum;
    const bound = isTooLarge ? `at most ${maximum}` : `at least ${minimum}`;
    this.sink.add(path, `must be an integer of ${bound}, not ${describeJson(value)}`);
    return null;
  }

  /** A finite number, integer or not, of at least the minimum. */
  number(key: string, minimum: number): number | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    const number = isJsonNumber(value) ? toNumber(value) : Number.NaN;
    if (Number.isFinite(number) && number >= minimum) return number;
    this.complain(key, `must be a number of at least ${minimum}, not ${describeJson(value)}`);
    return null;
  }

  /** One of the allowed strings. */
  choice<T extends string>(key: string, allowed: readonly T[]): T | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined)
      this.complain(key, `must be one of ${allowed.map((name) => `"${name}"`).join(', ')}, not ${describeJson(value)}`);
    return found ?? null;
  }

  /** The object below a key as it is; empty if absent. */
  jsonObject(key: string): JsonObject {
    const value = this.raw(key);
    if (value === undefined) return NOTHING;
    if (isJsonObject(value)) return value;
    this.complain(key, `must be an object, not ${describeJson(value)}`);
    return NOTHING;
  }

  /** The object below a key as a view; `null` if it is absent or no object. */
  object(key: string): ObjectView | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (isJsonObject(value)) return new ObjectView(value, this.at(key), this.sink);
    this.complain(key, `must be an object, not ${describeJson(value)}`);
    return null;
  }

  /** A string, or an array of strings. */
  texts(key: string): readonly string[] {
    const value = this.raw(key);
    if (value === undefined) return [];
    if (typeof value === 'string') return [value];
    if (isJsonArray(value) && value.every((item) => typeof item === 'string')) return value;
    const found = isJsonArray(value) ? 'an array of other things' : describeJson(value);
    this.complain(key, `must be a string or an array of strings, not ${found}`);
    return [];
  }

  /**
   * Views of the objects in a non-empty array; `null` if the key is absent. Items that are no objects are reported and
   * left out.
   */
  objects(key: string): readonly ObjectView[] | null {
    const value = this.raw(key);
    if (value === undefined) return null;
    if (!isJsonArray(value) || value.length === 0) {
      this.complain(key, `must be a non-empty array, not ${isJsonArray(value) ? 'an empty one' : describeJson(value)}`);
      return [];
    }
    return value.flatMap((item, index) => {
      const path = itemPath(this.at(key), index);
      if (isJsonObject(item)) return [new ObjectView(item, path, this.sink)];
      this.sink.add(path, `must be an object, not ${describeJson(item)}`);
      return [];
    });
  }
}

/** Reports entries whose name an earlier entry has. `what` names the kind of entry. */
export function rejectDuplicates(
  entries: readonly { readonly name: string; readonly view: ObjectView }[],
  what: string,
): void {
  const first = new Map<string, string>();
  for (const { name, view } of entries) {
    if (name === '') continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, view.path);
    else view.complain('name', `Another ${what} is named "${name}" (${earlier}); names must be unique`);
  }
}
