// The text of a template and where its pieces came from, so that messages can name file and line.
import type { Location } from '../values/failure.ts';

/**
 * Says where a piece of an assembled text came from. From `offset` on, a UTF-16 index, it is the text of `file` from
 * `line` and `column` on.
 */
export interface Fragment {
  readonly offset: number;
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
}

/**
 * A template that was assembled from one or several files. `fragments` is sorted by offset; the text of a single file
 * needs none. Messages call the template by its `name`.
 */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
  readonly fragments?: readonly Fragment[] | undefined;
}

/**
 * The text as the lexer reads it, with `\n` as line ends and without the last newline. It knows the file and line of
 * each offset.
 */
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
      ...fragments.map((fragment) =>
        shifts ? { ...fragment, offset: normalizeNewlines(source.text.slice(0, fragment.offset)).length } : fragment,
      ),
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
    return {
      file: fragment.file,
      line,
      column: lastBreak < 0 ? (fragment.column ?? 1) + before.length : before.length - lastBreak,
    };
  }
}

/** A text with `\n` in place of `\r\n` and of a lone `\r`. */
function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
