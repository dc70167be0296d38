// Reads the options of one cluster as typed values and gathers what is wrong with them.
import type { Problem } from '../errors.ts';
import { Float, formatFloat, isJsonArray, isJsonNumber, isJsonObject, type Json, toNumber } from '../json.ts';

/** Options by key: their values are texts if they come from `k:v` pairs, and anything if they come from JSON. */
export type RawOptions = ReadonlyMap<string, Json>;

/**
 * The options of one cluster. Each method that reads one returns the default if it is absent and, having noted a
 * problem, if it is wrong. Problems never show values, which may be secrets.
 */
export class OptionValues {
  readonly problems: Problem[] = [];
  private readonly options: RawOptions;
  private readonly cluster: string;
  private readonly used = new Set<string>();

  constructor(options: RawOptions, cluster: string) {
    this.options = options;
    this.cluster = cluster;
  }

  /** Notes a problem of an option. The message reads on from its name: `must be a text`. */
  problem(key: string, message: string, hint?: string): void {
    this.problems.push({ path: this.cluster === 'default' ? key : `${this.cluster}.${key}`, message, hint });
  }

  /** Whether an option is given and not `null`. */
  has(key: string): boolean {
    const value = this.raw(key);
    return value !== undefined && value !== null;
  }

  /** The value as it was given. */
  raw(key: string): Json | undefined {
    this.used.add(key);
    return this.options.get(key);
  }

  /** A text, or a number as a text, because a password may be one. An empty text is as good as none. */
  text(key: string): string | null {
    const value = this.raw(key);
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'string') return value;
    if (isJsonNumber(value)) return value instanceof Float ? formatFloat(value.value) : String(value);
    this.problem(key, 'must be a text');
    return null;
  }

  /** A boolean, as such, as `true` or `false` in any case, or as 1 or 0. */
  flag(key: string, byDefault: boolean): boolean {
    const value = this.raw(key);
    if (value === undefined || value === null) return byDefault;
    const word = String(value).toLowerCase();
    if (word === 'true' || word === '1') return true;
    if (word === 'false' || word === '0') return false;
    this.problem(key, 'must be true or false');
    return byDefault;
  }

  /** A number of at least `least`, also as a text. */
  number(key: string, byDefault: number, least: number, isInteger: boolean): number {
    const value = this.raw(key);
    if (value === undefined || value === null) return byDefault;
    const number = isJsonNumber(value)
      ? toNumber(value)
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : Number.NaN;
    const isGood = Number.isFinite(number) && number >= least && (!isInteger || Number.isInteger(number));
    if (!isGood) this.problem(key, `must be ${isInteger ? 'a whole number' : 'a number'} of at least ${least}`);
    return isGood ? number : byDefault;
  }

  /** HTTP statuses: an array, or a text such as `502,503`. */
  statuses(key: string, byDefault: readonly number[]): readonly number[] {
    const value = this.raw(key);
    if (value === undefined || value === null) return byDefault;
    const items = isJsonArray(value) ? value.map(String) : String(value).split(',');
    const statuses = items.map((item) => Number(item.trim()));
    if (statuses.every((status) => Number.isInteger(status) && status >= 100 && status <= 599)) return statuses;
    this.problem(key, 'must be HTTP statuses, such as 502,503,504');
    return byDefault;
  }

  /** An object of texts, numbers and booleans, all as texts. */
  texts(key: string): Readonly<Record<string, string>> {
    const value = this.raw(key);
    if (value === undefined || value === null) return {};
    if (
      isJsonObject(value) &&
      [...value.values()].every((item) => typeof item === 'string' || isJsonNumber(item) || typeof item === 'boolean')
    ) {
      return Object.fromEntries(
        [...value].map(([name, item]) => [name, item instanceof Float ? formatFloat(item.value) : String(item)]),
      );
    }
    this.problem(
      key,
      'must be an object of names and texts',
      'give --client-options as JSON: {"default":{"headers":{"name":"value"}}}',
    );
    return {};
  }

  /** Keys that nobody has read. */
  unknownKeys(): readonly string[] {
    return [...this.options.keys()].filter((key) => !this.used.has(key));
  }
}
