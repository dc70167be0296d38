// The tables of the list commands: no frame, dashes below the header, two spaces between columns.
import { padded, widthOf } from './pipe-table.ts';

/** A cell of a plain table; `null` is an empty one. */
export type PlainCell = string | number | null;

/** A column is at least so many characters wider than its header. */
const HEADER_MARGIN = 2;

/**
 * A table of rows. Columns of numbers are right-aligned, others left-aligned. No newline at the end, no spaces at the
 * ends of lines.
 */
export function plainTable(headers: readonly string[], rows: readonly (readonly PlainCell[])[]): string {
  const columns = headers.map((header, index) => {
    const cells = rows.map((row) => row[index] ?? null);
    const isNumeric =
      cells.some((cell) => typeof cell === 'number') &&
      cells.every((cell) => cell === null || typeof cell === 'number');
    const texts = cells.map((cell) => (cell === null ? '' : String(cell).replaceAll(/\s*[\r\n]+\s*/g, ' ')));
    const width = Math.max(widthOf(header) + HEADER_MARGIN, ...texts.map(widthOf));
    return { header, texts, width, align: isNumeric ? ('right' as const) : ('left' as const) };
  });
  const line = (cells: readonly string[]): string => cells.join('  ').trimEnd();
  return [
    line(columns.map(({ header, width, align }) => padded(header, width, align))),
    line(columns.map(({ width }) => '-'.repeat(width))),
    ...rows.map((_, row) => line(columns.map(({ texts, width, align }) => padded(texts[row] ?? '', width, align)))),
  ].join('\n');
}
