// Puts the fragments of a workload together: the textual `benchmark.collect`, before any template is rendered.
import { dirname, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { readTextFile, UnreadableText } from '../text-file.ts';
import { globFiles } from './glob.ts';
import { countLines, type SourcePiece, SourceText } from './source-text.ts';

const COLLECT = /\{\{ +benchmark\.collect\(parts="([^"]*)"\) +\}\}/g;
/**
 * Limit of pieces of one file. No workload needs as many; a pattern that collects its own file in a way that the check
 * for cycles cannot see, such as through links, would go on for ever.
 */
const MAX_PIECES = 100_000;
/** Limit of characters of one file, for the same reason. */
const MAX_LENGTH = 200_000_000;

interface Assembly {
  readonly pieces: SourcePiece[];
  length: number;
}

/**
 * Reads a file and replaces each `{{ benchmark.collect(parts="…") }}` by the files that match, joined by commas and
 * sorted by name. Patterns are relative to the directory of the including fragment, those of the file itself to `base`.
 * Throws `WORKLOAD_NOT_FOUND` for an unreadable file, `WORKLOAD_SYNTAX` for fragments that collect themselves.
 */
export function assembleFile(file: string, base: string = dirname(file)): SourceText {
  const assembly: Assembly = { pieces: [], length: 0 };
  append(assembly, file, base, []);
  return new SourceText(assembly.pieces);
}

function append(assembly: Assembly, file: string, base: string, includers: readonly string[]): void {
  if (includers.includes(file)) {
    const way = includers.slice(includers.indexOf(file) + 1).join(', ') || 'its own pattern';
    throw new BenchmarkError('WORKLOAD_SYNTAX', `${file} collects itself (by way of ${way}).`, {
      problems: [{ file, message: 'This file collects itself with benchmark.collect' }],
      hint: 'Narrow the pattern of benchmark.collect so that it does not match the file that contains it.',
    });
  }
  const text = readTemplate(file);
  const chain = [...includers, file];
  let done = 0;
  for (const match of text.matchAll(COLLECT)) {
    push(assembly, { text: text.slice(done, match.index), file, ...placeOf(text, done) });
    done = match.index + match[0].length;
    for (const [index, part] of globFiles(base, match[1] ?? '').entries()) {
      if (index > 0) push(assembly, { text: ',\n', file, ...placeOf(text, match.index) });
      const partFile = join(base, part);
      append(assembly, partFile, dirname(partFile), chain);
    }
  }
  push(assembly, { text: text.slice(done), file, ...placeOf(text, done) });
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: 1 + countLines(before), column: before.length - before.lastIndexOf('\n') };
}

function push(assembly: Assembly, piece: SourcePiece): void {
  assembly.length += piece.text.length;
  if (assembly.pieces.length >= MAX_PIECES || assembly.length > MAX_LENGTH) {
    throw new BenchmarkError(
      'WORKLOAD_SYNTAX',
      `${piece.file}: benchmark.collect brings together more than ${MAX_LENGTH} characters or ${MAX_PIECES} pieces.`,
      {
        problems: [{ file: piece.file, line: piece.line, message: 'Too much text is collected' }],
      },
    );
  }
  if (piece.text !== '') assembly.pieces.push(piece);
}

/**
 * The text of a file of the workload. Throws `WORKLOAD_NOT_FOUND` that names the file, or `WORKLOAD_SYNTAX` with the
 * place at which it is no UTF-8.
 */
export function readTemplate(file: string): string {
  try {
    return readTextFile(file);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const code = error.kind === 'garbled' ? 'WORKLOAD_SYNTAX' : 'WORKLOAD_NOT_FOUND';
    throw new BenchmarkError(code, `Cannot read ${file}.`, { problems: [error.problem], cause: error });
  }
}
