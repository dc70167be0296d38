// Whitespace as Python's str and its regular expressions see it; JavaScript's differs (it has U+FEFF, and lacks U+001C to U+001F and U+0085).

/** For use inside `[...]` of a regular expression. */
export const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${SPACE_CLASS}]+`);
const ALL = new RegExp(`^[${SPACE_CLASS}]+$`);
const ONE = new RegExp(`[${SPACE_CLASS}]`);

export const isSpace = (text: string): boolean => ALL.test(text);
export const trimStart = (text: string): string => text.replace(LEADING, '');

/** Written by hand because `[space]+$` takes quadratic time on long runs of spaces inside a text. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

export const trim = (text: string): string => trimEnd(trimStart(text));

/** The words between runs of whitespace. */
export function words(text: string): string[] {
  const trimmed = trim(text);
  return trimmed === '' ? [] : trimmed.split(new RegExp(`[${SPACE_CLASS}]+`));
}
