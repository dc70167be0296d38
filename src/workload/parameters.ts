// Maps given on the command line (`--workload-params` and its like): a list of pairs, inline JSON, or a JSON file.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { BenchmarkError, exitCodes, messageOf } from '../errors.ts';
import { Float, isJsonObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { readTextFile, UnreadableText } from '../text-file.ts';

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const SPECIAL_FLOAT = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/**
 * Reads the text of `--workload-params`. Of several spellings of one key the last wins. Throws `USAGE` (exit code 64)
 * with what is wrong and the flag's name.
 */
export function parseWorkloadParams(text: string, flag = '--workload-params'): JsonObject {
  const trimmed = text.trim();
  if (trimmed.endsWith('.json') && !/[,:]/.test(trimmed)) return readParameterFile(trimmed, flag);
  if (trimmed.startsWith('{')) return objectOf(trimmed, flag, 'The inline JSON');
  return parseKeyValues(trimmed, flag);
}

/**
 * Reads `key:value,key:value`. A value in single quotes is a string and may hold commas; a key ends at its first colon.
 * Throws `USAGE` (exit code 64), which names the flag.
 */
export function parseKeyValues(text: string, flag: string): JsonObject {
  const pairs = new Map<string, Json>();
  for (const piece of splitPairs(text, flag)) {
    const colon = piece.indexOf(':');
    const key = (colon === -1 ? piece : piece.slice(0, colon)).trim();
    if (colon === -1 || key === '')
      throw usage(flag, `"${piece}" is no pair of a key and a value`, 'Write key:value,key:value, or JSON in braces.');
    pairs.set(key, typedValue(piece.slice(colon + 1).trim()));
  }
  return pairs;
}

/**
 * The value that a word of the command line stands for, by Python's rules: `1_000`, `1e3`, `nan`, `true`; else a
 * string.
 */
export function typedValue(word: string): Json {
  if (word.startsWith("'")) return word.slice(1, -1);
  if (INTEGER.test(word)) return integerOf(word.replaceAll('_', '').replace('+', ''));
  if (FLOAT.test(word)) return new Float(Number(word.replaceAll('_', '')));
  const special = SPECIAL_FLOAT.exec(word);
  if (special !== null)
    return new Float(
      special[2] !== undefined ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    );
  if (/^(?:true|false)$/i.test(word)) return word.toLowerCase() === 'true';
  return word;
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number || 0 : BigInt(digits);
}

/** Splits at commas outside of values in single quotes. A quote only opens at the start of a value. */
function splitPairs(text: string, flag: string): readonly string[] {
  if (text.trim() === '') return [];
  const pieces: string[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    if (text[index] === "'" && /^[^:]*:\s*$/.test(text.slice(start, index))) {
      index = closingQuote(text, index, flag);
    } else if (index === text.length || text[index] === ',') {
      pieces.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return pieces;
}

/** The quote that ends a value is followed by a comma or by nothing, so that `'it's'` is one value. */
function closingQuote(text: string, open: number, flag: string): number {
  for (let at = text.indexOf("'", open + 1); at !== -1; at = text.indexOf("'", at + 1)) {
    if (/^\s*(?:,|$)/.test(text.slice(at + 1))) return at;
  }
  throw usage(
    flag,
    `The quote before ${text.slice(open + 1, open + 20)} is not closed`,
    "Close it with ' before the next comma.",
  );
}

function readParameterFile(name: string, flag: string): JsonObject {
  const file = resolve(expandHome(name));
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const { line, column, message, hint } = error.problem;
    const place = line === undefined ? '' : `, line ${line}, column ${column}`;
    const advice = hint ?? 'Give the path of a JSON file, key:value pairs, or JSON in braces.';
    throw usage(flag, `The parameter file ${file}${place} cannot be read: ${message}`, advice);
  }
  return objectOf(text, flag, `The parameter file ${file}`);
}

/** `~` at the start of a path stands for the home directory. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function objectOf(text: string, flag: string, what: string): JsonObject {
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    throw usage(flag, `${what} is broken: ${messageOf(error)}`);
  }
  if (!isJsonObject(json)) throw usage(flag, `${what} must hold an object`, 'Example: {"bulk_size": 1000}');
  return json;
}

function usage(flag: string, message: string, hint?: string): BenchmarkError {
  return new BenchmarkError('USAGE', `${flag}: ${message}.`, { exitCode: exitCodes.failure, hint });
}
