// Characters (code points) of texts and their classes, as Python's `str` methods see them.
import { hasSurrogates } from '../compare.ts';

/** The characters of a text. */
export const charactersOf = (text: string): readonly string[] => (hasSurrogates(text) ? [...text] : text.split(''));

/** The part of a text between two positions in characters, which must lie within it. */
export const substring = (text: string, start: number, end: number): string =>
  hasSurrogates(text) ? [...text].slice(start, end).join('') : text.slice(start, end);

const CASED = /\p{Cased}/u;

/**
 * The text with the first letter of each word large and the others small. A word is a run of letters that have a case.
 */
export function titleCase(text: string): string {
  let inWord = false;
  let result = '';
  for (const character of text) {
    result += inWord ? character.toLowerCase() : firstUpper(character);
    inWord = CASED.test(character);
  }
  return result;
}

/**
 * A character as the first of a word. Only the first letter becomes large if it turns into several: `ß` becomes `Ss`.
 */
function firstUpper(character: string): string {
  const [first = '', ...rest] = character.toUpperCase();
  return first + rest.join('').toLowerCase();
}

/** The text with its first letter large and all others small. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = charactersOf(text);
  return firstUpper(first) + rest.join('').toLowerCase();
}

/** The text with large letters small and small ones large. */
export function swapCase(text: string): string {
  return charactersOf(text)
    .map((character) => (character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()))
    .join('');
}

/** Whether a text has small letters and no large ones. Characters without case do not count. */
export const isLower = (text: string): boolean =>
  /\p{Ll}|\p{Lowercase}/u.test(text) && !/[\p{Lu}\p{Lt}\p{Uppercase}]/u.test(text);
/** Whether a text has large letters and no small ones. Characters without case do not count. */
export const isUpper = (text: string): boolean =>
  /\p{Lu}|\p{Uppercase}/u.test(text) && !/[\p{Ll}\p{Lt}\p{Lowercase}]/u.test(text);

/** Whether large letters stand at the beginning of words and nowhere else. */
export const isTitle = (text: string): boolean => CASED.test(text) && titleCase(text) === text;

/** Methods of `str` that are true for a text that is not empty and has characters of one class only, by name. */
export const characterClasses: Readonly<Record<string, RegExp>> = {
  isalpha: /^\p{L}+$/u,
  isalnum: /^[\p{L}\p{N}]+$/u,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: /^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u,
  isnumeric: /^\p{N}+$/u,
};
