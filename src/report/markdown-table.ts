// The summary as a markdown table.
import { formatGeneral } from './number-format.ts';
import { type Align, pipeTable } from './pipe-table.ts';
import { type SummaryRow, summaryHeader } from './row.ts';

/**
 * Rows as a markdown table, without a newline at the end; `align` is for the column of values. Values have six
 * significant digits. Whole numbers keep all of their digits only if every value is whole: as soon as one is not, the
 * column is one of floats.
 */
export function markdownTable(rows: readonly SummaryRow[], align: Align): string {
  const isWhole = rows.every(({ value }) => value === null || value.kind === 'integer');
  const text = ({ value }: SummaryRow): string => {
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
