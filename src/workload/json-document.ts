// Parses rendered text as JSON, with a message that shows where it is broken and which file that place comes from.
import { BenchmarkError, type Problem } from '../errors.ts';
import { type Json, JsonSyntaxError, parseJson } from '../json.ts';
import type { SourceText } from './source-text.ts';
import { traceRendering } from './trace.ts';

/** A rendered text with what is needed to find out which line of which file a part of it comes from. */
export interface Rendered {
  readonly text: string;
  readonly source: SourceText;
  readonly file: string;
  /** Renders another source in the same way. */
  readonly render: (text: string) => string;
}

/**
 * Parses a rendered text. Throws `WORKLOAD_SYNTAX` with the lines around the error. `what` names the document in the
 * message.
 */
export function parseRendered(rendered: Rendered, what: string): Json {
  try {
    return parseJson(rendered.text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const problem = originOf(rendered, error);
    throw new BenchmarkError(
      'WORKLOAD_SYNTAX',
      `${what} (${rendered.file}) is no valid JSON after rendering:\n${excerpt(rendered.text, error)}`,
      {
        problems: [problem],
        hint: 'Often a comma is missing or too many, or a parameter has a value that does not fit.',
      },
    );
  }
}

function originOf(rendered: Rendered, error: JsonSyntaxError): Problem {
  const message = error.message.replace(/ at line \d+, column \d+$/, '');
  const trace = traceRendering(rendered.source, rendered.render);
  if (trace === null) return { file: rendered.file, message: `${message} (line ${error.line} of the rendered text)` };
  try {
    parseJson(trace.text);
  } catch (again) {
    if (!(again instanceof JsonSyntaxError)) throw again;
    // Blanks before the error belong to earlier lines only by chance: the text before them is where a comma is missing.
    const position = trace.positionOf(again.offset);
    // An empty file has no character that could tell where it comes from.
    return { file: position.file === '' ? rendered.file : position.file, line: position.line, message };
  }
  return { file: rendered.file, message: `${message} (line ${error.line} of the rendered text)` };
}

/** The line of the error between its neighbours, a caret below its column; long lines are cut. */
function excerpt(text: string, error: JsonSyntaxError): string {
  const lines = text.split('\n');
  const width = String(error.line + 1).length;
  const from = Math.max(0, error.column - 80);
  const rows: string[] = [];
  for (let line = Math.max(1, error.line - 1); line <= Math.min(lines.length, error.line + 1); line++) {
    rows.push(`${String(line).padStart(width)} | ${(lines[line - 1] ?? '').slice(from, from + 140)}`);
    if (line === error.line) rows.push(`${' '.repeat(width)} | ${' '.repeat(error.column - 1 - from)}^`);
  }
  return rows.join('\n');
}
