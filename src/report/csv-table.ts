// The summary as comma-separated values (RFC 4180): CRLF, quotes only where they are needed, numbers in full.
import { formatFloat } from '../json.ts';
import { type SummaryRow, summaryHeader } from './row.ts';

/** Rows with a header line; every line ends in CRLF. Throughput and error rate have two decimals. */
export function csvTable(rows: readonly SummaryRow[]): string {
  const lines = [summaryHeader, ...rows.map((row) => [row.metric, row.task, valueText(row), row.unit])];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function valueText({ value }: SummaryRow): string {
  if (value === null) return '';
  if (value.kind === 'hundredths') return value.number.toFixed(2);
  return value.kind === 'integer' ? String(value.number) : formatFloat(value.number);
}

/** A cell, quoted if it holds a comma, a quote or the end of a line. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
