// The grammars of values of flags. Each function makes a typed value of a text, or throws a ValueProblem that says what
// is wrong.
import { JsonSyntaxError, parseJson } from '../../json.ts';
import { ValueProblem } from './flag.ts';

/** A text as it is; an empty one is `null`. */
export const readText = (text: string): string | null => (text === '' ? null : text);

/** Limit of an id in bytes. File systems take names of up to 255 bytes, and some are made by adding to the id. */
const longestRunId = 200;

/** The id of a test run, which must be good for the name of a directory. */
export function readRunId(text: string): string | null {
  if (text === '.' || text === '..' || /[/\\]|\p{Cc}/u.test(text))
    throw new ValueProblem(`'${text}' cannot name a directory; use letters, digits, -, _ and .`);
  const length = Buffer.byteLength(text);
  if (length > longestRunId)
    throw new ValueProblem(`an id of ${length} bytes is too long; the most is ${longestRunId}`);
  return readText(text);
}

/** A list whose items are separated by commas and trimmed; an empty text is an empty list. */
export function readList(text: string): readonly string[] {
  if (text.trim() === '') return [];
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * A list that is not empty and has no empty item. Those are what an empty variable of a shell leaves, and what they
 * would mean is not what the user wants.
 */
export function readFilledList(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  const isEmpty = items.every((item) => item === '');
  if (isEmpty)
    throw new ValueProblem('nothing is listed; is a variable of the shell empty? Without the flag the default holds');
  if (items.includes('')) throw new ValueProblem(`'${text}' has an empty item; is a variable of the shell empty?`);
  return items;
}

/** A text that is not empty. */
export function readFilledText(text: string): string {
  if (text.trim() === '')
    throw new ValueProblem('it is empty; is a variable of the shell empty? Without the flag the default holds');
  return text;
}

/** A whole number of at least `least`; `1_000` is 1000. */
export function readInteger(text: string, least: number): number {
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) throw new ValueProblem(`'${text}' is not a whole number`);
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value)) throw new ValueProblem(`${text} is too large`);
  if (value < least) throw new ValueProblem(`${text} is too small, the least is ${least}`);
  return value;
}

/** A finite number of at least `least`. */
export function readNumber(text: string, least: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) throw new ValueProblem(`'${text}' is not a number`);
  if (value < least) throw new ValueProblem(`${text} is too small, the least is ${least}`);
  return value;
}

/** A share: a number above 0 and at most 1. */
export function readShare(text: string): number {
  const value = readNumber(text, 0);
  if (value === 0 || value > 1)
    throw new ValueProblem(`${text} is not a share above 0 and at most 1; write 0.1 for a tenth`);
  return value;
}

/** Percentiles as comma separated numbers above 0 and up to 100; ascending, each once. */
export function readPercentiles(text: string): readonly number[] {
  const values = readList(text).map((item) => {
    const value = readNumber(item, 0);
    if (value === 0 || value > 100) throw new ValueProblem(`the percentile ${item} is not above 0 and at most 100`);
    return value;
  });
  return [...new Set(values)].sort((left, right) => left - right);
}

/** `true` or `false`, in any case, or another word for one of them: `yes`, `no`, `1`, `0`. */
export function readBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'y', 'on', 't'].includes(word)) return true;
  if (['false', '0', 'no', 'n', 'off', 'f'].includes(word)) return false;
  throw new ValueProblem(`'${text}' is neither true nor false`);
}

/** Pairs `key:value,key:value`, each split at its first colon. Values stay texts. */
export function readTags(text: string): Readonly<Record<string, string>> {
  const pairs = readList(text).map((pair) => {
    const colon = pair.indexOf(':');
    if (colon < 1) throw new ValueProblem(`'${pair}' is not a pair; write key:value[,key:value]`);
    return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()] as const;
  });
  return Object.fromEntries(pairs);
}

/** Checks the shape of `k:v,k:v`, inline JSON or the name of a `.json` file, and keeps the text. */
export function readDictionaryText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || (trimmed.endsWith('.json') && !/[,:]/.test(trimmed))) return trimmed;
  if (!trimmed.startsWith('{')) {
    readTags(trimmed);
    return trimmed;
  }
  try {
    parseJson(trimmed);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ValueProblem(`not JSON: ${error.message}`);
    throw error;
  }
  return trimmed;
}

/** A version of the form `N.N.N[-suffix]`, 1.0.0 or later. */
export function readVersion(text: string): string {
  const match = /^(\d+)\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.exec(text);
  if (match === null) throw new ValueProblem(`'${text}' is not a version such as 3.1.0 or 3.0.0-beta1`);
  if (Number(match[1]) < 1) throw new ValueProblem(`${text} is too old, the oldest supported version is 1.0.0`);
  return text;
}

/** A major version of a JDK, or `bundled`. */
export function readJdk(text: string): string {
  if (text !== 'bundled' && !/^[1-9]\d*$/.test(text))
    throw new ValueProblem(`'${text}' is neither a positive whole number nor 'bundled'`);
  return text;
}

/** A time `YYYY-MM-DD HH:MM:SS` in UTC, as ms since 1970. */
export function readTimestamp(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(value)) throw new ValueProblem(`'${text}' is not a time of the form YYYY-MM-DD HH:MM:SS`);
  return value;
}
