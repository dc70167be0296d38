// Paths of web pages and files: made-up words in a wanted length. Each path is made only once.
import type { TableRandom } from './random.ts';
import { makeWords } from './word-list.ts';

/** An interval of lengths, bounds included, and its share of events. All lengths in it are equally likely. */
export interface LengthBin {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

const SECTIONS = [
  'guide',
  'blog',
  'static',
  'assets',
  'images',
  'docs',
  'current',
  'learn',
  'about',
  'community',
  'products',
  'downloads',
  'media',
  'en',
];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Makes paths, each of them only once. */
export class PathMaker {
  private readonly random: TableRandom;
  private readonly words: readonly string[];
  private readonly used = new Set<string>();

  constructor(random: TableRandom) {
    this.random = random;
    this.words = [...SECTIONS, ...makeWords(600, random)];
  }

  /**
   * A new text `<start>/<words><end>`. Its length is in the bin, or a little more if such texts have run out or `start`
   * and `end` are too long.
   */
  unique(start: string, end: string, bin: LengthBin): string {
    for (let attempt = 0; ; attempt++) {
      const wanted = this.random.integer(bin.from, bin.to) + Math.floor(attempt / 20);
      const path = start + this.path(wanted - start.length - end.length) + end;
      if (this.used.has(path)) continue;
      this.used.add(path);
      return path;
    }
  }

  /** A path such as `/word/word-word` of exactly that length, but at least two characters long. */
  private path(length: number): string {
    let path = `/${this.random.pickEarly(this.words)}`;
    while (path.length < length) path += this.random.pick(['/', '-', '/', '_']) + this.random.pickEarly(this.words);
    if (path.length === length && length > 6) return path;
    // The path is cut to its length. Its last characters are random, which makes short paths differ.
    const kept = path.slice(0, Math.max(1, length - Math.min(3, length - 1)));
    let ending = '';
    while (kept.length + ending.length < Math.max(2, length))
      ending += LETTERS[this.random.integer(0, LETTERS.length - 1)] ?? 'a';
    return kept + ending;
  }
}
