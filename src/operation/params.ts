// Reads the parameters of one operation as typed values, and collects everything that is wrong with them.
import type { Problem } from '../errors.ts';
import {
  Float,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonArray,
  type JsonObject,
  toNumber,
  writeJson,
} from '../json.ts';
import { longestWait, type Millis, seconds, secondsToMillis } from '../units.ts';
import { slipOf } from '../workload/closest-match.ts';

/** Limits of a number. `min` and `max` are allowed themselves, `above` is not. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
}

const TRUE_TEXTS: ReadonlySet<string> = new Set(['true', 'yes', 't', 'y']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['false', 'no', 'f', 'n']);
const LONGEST_SHOWN = 60;

/**
 * Typed access to a `JsonObject`. A value that is absent, `null` or an empty text gives the fallback. A wrong one is
 * noted in {@link problems} and gives the fallback too, so that reading goes on and finds all problems at once. Texts
 * that hold a number or a boolean are accepted, because templates often produce them.
 */
export class ParamReader {
  readonly params: JsonObject;
  readonly problems: Problem[];
  /** Stands before the names in problems: empty at the top, `requests[2].` in a nested object. */
  private readonly prefix: string;
  /** Names of parameters that were asked for. */
  private readonly asked = new Set<string>();

  constructor(params: JsonObject, problems: Problem[] = [], prefix = '') {
    this.params = params;
    this.problems = problems;
    this.prefix = prefix;
  }

  /** A reader of an object inside the parameters. Its problems go to the same list. */
  nested(params: JsonObject, path: string): ParamReader {
    return new ParamReader(params, this.problems, `${this.prefix}${path}.`);
  }

  /** True if the parameter has a value: it is there, and neither `null` nor an empty text. */
  has(name: string): boolean {
    return this.value(name) !== null;
  }

  /** The value as it is; `null` if there is none, see {@link has}. */
  value(name: string): Json {
    this.asked.add(name);
    const value = this.params.get(name) ?? null;
    return value === '' ? null : value;
  }

  /** Whether a parameter was asked for. */
  hasAsked(name: string): boolean {
    return this.asked.has(name);
  }

  /** Notes that something is wrong with a parameter. */
  problem(name: string, message: string, hint?: string): void {
    this.problems.push(
      hint === undefined
        ? { path: `${this.prefix}${name}`, message }
        : { path: `${this.prefix}${name}`, message, hint },
    );
  }

  /**
   * Notes parameters that nobody has asked for and that look like misspelt ones: what their author meant to give would
   * be missing. To be called when all has been read.
   */
  noteSlips(): void {
    const known = [...this.asked];
    for (const name of this.params.keys()) {
      const meant = this.asked.has(name) ? null : slipOf(name, known);
      if (meant !== null)
        this.problem(name, `"${name}" is no parameter that has an effect here.`, `Did you mean "${meant}"?`);
    }
  }

  integer<F>(name: string, fallback: F, bounds: NumberBounds = {}): number | F {
    const number = this.numeric(name);
    if (number === null) return fallback;
    if (number !== 'wrong' && Number.isSafeInteger(number) && within(number, bounds)) return number;
    const isTooLarge = number !== 'wrong' && number > Number.MAX_SAFE_INTEGER;
    const shownBounds = isTooLarge ? { max: Number.MAX_SAFE_INTEGER, ...bounds } : bounds;
    return this.wrong(name, `must be an integer${describe(shownBounds)}`, fallback);
  }

  number<F>(name: string, fallback: F, bounds: NumberBounds = {}): number | F {
    const number = this.numeric(name);
    if (number === null) return fallback;
    if (number === 'wrong' || !Number.isFinite(number) || !within(number, bounds))
      return this.wrong(name, `must be a number${describe(bounds)}`, fallback);
    return number;
  }

  /** A span of time that is given in seconds, fractions allowed. Longer ones than timers can wait for are problems. */
  duration<F>(name: string, fallback: F, bounds: NumberBounds = {}): Millis | F {
    const value = this.number(name, null, { max: longestWait, ...bounds });
    return value === null ? fallback : secondsToMillis(seconds(value));
  }

  boolean<F>(name: string, fallback: F): boolean | F {
    const value = this.value(name);
    if (value === null) return fallback;
    if (typeof value === 'boolean') return value;
    const text = typeof value === 'string' ? value.toLowerCase() : '';
    if (TRUE_TEXTS.has(text)) return true;
    if (FALSE_TEXTS.has(text)) return false;
    return this.wrong(name, 'must be true or false', fallback);
  }

