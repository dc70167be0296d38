// Breaks a line into lines of a width for the filter `wordwrap`, as Python's `textwrap` does.
import { codePointLength } from '../compare.ts';
import { TemplateFailure } from '../failure.ts';
import { isSpace } from './whitespace.ts';

/** How lines are broken; `width` is in characters. */
export interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

/** The whitespace of `textwrap`, which is ASCII only. Inside a line it is kept, at the ends it is dropped. */
const SPACES = /([\t\n\v\f\r ]+)/;
const HYPHENATED = /(?<=[\p{L}\p{N}_]{2}-)(?=[\p{L}_]{2})|(?<=[\p{L}_][\p{L}\p{N}_]*-)(?=[\p{L}_][\p{L}\p{N}_]+)/u;

/** The lines of a text. Fails if the width is not at least 1. */
export function wrapText(text: string, options: WrapOptions): string[] {
  if (options.width <= 0) throw new TemplateFailure('"wordwrap" needs a width of at least 1');
  const pending = chunksOf(text, options.breakOnHyphens).reverse();
  const lines: string[] = [];
  while (pending.length > 0) {
    if (lines.length > 0 && isBlank(pending.at(-1) ?? '')) pending.pop();
    const line = takeLine(pending, options);
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function chunksOf(text: string, breakOnHyphens: boolean): string[] {
  const chunks = text.split(SPACES).filter((chunk) => chunk !== '');
  return breakOnHyphens ? chunks.flatMap((chunk) => chunk.split(HYPHENATED)) : chunks;
}

function takeLine(pending: string[], { width, breakLongWords, breakOnHyphens }: WrapOptions): string[] {
  const line: string[] = [];
  let used = 0;
  for (let chunk = pending.at(-1); chunk !== undefined; chunk = pending.at(-1)) {
    const length = codePointLength(chunk);
    if (used + length > width) break;
    line.push(chunk);
    used += length;
    pending.pop();
  }
  const next = pending.at(-1);
  if (next !== undefined && codePointLength(next) > width) {
    if (breakLongWords) {
      const characters = [...next];
      const end = breakPoint(characters, width - used, breakOnHyphens);
      line.push(characters.slice(0, end).join(''));
      pending[pending.length - 1] = characters.slice(end).join('');
    } else if (line.length === 0) {
      line.push(next);
      pending.pop();
    }
  }
  // An empty part of a long word is dropped here like a space would be, so the space before it stays. Python does the
  // same.
  if (isBlank(line.at(-1) ?? ' ')) line.pop();
  return line;
}

const isBlank = (text: string): boolean => text === '' || isSpace(text);

/** Where a word that fits no line is cut: behind the last hyphen within `room`, else at its end. */
function breakPoint(characters: readonly string[], room: number, breakOnHyphens: boolean): number {
  const hyphen = breakOnHyphens ? characters.slice(0, room).lastIndexOf('-') : -1;
  return hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== '-') ? hyphen + 1 : room;
}
