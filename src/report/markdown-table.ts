// The summary as a markdown table.
import { formatGeneral } from './number-format.ts';
import { type Align, pipeTable } from './pipe-table.ts';
import { type Row, summaryHeader } from './row.ts';

/**
 * Rows as a markdown table, `align` for the column of values (spec/1 §5.2). Values have six significant digits;
 * whole numbers keep all of theirs only when all values are whole. No newline at the end.
 */
export function markdownTable(rows: readonly Row[], align: Align): string {
  const isWhole = rows.every(({ value }) => value === null || value.kind === 'integer');
  const text = ({ value }: Row): string => {
    if (value === null) return '';
    if (value.kind === 'hundredths') return formatGeneral(Number(value.number.toFixed(2)));
    return isWhole ? String(value.number) : formatGeneral(value.number);
  };
  const [metric, task, value, unit] = summaryHeader;
  return pipeTable([
    { header: metric, align: 'right', cells: rows.map((row) => row.metric) },
    { header: task, align: 'right', cells: rows.map((row) => row.task) },
    { header: value, align, cells: rows.map(text) },
    { header: unit, align: 'right', cells: rows.map((row) => row.unit) },
  ]);
}
