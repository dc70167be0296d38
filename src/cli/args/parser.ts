// Makes values of flags from the words of a command line, by the rules of Python's argparse, which OpenSearch Benchmark
// uses.
//
// It is written here because no library has them all: unique prefixes of long flags, short flags of several letters
// (`-tid`), values glued to flags of one letter (`-chost:1`), optional values, old names that stay hidden, and all
// problems at once.

import { closestMatch } from '../../workload/closest-match.ts';
import { type Flag, type Flags, ValueProblem } from './flag.ts';

/** What the words of a command line say. */
export interface ParsedFlags {
  /** A value for every flag, the fallback for those that were not given. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Names (as in the table) of the flags that were given. */
  readonly given: ReadonlySet<string>;
  readonly positionals: readonly string[];
  readonly isHelpWanted: boolean;
  readonly problems: readonly string[];
}

interface Match {
  readonly name: string;
  readonly flag: Flag<unknown>;
  /** As typed, for messages. */
  readonly spelling: string;
}

/** Reads the words after the verb. Never throws: everything that is wrong is in `problems`. */
export function parseFlags(flags: Flags, words: readonly string[]): ParsedFlags {
  return new Parser(flags, words).parse();
}

const looksLikeNumber = /^-\d+$|^-\d*\.\d+$/;

class Parser {
  private readonly entries: readonly (readonly [string, Flag<unknown>])[];
  private readonly words: readonly string[];
  private position = 0;
  private readonly values = new Map<string, unknown>();
  private readonly given = new Set<string>();
  private readonly positionals: string[] = [];
  private readonly problems: string[] = [];
  private isHelpWanted = false;

  constructor(flags: Flags, words: readonly string[]) {
    this.entries = Object.entries(flags);
    this.words = words;
  }

  parse(): ParsedFlags {
    while (this.position < this.words.length) {
      const word = this.words[this.position++] ?? '';
      if (word === '--') this.takeRest();
      else if (word === '-h' || word === '--help') this.isHelpWanted = true;
      else if (word.startsWith('--')) this.long(word);
      else if (word.startsWith('-') && word.length > 1 && !looksLikeNumber.test(word)) this.short(word);
      else this.positionals.push(word);
    }
    for (const [name, flag] of this.entries) {
      if (!this.values.has(name)) this.values.set(name, flag.fallback);
      if (flag.isRequired && !this.given.has(name)) this.problems.push(`the flag --${flag.long} is required`);
    }
    const { values, given, positionals, isHelpWanted, problems } = this;
    return { values, given, positionals, isHelpWanted, problems };
  }

  private takeRest(): void {
    this.positionals.push(...this.words.slice(this.position));
    this.position = this.words.length;
  }

  private long(word: string): void {
    const equals = word.indexOf('=');
    const spelling = equals < 0 ? word : word.slice(0, equals);
    const candidates = this.longCandidates(spelling.slice(2));
    const [first] = candidates;
    if (candidates.length === 1 && first !== undefined) {
      this.take({ name: first.name, flag: first.flag, spelling }, equals < 0 ? null : word.slice(equals + 1));
      return;
    }
    this.skipValue();
    if (first === undefined) this.unknown(shownWord(spelling));
    else this.problems.push(`ambiguous flag ${spelling}: could be ${candidates.map(({ as }) => `--${as}`).join(', ')}`);
  }

  /**
   * The flags that a name may mean. An exact name beats prefixes, and prefixes of today's names beat those of old
   * names, so that an old name never makes a prefix ambiguous.
   */
  private longCandidates(
    typed: string,
  ): readonly { readonly name: string; readonly flag: Flag<unknown>; readonly as: string }[] {
    const today = this.entries.map(([name, flag]) => ({ name, flag, as: flag.long }));
    const old = this.entries.flatMap(([name, flag]) => flag.aliases.map((as) => ({ name, flag, as })));
    const exact = [...today, ...old].find(({ as }) => as === typed);
    if (exact !== undefined) return [exact];
    const prefixed = today.filter(({ as }) => as.startsWith(typed));
    return prefixed.length > 0 ? prefixed : old.filter(({ as }) => as.startsWith(typed));
  }

  private short(word: string): void {
    const equals = word.indexOf('=');
    const exact = this.shortNamed(equals < 0 ? word.slice(1) : word.slice(1, equals));
    if (exact !== null) {
      this.take(exact, equals < 0 ? null : word.slice(equals + 1));
      return;
    }
    const letter = this.shortNamed(word.slice(1, 2));
    if (letter === null) {
      this.skipValue();
      this.unknown(shownWord(word));
    } else if (letter.flag.arity === 'none') {
      this.take(letter, null);
      this.short(`-${word.slice(2)}`);
    } else {
      this.take(letter, word.slice(2));
    }
  }

  private shortNamed(typed: string): Match | null {
    const entry = this.entries.find(([, flag]) => flag.shorts.includes(typed));
    return entry === undefined ? null : { name: entry[0], flag: entry[1], spelling: `-${typed}` };
  }

  /** Sets a flag from its glued value or from the words that follow. The last occurrence wins. */
  private take(match: Match, glued: string | null): void {
    const { flag, name } = match;
    this.given.add(name);
    if (flag.arity === 'none' && glued !== null) {
      this.problems.push(`${labelOf(match)} takes no value, but got '${shownWord(glued)}'`);
      return;
    }
    const texts = glued !== null ? [glued] : this.valuesThatFollow(flag);
    if (texts.length === 0 && (flag.arity === 'one' || flag.arity === 'many')) {
      this.problems.push(`${labelOf(match)} needs a value${this.strayFlag()}`);
      return;
    }
    try {
      this.values.set(name, flag.parse(texts));
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      this.problems.push(`${labelOf(match)}: ${error.message}`);
    }
  }

  private valuesThatFollow(flag: Flag<unknown>): readonly string[] {
    const most = flag.arity === 'none' ? 0 : flag.arity === 'many' ? Number.POSITIVE_INFINITY : 1;
    const texts: string[] = [];
    while (texts.length < most && this.position < this.words.length && !this.isFlag(this.words[this.position] ?? '')) {
      texts.push(this.words[this.position++] ?? '');
    }
    return texts;
  }

  /** A word with a space in it is never a flag, and a number below zero is a value. */
  private isFlag(word: string): boolean {
    return word.startsWith('-') && word.length > 1 && !word.includes(' ') && !looksLikeNumber.test(word);
  }

  private strayFlag(): string {
    const next = this.words[this.position];
    return next === undefined || next === '--'
      ? ''
      : `; a value that starts with a dash is written with an equals sign: --flag=${shownWord(next)}`;
  }

  /**
   * Skips what may be the value of a flag that is not known, which would otherwise be complained of as a stray word.
   */
  private skipValue(): void {
    const next = this.words[this.position];
    if (next !== undefined && !this.isFlag(next) && !(this.words[this.position - 1] ?? '').includes('='))
      this.position++;
  }

  private unknown(spelling: string): void {
    const names = this.entries
      .filter(([, flag]) => !flag.isHidden)
      .flatMap(([, flag]) => [`--${flag.long}`, ...flag.shorts.map((short) => `-${short}`)]);
    const meant = closestMatch(spelling, names);
    this.problems.push(`unknown flag ${spelling}${meant === null ? '' : `; did you mean ${meant}?`}`);
  }
}

/** A word that was not understood, for messages: what may be a secret in it is left out. */
export const shownWord = (word: string): string => word.replace(/([:=@]).+$/s, '$1…');

const labelOf = ({ flag, spelling }: Match): string =>
  spelling === `--${flag.long}` ? spelling : `${spelling} (--${flag.long})`;
