// The formats of the summary. The names in this table are the choices of `--results-format`.
import { csvTable } from './csv-table.ts';
import { jsonTable } from './json-table.ts';
import { markdownTable } from './markdown-table.ts';
import type { Align } from './pipe-table.ts';
import type { SummaryRow } from './row.ts';

/** A way to write the rows of the summary. */
export interface SummaryFormat {
  /** The rows as text that ends with a newline. `align` is for formats that line up numbers. */
  readonly render: (rows: readonly SummaryRow[], align: Align) => string;
  /** False for formats that programs read: no line that says how the run ended may follow the rows in a file. */
  readonly isForPeople: boolean;
}

const markdown: SummaryFormat = { render: (rows, align) => `${markdownTable(rows, align)}\n`, isForPeople: true };
const csv: SummaryFormat = { render: csvTable, isForPeople: false };
const json: SummaryFormat = { render: jsonTable, isForPeople: false };

/** All formats by name. A new format is a file that renders it, and a word here. */
export const summaryFormats = { markdown, csv, json } as const;

/** The name of a format, as `--results-format` takes it. */
export type SummaryFormatName = keyof typeof summaryFormats;

/** The names of all formats, in the order of the table. */
export const summaryFormatNames = Object.keys(summaryFormats) as readonly SummaryFormatName[];
