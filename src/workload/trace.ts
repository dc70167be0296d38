// Finds out which line of the workload made which part of the rendered text: marks are put into the source, rendered,
// and found again.
import { findLineStarts, lastAtMost, type SourcePosition, type SourceText } from './source-text.ts';

/** Begins and ends a mark. No workload holds these characters of the private use area, and no filter changes them. */
const OPEN = '\uE0F0';
const CLOSE = '\uE0F1';
const MARK = /\uE0F0(\d+)\uE0F1/g;
const TAG = /\{\{|\{%|\{#/g;
const COMMENT_END = /#\}/g;
const TAG_END = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(%\}|\}\})/gs;

/** A rendered text and the way back to the files. */
export interface Trace {
  readonly text: string;
  /** The line from which the character at an offset of `text` was rendered. */
  readonly positionOf: (offset: number) => SourcePosition;
}

/**
 * Renders a source once more with a mark at the start of every line that is plain text, which is only done when there
 * is something to report. `null` if the marked source cannot be rendered; messages then name no line.
 */
export function traceRendering(source: SourceText, render: (text: string) => string): Trace | null {
  if (source.text.includes(OPEN)) return null;
  const marks = markablePositions(source);
  let marked: string;
  try {
    marked = render(insertMarks(source.text, marks));
  } catch {
    // The unmarked text did render; only the precision of a message is lost.
    return null;
  }
  const pieces: string[] = [];
  const offsets: number[] = [];
  const origins: number[] = [];
  let done = 0;
  let length = 0;
  for (const match of marked.matchAll(MARK)) {
    const piece = marked.slice(done, match.index);
    pieces.push(piece);
    length += piece.length;
    offsets.push(length);
    origins.push(marks[Number(match[1])] ?? 0);
    done = match.index + match[0].length;
  }
  pieces.push(marked.slice(done));
  return {
    text: pieces.join(''),
    positionOf: (offset) => source.positionOf(origins[lastAtMost(offsets, offset)] ?? 0),
  };
}

function insertMarks(text: string, positions: readonly number[]): string {
  let marked = '';
  let done = 0;
  for (const [index, position] of positions.entries()) {
    marked += `${text.slice(done, position)}${OPEN}${index}${CLOSE}`;
    done = position;
  }
  return marked + text.slice(done);
}

/**
 * Offsets, outside of tags, at which a line or a piece of another file starts. What follows a tag of several lines
 * counts as the start of a line as well.
 */
function markablePositions(source: SourceText): readonly number[] {
  const { text } = source;
  const starts = source.fragments.map((fragment) => fragment.offset);
  const positions = new Set<number>();
  let position = 0;
  while (position < text.length) {
    TAG.lastIndex = position;
    const tag = TAG.exec(text);
    const end = tag?.index ?? text.length;
    for (const start of findLineStarts(text.slice(position, end)).slice(1)) positions.add(position + start);
    for (let index = lastAtMost(starts, position - 1) + 1; (starts[index] ?? end) < end; index++)
      positions.add(starts[index] ?? 0);
    if (tag === null) break;
    position = endOfTag(text, tag.index + 2, tag[0] === '{#');
    if (text.slice(tag.index, position).includes('\n')) positions.add(position);
  }
  return [...positions].sort((left, right) => left - right);
}

function endOfTag(text: string, start: number, isComment: boolean): number {
  const end = isComment ? COMMENT_END : TAG_END;
  end.lastIndex = start;
  for (let match = end.exec(text); match !== null; match = end.exec(text)) {
    if (isComment || match[1] !== undefined) return end.lastIndex;
  }
  return text.length;
}
