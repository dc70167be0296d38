// Reads what the Python process answers. The code of a plug-in runs there, so nothing of it is taken on trust.
import { BenchmarkError } from '../errors.ts';

/** A JSON object as `JSON.parse` makes it. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** The value as a list; an empty one for anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as a list of texts; what is no text is left out. */
export const textsOf = (value: unknown): readonly string[] => listOf(value).filter((each) => typeof each === 'string');

/** The value if it is a text, else `''`. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The value if it is a number, else `null`. */
export const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The value as a whole number of at least 0. Throws `INTERNAL` for anything else. */
export function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new BenchmarkError('INTERNAL', 'The Python process answered something that it should not.');
}
