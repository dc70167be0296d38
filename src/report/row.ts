// One row of the summary, with its number still a number.

/** How the number of a row is written: whole, in full, or rounded to two decimals. */
export interface RowValue {
  readonly kind: 'integer' | 'float' | 'hundredths';
  readonly number: number;
}

/** A line of the summary: metric, task, value and unit. */
export interface Row {
  readonly metric: string;
  /** Empty for rows about the cluster. */
  readonly task: string;
  /** `null`: the row has no value and shows as an empty cell. */
  readonly value: RowValue | null;
  readonly unit: string;
}

/** A whole number. */
export const integer = (number: number): RowValue => ({ kind: 'integer', number });
/** A number in full precision. */
export const float = (number: number): RowValue => ({ kind: 'float', number });
/** A number that is shown with two decimals. */
export const hundredths = (number: number): RowValue => ({ kind: 'hundredths', number });

/** Names of the columns, in this order. */
export const summaryHeader = ['Metric', 'Task', 'Value', 'Unit'] as const;
