// Texts as sequences of characters (code points) and their classes, as Python's str methods see them.
import { hasSurrogates } from '../compare.ts';

/** The characters of a text. */
export const charactersOf = (text: string): readonly string[] => (hasSurrogates(text) ? [...text] : text.split(''));

/** Part of a text by character positions, which must lie within it. */
export const substring = (text: string, start: number, end: number): string =>
  hasSurrogates(text) ? [...text].slice(start, end).join('') : text.slice(start, end);

const CASED = /\p{Cased}/u;

/** First letters of words (runs of letters with case) large, the others small. */
export function titleCase(text: string): string {
  let inWord = false;
  let result = '';
  for (const character of text) {
    result += inWord ? character.toLowerCase() : firstUpper(character);
    inWord = CASED.test(character);
  }
  return result;
}

/** A single character at the beginning of a word: of `ß` only the first letter of `SS` is large. */
function firstUpper(character: string): string {
  const [first = '', ...rest] = character.toUpperCase();
  return first + rest.join('').toLowerCase();
}

/** The first letter large, all others small. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = charactersOf(text);
  return firstUpper(first) + rest.join('').toLowerCase();
}

export function swapCase(text: string): string {
  return charactersOf(text)
    .map((character) => (character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase()))
    .join('');
}

/** Whether the text is written in letters of one case (others do not count). */
export const isLower = (text: string): boolean => /\p{Ll}|\p{Lowercase}/u.test(text) && !/[\p{Lu}\p{Lt}\p{Uppercase}]/u.test(text);
export const isUpper = (text: string): boolean => /\p{Lu}|\p{Uppercase}/u.test(text) && !/[\p{Ll}\p{Lt}\p{Lowercase}]/u.test(text);

/** Whether large letters come exactly at the beginning of words. */
export const isTitle = (text: string): boolean => CASED.test(text) && titleCase(text) === text;

/** Questions that a whole, non-empty text answers with yes if each character does. */
export const characterClasses: Readonly<Record<string, RegExp>> = {
  isalpha: /^\p{L}+$/u,
  isalnum: /^[\p{L}\p{N}]+$/u,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: /^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u,
  isnumeric: /^\p{N}+$/u,
};
