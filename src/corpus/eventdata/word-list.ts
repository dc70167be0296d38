// Made-up words, for names of hosts, robots and paths.
import type { TableRandom } from './random.ts';

const ONSETS = [
  'b',
  'br',
  'c',
  'cl',
  'd',
  'f',
  'fl',
  'g',
  'gr',
  'h',
  'k',
  'l',
  'm',
  'n',
  'p',
  'pl',
  'qu',
  'r',
  's',
  'st',
  't',
  'tr',
  'v',
  'w',
  'z',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'io', 'ou'];
const ENDS = ['', '', '', 'l', 'n', 'm', 'r', 's', 't', 'x', 'nd', 'rk'];

/** Different words that can be pronounced. Shorter ones are more frequent near the front. */
export function makeWords(count: number, random: TableRandom): readonly string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = random.integer(1, words.size < count / 3 ? 2 : 3);
    let word = '';
    for (let i = 0; i < syllables; i++) word += random.pick(ONSETS) + random.pick(VOWELS);
    word += random.pick(ENDS);
    if (word.length >= 3) words.add(word);
  }
  return [...words];
}

/** A word with a capital first letter. */
export const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
