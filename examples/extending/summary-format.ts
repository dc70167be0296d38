// A format of the summary: a JSON document per row.
import type { SummaryFormat } from '../../src/report/formats.ts';

/** One line for each row; a row without a value has `null`. */
export const jsonLines: SummaryFormat = {
  render: (rows) => rows.map((row) => `${JSON.stringify({ ...row, value: row.value?.number ?? null })}\n`).join(''),
  isForPeople: false,
};
