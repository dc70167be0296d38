// One row of the summary. Its number stays a number until a format writes it.

/** The number of a row, and how it is written: whole, in full precision, or rounded to two decimals. */
export interface RowValue {
  readonly kind: 'integer' | 'float' | 'hundredths';
  readonly number: number;
}

/** A line of the summary: metric, task, value and unit. */
export interface SummaryRow {
  readonly metric: string;
  /** Empty for rows about the cluster. */
  readonly task: string;
  /** `null`: the row has no value and shows as an empty cell. */
  readonly value: RowValue | null;
  readonly unit: string;
}

/** A whole number. */
export const integerValue = (number: number): RowValue => ({ kind: 'integer', number });
/** A number in full precision. */
export const floatValue = (number: number): RowValue => ({ kind: 'float', number });
/** A number that is shown with two decimals, such as a rate or a percentage. */
export const hundredthsValue = (number: number): RowValue => ({ kind: 'hundredths', number });

/** Names of the columns of the summary, in their order. */
export const summaryHeader = ['Metric', 'Task', 'Value', 'Unit'] as const;
