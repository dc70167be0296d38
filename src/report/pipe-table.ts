// Markdown tables of text cells, lined up so that they are also readable as plain text.

/** How the cells of a column are lined up; `decimal` puts the points of numbers below each other. */
export type Align = 'left' | 'center' | 'right' | 'decimal';

/** A column with its cells from top to bottom. */
export interface Column {
  readonly header: string;
  readonly align: Align;
  readonly cells: readonly string[];
}

/** A column is at least so many characters wider than its header. */
const HEADER_MARGIN = 2;

/** A table of columns of equal length: header, separator and rows, without a newline at the end. */
export function pipeTable(columns: readonly Column[]): string {
  const laidOut = columns.map((column) => {
    const escaped = column.cells.map(escapeCell);
    const cells = column.align === 'decimal' ? withAlignedPoints(escaped) : escaped;
    const width = Math.max(widthOf(column.header) + HEADER_MARGIN, ...cells.map(widthOf));
    return { ...column, cells, width };
  });
  const line = (parts: readonly string[]): string => `|${parts.join('|')}|`;
  const rowCount = Math.max(0, ...columns.map((column) => column.cells.length));
  return [
    line(laidOut.map(({ header, align, width }) => ` ${padded(header, width, align)} `)),
    line(laidOut.map(({ align, width }) => separator(align, width + 2))),
    ...Array.from({ length: rowCount }, (_, index) =>
      line(laidOut.map(({ cells, align, width }) => ` ${padded(cells[index] ?? '', width, align)} `)),
    ),
  ].join('\n');
}

/** A cell that stays one cell: bars are written `\\|`, and a line break is a space. */
const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*[\r\n]+\s*/g, ' ');

/** The number of characters of a text, not of its UTF-16 units. */
export const widthOf = (text: string): number => [...text].length;

/**
 * A text filled up with spaces to a width. Cells of a decimal column are right-aligned: they have been padded behind
 * their points already.
 */
export function padded(text: string, width: number, align: Align): string {
  const missing = Math.max(0, width - widthOf(text));
  if (align === 'left') return text + ' '.repeat(missing);
  if (align === 'center') return ' '.repeat(Math.floor(missing / 2)) + text + ' '.repeat(Math.ceil(missing / 2));
  return ' '.repeat(missing) + text;
}

function separator(align: Align, width: number): string {
  if (align === 'left') return `:${'-'.repeat(width - 1)}`;
  if (align === 'center') return `:${'-'.repeat(width - 2)}:`;
  return `${'-'.repeat(width - 1)}:`;
}

/** Fills numbers up on the right, so that their points (or else exponents) lie in one column when right-aligned. */
function withAlignedPoints(cells: readonly string[]): readonly string[] {
  const tails = cells.map(lengthAfterPoint);
  const longest = Math.max(-1, ...tails);
  return cells.map((cell, index) => cell + ' '.repeat(longest - (tails[index] ?? -1)));
}

/** Characters behind the point, or else behind the `e`; -1 for integers and text. */
function lengthAfterPoint(cell: string): number {
  if (!/^[-+]?\d/.test(cell)) return -1;
  const point = cell.includes('.') ? cell.indexOf('.') : cell.indexOf('e');
  return point < 0 ? -1 : cell.length - point - 1;
}
