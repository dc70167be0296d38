// Sums over the reports of a node. The node keeps them for what it sent and the test run for what it merged; if they
// differ, something was lost or counted twice.
import { BenchmarkError } from '../../errors.ts';
import type { WorkerReport } from '../../metrics/report.ts';
import { count, type JsonCodec, object, text } from './json-codec.ts';

/** The figures of a {@link TaskReport} that are summed up. */
const counted = [
  'requests',
  'failedRequests',
  'retries',
  'repeats',
  'refusedRequests',
  'normalSamples',
  'failedNormalSamples',
  'warmupSamples',
  'failedWarmupSamples',
] as const;

/** Sums over the reports of one node for one task. */
export interface TaskTotals extends Readonly<Record<(typeof counted)[number], number>> {
  readonly task: string;
  /** How many reports contained the task. */
  readonly reports: number;
}

/** The sums of one task in a `step-done` event. */
export const totalsCodec: JsonCodec<TaskTotals> = object<TaskTotals>({
  task: text(),
  reports: count(),
  requests: count(),
  failedRequests: count(),
  retries: count(),
  repeats: count(),
  refusedRequests: count(),
  normalSamples: count(),
  failedNormalSamples: count(),
  warmupSamples: count(),
  failedWarmupSamples: count(),
});

/** Sums while they grow. */
type Sums = { -readonly [K in keyof TaskTotals]: TaskTotals[K] };

/** Sums up the reports of one node, for each task by its name. */
export class Totals {
  private readonly tasks = new Map<string, Sums>();

  /** Adds the figures of a report. */
  add(report: WorkerReport): void {
    for (const task of report.tasks) {
      const sums = this.tasks.get(task.task) ?? {
        task: task.task,
        reports: 0,
        requests: 0,
        failedRequests: 0,
        retries: 0,
        repeats: 0,
        refusedRequests: 0,
        normalSamples: 0,
        failedNormalSamples: 0,
        warmupSamples: 0,
        failedWarmupSamples: 0,
      };
      this.tasks.set(task.task, sums);
      sums.reports++;
      for (const name of counted) sums[name] += task[name];
    }
  }

  /** The sums since the beginning of the run. */
  list(): readonly TaskTotals[] {
    return [...this.tasks.values()].map((sums) => ({ ...sums }));
  }
}

/**
 * Compares the sums that a node states with those of what was merged from it, both since the beginning of the run.
 * Returns `null` if they agree, else an INTERNAL error that names the differences.
 */
export function difference(
  node: string,
  stated: readonly TaskTotals[],
  merged: readonly TaskTotals[],
): BenchmarkError | null {
  const found: string[] = [];
  const known = new Map(merged.map((totals) => [totals.task, totals]));
  for (const totals of stated) {
    const own = known.get(totals.task);
    known.delete(totals.task);
    for (const name of ['reports', ...counted] as const) {
      if (totals[name] !== (own?.[name] ?? 0))
        found.push(`${totals.task}: ${name} ${totals[name]} sent, ${own?.[name] ?? 0} merged`);
    }
  }
  for (const [task, { reports }] of known) found.push(`${task}: no report sent, ${reports} merged`);
  if (found.length === 0) return null;
  return new BenchmarkError(
    'INTERNAL',
    `The figures of node ${node} do not add up: ${found.slice(0, 10).join('; ')}.`,
    {
      hint: 'The results are not to be trusted. Repeat the run, and report this with the logs of both machines.',
    },
  );
}
