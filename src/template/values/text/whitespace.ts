// Whitespace as Python's texts and regular expressions see it. JavaScript's differs: it has U+FEFF, and lacks U+001C to
// U+001F and U+0085.

/** The whitespace characters, for use inside `[...]` of a regular expression. */
export const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${SPACE_CLASS}]+`);
const ALL = new RegExp(`^[${SPACE_CLASS}]+$`);
const ONE = new RegExp(`[${SPACE_CLASS}]`);

/** True for a text that is not empty and has nothing but whitespace. */
export const isSpace = (text: string): boolean => ALL.test(text);
/** A text without the whitespace at its start. */
export const trimStart = (text: string): string => text.replace(LEADING, '');

/**
 * A text without the whitespace at its end. A regular expression would take quadratic time on long runs of spaces
 * inside the text.
 */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** A text without the whitespace at both ends. */
export const trim = (text: string): string => trimEnd(trimStart(text));

/** The words between runs of whitespace. */
export function words(text: string): string[] {
  const trimmed = trim(text);
  return trimmed === '' ? [] : trimmed.split(new RegExp(`[${SPACE_CLASS}]+`));
}
