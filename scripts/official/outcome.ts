// What became of the test procedures, as a table and as JSON.
import { unreachable } from '../../src/errors.ts';
import { plainTable } from '../../src/report/plain-table.ts';
import type { RunFigures, TaskFailure } from './run-procedure.ts';

/** What became of one test procedure. */
export type Outcome =
  | {
      readonly kind: 'run';
      /** Its failures are those that should not have been. */
      readonly figures: RunFigures;
      /** Why requests failed of which that was expected, see {@link ProcedureNeeds.knownFailures}. */
      readonly known: readonly string[];
      readonly seconds: number;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly figures: RunFigures | null; readonly seconds: number }
  | { readonly kind: 'left-out'; readonly why: string };

/** A line of the table. */
export interface Row {
  readonly workload: string;
  /** Empty for a workload that cannot be rendered, whose procedures are therefore not known. */
  readonly procedure: string;
  readonly isRendered: boolean;
  readonly outcome: Outcome;
}

/** Whether it was rendered, and no request of its run failed but those of which that was expected. */
export const isGood = ({ isRendered, outcome }: Row): boolean =>
  isRendered && (outcome.kind === 'left-out' || (outcome.kind === 'run' && outcome.figures.failures.length === 0));

/** One line per row, the reasons below it, and the sums. */
export function tableText(rows: readonly Row[]): string {
  const table = plainTable(
    ['Workload', 'Test procedure', 'Rendered', 'Run', 'Documents', 'Requests', 'Errors', 'Seconds'],
    rows.map((row) => {
      const figures = figuresOf(row.outcome);
      return [
        row.workload,
        row.procedure,
        row.isRendered ? 'yes' : 'no',
        { run: 'yes', failed: 'FAILED', 'left-out': 'no' }[row.outcome.kind],
        figures?.documents ?? null,
        figures?.requests ?? null,
        figures?.errors ?? null,
        row.outcome.kind === 'left-out' ? null : Number(row.outcome.seconds.toFixed(1)),
      ];
    }),
  );
  const complaints = rows.flatMap((row) =>
    reasonsOf(row.outcome).map((reason) => `${[row.workload, row.procedure].filter(Boolean).join('/')}: ${reason}`),
  );
  return [table, ...(complaints.length > 0 ? [complaints.join('\n')] : []), sumsText(rows)].join('\n\n');
}

/** The rows as JSON text. */
export const jsonText = (rows: readonly Row[]): string => JSON.stringify(rows, null, 2);

function figuresOf(outcome: Outcome): RunFigures | null {
  return outcome.kind === 'left-out' ? null : outcome.figures;
}

/** Why it was left out or has failed, and which requests failed; empty if all is well. */
export function reasonsOf(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'run':
      return [...outcome.figures.failures.map(failureText), ...outcome.known.map((why) => `as expected: ${why}`)];
    case 'failed':
      return [outcome.why, ...(outcome.figures?.failures ?? []).map(failureText)];
    case 'left-out':
      return [`left out: ${outcome.why}`];
    default:
      return unreachable(outcome);
  }
}

const failureText = ({ task, count, what }: TaskFailure): string => `${task}: ${count} × ${what}`;

function sumsText(rows: readonly Row[]): string {
  const count = (test: (row: Row) => boolean): number => rows.filter(test).length;
  const rendered = count(({ isRendered }) => isRendered);
  const run = count(({ outcome }) => outcome.kind === 'run');
  const failed = count(({ outcome }) => outcome.kind === 'failed');
  const leftOut = count(({ outcome }) => outcome.kind === 'left-out');
  const imperfect = count((row) => row.outcome.kind === 'run' && !isGood(row));
  return (
    `${rows.length} test procedures: ${rendered} rendered, ${run} run ` +
    `(${imperfect} of them with requests that should not have failed), ` +
    `${failed} failed, ${leftOut} left out.`
  );
}
