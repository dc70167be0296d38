// Reads a text file of a user: one that is what it should be, and never one that would be waited for.
import { isUtf8 } from 'node:buffer';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { messageOf, type Problem } from './errors.ts';

/** More is no text that somebody wrote. */
const MAX_BYTES = 200_000_000;
const SAVE_AS_UTF8 = 'Save the file as UTF-8.';

/** Why a text cannot be had. `problem` names the file and, if it is known, the place in it. */
export class UnreadableText extends Error {
  readonly problem: Problem;
  /** `missing`: there is no such file. `unreadable`: it cannot be read. `garbled`: it is no UTF-8. */
  readonly kind: 'missing' | 'unreadable' | 'garbled';

  constructor(kind: UnreadableText['kind'], problem: Problem) {
    super(problem.message);
    this.name = 'UnreadableText';
    this.kind = kind;
    this.problem = problem;
  }
}

/** The text of a regular file in UTF-8, without its byte order mark. Throws {@link UnreadableText}. */
export function readTextFile(file: string): string {
  const bytes = readBytes(file);
  const garbled = (message: string, place: { readonly line?: number; readonly column?: number } = {}): UnreadableText =>
    new UnreadableText('garbled', { file, ...place, message, hint: SAVE_AS_UTF8 });
  const wide = wideEncoding(bytes);
  if (wide !== null) throw garbled(`The file is ${wide}, not UTF-8`);
  if (!isUtf8(bytes)) {
    const { line, column, byte } = findInvalid(bytes);
    throw garbled(`The file is not UTF-8: the byte 0x${byte.toString(16).padStart(2, '0')} has no meaning here`, {
      line,
      column,
    });
  }
  // Editors of some systems begin a file with a byte order mark, which is no part of the text.
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function readBytes(file: string): Buffer {
  try {
    // A pipe or a device would be waited for, perhaps for ever.
    const kind = kindOf(statSync(file));
    if (kind !== null) throw new UnreadableText('unreadable', { file, message: `This is ${kind}, not a text file` });
    return readFileSync(file);
  } catch (error) {
    if (error instanceof UnreadableText) throw error;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw new UnreadableText('missing', { file, message: 'There is no such file' });
    throw new UnreadableText('unreadable', { file, message: messageOf(error) });
  }
}

/** What a file is instead of a text; `null` for a regular file of a sensible size. */
function kindOf(stats: Stats): string | null {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  if (!stats.isFile()) return 'a device';
  return stats.size > MAX_BYTES ? `a file of ${stats.size} bytes` : null;
}

/**
 * The encodings whose characters have several bytes each, by their mark, or by the zeros between the letters of a text
 * without one.
 */
function wideEncoding(bytes: Buffer): string | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16';
  if (first === 0xfe && second === 0xff) return 'UTF-16';
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return 'UTF-32';
  return bytes.length >= 2 && (first === 0) !== (second === 0) ? 'UTF-16' : null;
}

/** The first byte that is no UTF-8. Columns count characters. */
function findInvalid(bytes: Buffer): { readonly line: number; readonly column: number; readonly byte: number } {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    const lineBytes = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (end === -1 || !isUtf8(lineBytes)) {
      const length = validLength(lineBytes);
      return { line, column: [...lineBytes.toString('utf8', 0, length)].length + 1, byte: lineBytes[length] ?? 0 };
    }
    line++;
    start = end + 1;
  }
}

/** How many bytes from the start are whole characters. */
function validLength(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (couldBeUtf8(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  // A character that is cut off could still have been completed.
  while (low > 0 && !isUtf8(bytes.subarray(0, low))) low--;
  return low;
}

/** True for valid text of which the last character may be cut off. */
function couldBeUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
