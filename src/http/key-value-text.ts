// Reads the three forms that `--target-hosts` and `--client-options` may have: `k:v,k:v`, JSON, or the path of a JSON
// file.
import { BenchmarkError, messageOf } from '../errors.ts';
import { type Json, JsonSyntaxError, parseJson } from '../json.ts';

/** Reads a file as text; throws an error whose message says why it cannot, as `readTextFile` does. */
export type ReadFile = (path: string) => string;

/** Says why a text is none of its forms. The message shows no values, which may be secrets. */
export class GrammarProblem extends BenchmarkError {
  constructor(message: string, hint?: string) {
    super('CONFIG', message, { hint });
  }
}

/** True if the text names a JSON file: it ends in `.json` and has neither `,` nor `:`. */
export const isJsonPath = (text: string): boolean => /\.json$/i.test(text.trim()) && !/[,:]/.test(text);

/**
 * The JSON value that a text is, or that is in the file that it names; `null` if it is neither JSON nor the path of a
 * JSON file. Throws {@link GrammarProblem} if the JSON or the file cannot be read.
 */
export function readJsonText(
  text: string,
  readFile: ReadFile,
  home: string | undefined,
): { readonly value: Json; readonly file?: string } | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[{') || trimmed.startsWith('["'))
    return { value: parse(trimmed, 'the JSON') };
  if (!isJsonPath(trimmed)) return null;
  const file = home === undefined ? trimmed : trimmed.replace(/^~(?=\/|$)/, home);
  let content: string;
  try {
    content = readFile(file);
  } catch (error) {
    throw new GrammarProblem(`the file ${file} cannot be read: ${messageOf(error)}`);
  }
  return { value: parse(content, `the file ${file}`), file };
}

function parse(text: string, what: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new GrammarProblem(`${what} is not valid: ${error.message}`);
    throw error;
  }
}

/**
 * Reads pairs `key:value`, separated by commas. A pair is split at its first `:`; a value in single or double quotes
 * may hold `,` and, doubled, its quote. All values stay text, because only the option knows whether it wants a number.
 * Throws {@link GrammarProblem}.
 */
export function parseKeyValues(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const [index, item] of splitOutsideQuotes(text).entries()) {
    if (item.trim() === '') continue;
    const colon = item.indexOf(':');
    if (colon < 0)
      throw new GrammarProblem(
        `item ${index + 1} has no ":"`,
        'items are key:value; put quotes around a value that has a comma',
      );
    const key = item.slice(0, colon).trim();
    if (key === '') throw new GrammarProblem(`item ${index + 1} has no key in front of its ":"`);
    if (pairs.has(key)) throw new GrammarProblem(`${key} is given twice`);
    pairs.set(key, unquote(item.slice(colon + 1).trim(), key));
  }
  return pairs;
}

function splitOutsideQuotes(text: string): readonly string[] {
  const items: string[] = [];
  let start = 0;
  while (start <= text.length) {
    const end = endOfItem(text, start);
    items.push(text.slice(start, end));
    start = end + 1;
  }
  return items;
}

/** The index of the comma behind an item that begins at `start`, or of the end of the text. */
function endOfItem(text: string, start: number): number {
  const opening = /[^:,]*:\s*(["'])/y;
  opening.lastIndex = start;
  const quote = opening.exec(text)?.[1];
  let at = start;
  if (quote !== undefined) {
    at = opening.lastIndex;
    // A doubled quote stands for one and does not close.
    while (at < text.length && (text[at] !== quote || text[at + 1] === quote)) at += text[at] === quote ? 2 : 1;
  }
  const comma = text.indexOf(',', at);
  return comma < 0 ? text.length : comma;
}

function unquote(value: string, key: string): string {
  const quote = value[0];
  if (quote !== "'" && quote !== '"') return value;
  if (value.length < 2 || !value.endsWith(quote))
    throw new GrammarProblem(`the quoted value of ${key} has no closing ${quote}`);
  return value.slice(1, -1).replaceAll(quote + quote, quote);
}
