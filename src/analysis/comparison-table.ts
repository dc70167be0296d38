// A comparison as a table: the columns of OpenSearch Benchmark, and behind them how sure a difference is.
import { formatFloat } from '../json.ts';
import { csvCell } from '../report/csv-table.ts';
import { formatGeneral } from '../report/number-format.ts';
import { type Align, pipeTable } from '../report/pipe-table.ts';
import type { Comparison, ComparisonRow } from './compare.ts';

/** A difference below this share of the baseline gets no mark, in per cent. */
const MARKED_FROM = 5;
const header = ['Metric', 'Task', 'Baseline', 'Contender', '%Diff', 'Diff', 'Unit'] as const;
const sureHeader = ['95% interval', 'Significant'] as const;

/** The comparison as a markdown table, without a newline at the end; `align` is for the columns of numbers. */
export function comparisonMarkdown({ rows }: Comparison, align: Align): string {
  const cells = rows.map((row) => texts(row, formatGeneral, true));
  return pipeTable(
    headerOf(rows).map((name, column) => ({
      header: name,
      align: column >= 2 && column <= 5 ? align : 'right',
      cells: cells.map((row) => row[column] ?? ''),
    })),
  );
}

/** The comparison as comma-separated values (RFC 4180) with numbers in full. */
export function comparisonCsv({ rows }: Comparison): string {
  const columns = headerOf(rows);
  const lines = [columns, ...rows.map((row) => texts(row, formatFloat, false).slice(0, columns.length))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** How sure differences are is shown if it is known of any of them. */
const headerOf = (rows: readonly ComparisonRow[]): readonly string[] =>
  rows.some(({ significance }) => significance !== null) ? [...header, ...sureHeader] : header;

function texts(row: ComparisonRow, number: (value: number) => string, hasMarks: boolean): readonly string[] {
  const { metric, task, baseline, contender, percent, difference, unit, significance } = row;
  return [
    metric,
    task,
    number(baseline),
    number(contender),
    percent === null ? 'n/a' : `${signed(percent, 2)}%${hasMarks ? mark(row) : ''}`,
    signed(difference, 5),
    unit,
    significance === null || significance.interval === null ? '' : interval(significance.interval),
    significance === null ? '' : significance.isSignificant ? 'yes' : 'no',
  ];
}

const interval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${signed(low, 1)}% to ${signed(high, 1)}%`;

/** A circle for differences that matter: green for an improvement, red for the opposite. */
function mark({ percent, isMoreBetter, significance }: ComparisonRow): string {
  if (percent === null || Math.abs(percent) <= MARKED_FROM || significance?.isSignificant === false) return '';
  return percent > 0 === isMoreBetter ? ' :green_circle:' : ' :red_circle:';
}

/** A number with its sign and so many decimals; what rounds to 0 has none. */
export function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  const isZero = Number(text) === 0;
  return `${isZero ? '' : value < 0 ? '-' : '+'}${text}`;
}
