// Template text and where its pieces came from, so that a message can name file and line.
import type { Location } from '../values/failure.ts';

/** From `offset` (a UTF-16 index into the assembled text) on, the text is that of `file` from `line` and `column` on. */
export interface Fragment {
  readonly offset: number;
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
}

/**
 * A template as it was assembled from one or several files. `fragments` is sorted by offset; a text that comes from one file
 * needs none. `name` is how messages call the whole, and what decides on escaping when an option asks by name.
 */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
  readonly fragments?: readonly Fragment[] | undefined;
}

/** The text as the lexer reads it (`\n` line ends, one final newline dropped) together with the way back to files and lines. */
export class NormalizedSource {
  readonly name: string;
  readonly text: string;
  private readonly fragments: readonly Fragment[];

  constructor(source: TemplateSource) {
    const normalized = normalizeNewlines(source.text);
    this.name = source.name;
    this.text = normalized.endsWith('\n') ? normalized.slice(0, -1) : normalized;
    const fragments = source.fragments ?? [];
    const shifts = source.text.includes('\r');
    this.fragments = [
      { offset: 0, file: source.name, line: 1, column: 1 },
      ...fragments.map((fragment) => (shifts ? { ...fragment, offset: normalizeNewlines(source.text.slice(0, fragment.offset)).length } : fragment)),
    ];
  }

  /** File, line and column of an offset into the normalized text. */
  locate(offset: number): Location {
    let low = 0;
    let high = this.fragments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.fragments[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const fragment = this.fragments[low] ?? { offset: 0, file: this.name, line: 1 };
    const before = this.text.slice(fragment.offset, offset);
    const lastBreak = before.lastIndexOf('\n');
    const line = fragment.line + (lastBreak < 0 ? 0 : before.split('\n').length - 1);
    return { file: fragment.file, line, column: lastBreak < 0 ? (fragment.column ?? 1) + before.length : before.length - lastBreak };
  }
}

/** `\r\n` and lone `\r` as `\n`. */
function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
