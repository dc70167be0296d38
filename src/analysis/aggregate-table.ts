// How the figures of an aggregate spread, as a table.
import { type Align, pipeTable } from '../report/pipe-table.ts';
import type { Aggregate, Spread } from './aggregate.ts';

const header = ['Metric', 'Task', 'RSD between runs', 'RSD within runs', 'Unit'] as const;

/**
 * The relative standard deviations as a markdown table without a newline at the end: of the means of the runs, and of
 * what was measured within a run.
 */
export function spreadTable({ spreads }: Aggregate, align: Align): string {
  const rows = [...spreads].flatMap(([task, { throughput, times, errorRate }]) => [
    cells('throughput', task, throughput),
    cells('latency', task, times.latency),
    cells('service time', task, times['service time']),
    cells('error rate', task, errorRate),
  ]);
  return pipeTable(
    header.map((name, column) => ({
      header: name,
      align: column === 2 || column === 3 ? align : 'right',
      cells: rows.map((row) => row[column] ?? ''),
    })),
  );
}

const cells = (metric: string, task: string, { betweenRuns, withinRuns }: Spread): readonly string[] => [
  metric,
  task,
  betweenRuns === null ? '' : betweenRuns.toFixed(2),
  withinRuns === null ? '' : withinRuns.toFixed(2),
  '%',
];
