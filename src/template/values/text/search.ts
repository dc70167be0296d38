// Finds, splits and replaces in texts by Python's rules.
import { TemplateFailure } from '../failure.ts';
import { checkSize } from '../limits.ts';
import { SPACE_CLASS, trimEnd, trimStart } from './whitespace.ts';

/**
 * Splits a text from the left, at most `limit` times, or without limit if that is negative. Without a separator it
 * splits at whitespace.
 */
export function split(text: string, separator: string | null, limit: number): string[] {
  if (separator === '') throw new TemplateFailure('An empty text cannot separate');
  if (separator === null) return splitAtSpace(text, limit);
  const parts = text.split(separator);
  return limit < 0 || parts.length <= limit + 1
    ? parts
    : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** As {@link split}, but from the right. */
export function splitRight(text: string, separator: string | null, limit: number): string[] {
  if (separator === '') throw new TemplateFailure('An empty text cannot separate');
  if (separator === null) return splitAtSpaceRight(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  const at = parts.length - limit;
  return [parts.slice(0, at).join(separator), ...parts.slice(at)];
}

const SPACES = new RegExp(`[${SPACE_CLASS}]+`);

function splitAtSpace(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = trimStart(text);
  while (rest !== '' && (limit < 0 || parts.length < limit)) {
    const space = SPACES.exec(rest);
    if (space === null) break;
    parts.push(rest.slice(0, space.index));
    rest = rest.slice(space.index + space[0].length);
  }
  if (rest !== '') parts.push(parts.length === limit ? trimEnd(rest) : rest);
  return parts.filter((part) => part !== '');
}

function splitAtSpaceRight(text: string, limit: number): string[] {
  const all = splitAtSpace(text, -1);
  if (limit < 0 || all.length <= limit + 1) return all;
  let rest = trimEnd(text);
  const parts: string[] = [];
  for (const part of all.slice(all.length - limit).reverse()) {
    parts.unshift(part);
    rest = trimEnd(rest.slice(0, rest.length - part.length));
  }
  return rest === '' ? parts : [trimStart(rest), ...parts];
}

const LINE = /([^\n\v\f\r\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]|$)/g;

/** The lines of a text, each with its line end if `keepEnds`. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  for (const [whole, line = ''] of text.matchAll(LINE)) if (whole !== '') lines.push(keepEnds ? whole : line);
  return lines;
}

/**
 * Replaces the first `limit` occurrences, or all if that is negative. An empty `old` is found between all characters.
 */
export function replace(text: string, old: string, replacement: string, limit: number): string {
  if (limit === 0) return text;
  if (old === '') return replaceBetween(text, replacement, limit);
  const parts = text.split(old);
  checkSize(text.length + parts.length * replacement.length);
  if (limit < 0 || parts.length - 1 <= limit) return parts.join(replacement);
  return [parts.slice(0, limit + 1).join(replacement), ...parts.slice(limit + 1)].join(old);
}

function replaceBetween(text: string, replacement: string, limit: number): string {
  let result = '';
  let left = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  for (const character of text) {
    if (left-- > 0) result += replacement;
    result += character;
  }
  return left > 0 ? result + replacement : result;
}

/** A text without the given characters, or without whitespace, at the chosen ends. */
export function strip(text: string, characters: string | null, ends: 'both' | 'start' | 'end'): string {
  if (characters === null) {
    const left = ends === 'end' ? text : trimStart(text);
    return ends === 'start' ? left : trimEnd(left);
  }
  const set = new Set(characters);
  const all = [...text];
  let start = 0;
  let end = all.length;
  if (ends !== 'end') while (start < end && set.has(all[start] ?? '')) start++;
  if (ends !== 'start') while (end > start && set.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

/** A text in which spaces up to the next column that is a multiple of `width` replace each tab. */
export function expandTabs(text: string, width: number): string {
  let column = 0;
  let result = '';
  checkSize(text.length + width);
  for (const character of text) {
    if (character === '\t') {
      const spaces = width > 0 ? width - (column % width) : 0;
      result += ' '.repeat(spaces);
      column += spaces;
    } else {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return result;
}
