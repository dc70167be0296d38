// Sums of what a node has reported, kept on both ends: where they differ, something was lost or counted twice.
import { BenchmarkError } from '../../errors.ts';
import type { WorkerReport } from '../../metrics/report.ts';
import { type Codec, count, object, text } from './codec.ts';

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
  /** Reports that spoke of the task. */
  readonly reports: number;
}

export const totalsCodec: Codec<TaskTotals> = object<TaskTotals>({
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

type Sums = { -readonly [K in keyof TaskTotals]: TaskTotals[K] };

export class Totals {
  private readonly tasks = new Map<string, Sums>();

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

  list(): readonly TaskTotals[] {
    return [...this.tasks.values()].map((sums) => ({ ...sums }));
  }
}

/** Compares what a node says that it has sent with what was merged from it. Both are sums since the beginning of the run. `null` if they agree. */
export function difference(node: string, stated: readonly TaskTotals[], merged: readonly TaskTotals[]): BenchmarkError | null {
  const found: string[] = [];
  const known = new Map(merged.map((totals) => [totals.task, totals]));
  for (const totals of stated) {
    const own = known.get(totals.task);
    known.delete(totals.task);
    for (const name of ['reports', ...counted] as const) {
      if (totals[name] !== (own?.[name] ?? 0)) found.push(`${totals.task}: ${name} ${totals[name]} sent, ${own?.[name] ?? 0} merged`);
    }
  }
  for (const [task, { reports }] of known) found.push(`${task}: no report sent, ${reports} merged`);
  if (found.length === 0) return null;
  return new BenchmarkError('INTERNAL', `The figures of node ${node} do not add up: ${found.slice(0, 10).join('; ')}.`, {
    hint: 'The results are not to be trusted. Repeat the run, and report this with the logs of both machines.',
  });
}
