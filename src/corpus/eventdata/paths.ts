// Paths of web pages and files: made-up words, of a wanted length, each path only once.
import type { TableRandom } from './random.ts';
import { makeWords } from './word-list.ts';

/** An interval of lengths and the share of events that fall into it. Lengths within are equally likely. */
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

/** Makes distinct texts. */
export class PathMaker {
  private readonly random: TableRandom;
  private readonly words: readonly string[];
  private readonly used = new Set<string>();

  constructor(random: TableRandom) {
    this.random = random;
    this.words = [...SECTIONS, ...makeWords(600, random)];
  }

  /** A new text `<start>/<words><end>` with a length inside the bin, or a little more if all of those are taken or the parts are too long. */
  unique(start: string, end: string, bin: LengthBin): string {
    for (let attempt = 0; ; attempt++) {
      const wanted = this.random.integer(bin.from, bin.to) + Math.floor(attempt / 20);
      const path = start + this.path(wanted - start.length - end.length) + end;
      if (this.used.has(path)) continue;
      this.used.add(path);
      return path;
    }
  }

  /** `/word/word-word`, exactly so long, but at least two characters. */
  private path(length: number): string {
    let path = `/${this.random.pickEarly(this.words)}`;
    while (path.length < length) path += this.random.pick(['/', '-', '/', '_']) + this.random.pickEarly(this.words);
    if (path.length === length && length > 6) return path;
    // Cut to length; random last characters keep short paths distinct.
    const kept = path.slice(0, Math.max(1, length - Math.min(3, length - 1)));
    let ending = '';
    while (kept.length + ending.length < Math.max(2, length)) ending += LETTERS[this.random.integer(0, LETTERS.length - 1)] ?? 'a';
    return kept + ending;
  }
}