  string<F>(name: string, fallback: F): string | F {
    const value = this.value(name);
    if (value === null) return fallback;
    if (typeof value === 'string') return value;
    return this.wrong(name, 'must be a string', fallback);
  }

  /** A text, a number or a boolean, as the text of a query parameter. */
  scalar<F>(name: string, fallback: F): string | F {
    const value = this.value(name);
    if (value === null) return fallback;
    return scalarText(value) ?? this.wrong(name, 'must be a text, a number or a boolean', fallback);
  }

  /** One of a few words. */
  choice<T extends string, F>(name: string, fallback: F, allowed: readonly T[]): T | F {
    const value = this.value(name);
    if (value === null) return fallback;
    const found = allowed.find((word) => word === value);
    return found ?? this.wrong(name, `must be one of ${allowed.map((word) => `"${word}"`).join(', ')}`, fallback);
  }

  object<F>(name: string, fallback: F): JsonObject | F {
    const value = this.value(name);
    if (value === null) return fallback;
    return isJsonObject(value) ? value : this.wrong(name, 'must be an object', fallback);
  }

  list<F>(name: string, fallback: F): JsonArray | F {
    const value = this.value(name);
    if (value === null) return fallback;
    return isJsonArray(value) ? value : this.wrong(name, 'must be a list', fallback);
  }

  /** Names, given as one text, as a comma-separated text or as a list of texts. */
  names<F>(name: string, fallback: F): readonly string[] | F {
    const value = this.value(name);
    if (value === null) return fallback;
    if (typeof value === 'string') {
      const names = value.split(',').map((part) => part.trim());
      return names.every((part) => part !== '')
        ? names
        : this.wrong(name, 'must name something between its commas', fallback);
    }
    const texts = isJsonArray(value)
      ? value.filter((item): item is string => typeof item === 'string' && item !== '')
      : [];
    if (!isJsonArray(value) || texts.length !== value.length || texts.length === 0) {
      return this.wrong(name, 'must be a string or a list of strings that are not empty', fallback);
    }
    return texts;
  }

  /** Notes a problem if a mandatory parameter is missing. */
  require(name: string): void {
    if (this.has(name)) return;
    this.problem(name, this.params.get(name) === '' ? `"${name}" must not be empty.` : `"${name}" is missing.`);
  }

  requiredString(name: string): string {
    this.require(name);
    return this.string(name, '');
  }

  requiredNames(name: string): readonly string[] {
    this.require(name);
    return this.names(name, []);
  }

  requiredInteger(name: string, bounds: NumberBounds): number {
    this.require(name);
    return this.integer(name, bounds.min ?? 0, bounds);
  }

  /** A request body as text: a string as it is, anything else as JSON; `null` if there is none. */
  body(name: string): string | null {
    const value = this.value(name);
    if (value === null) return null;
    return typeof value === 'string' ? value : writeJson(value);
  }

  private numeric(name: string): number | null | 'wrong' {
    const value = this.value(name);
    if (value === null) return null;
    if (isJsonNumber(value)) return toNumber(value);
    if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) return Number(value);
    return 'wrong';
  }

  private wrong<F>(name: string, expectation: string, fallback: F): F {
    this.problem(name, `"${name}" ${expectation}, but is ${shown(this.value(name))}.`);
    return fallback;
  }
}

/** A value as JSON for messages, shortened. */
export function shown(value: Json): string {
  const text = writeJson(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** A text, number or boolean as the text of a query parameter or a header; `null` for other values. */
export function scalarText(value: Json): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Float)
    return writeJson(value);
  return null;
}

function within(number: number, bounds: NumberBounds): boolean {
  return (
    (bounds.min === undefined || number >= bounds.min) &&
    (bounds.max === undefined || number <= bounds.max) &&
    (bounds.above === undefined || number > bounds.above)
  );
}

function describe(bounds: NumberBounds): string {
  const parts: string[] = [];
  if (bounds.above !== undefined) parts.push(`above ${bounds.above}`);
  if (bounds.min !== undefined) parts.push(`of at least ${bounds.min}`);
  if (bounds.max !== undefined) parts.push(`of at most ${bounds.max}`);
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}
