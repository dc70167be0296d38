// The summary with one row per task, or with a few short lines per task where a row would not fit.
import { type Figure, figureValue } from '../metrics/figure.ts';
import type { TaskResults } from '../metrics/results.ts';
import { formatGeneral } from './number-format.ts';
import { widthOf } from './pipe-table.ts';
import { plainTable } from './plain-table.ts';

const percentiles = [50, 90, 99, 99.9, 100] as const;

/** The summary of all reported tasks as plain text of at most `width` columns, as far as names allow. */
export function compactSummary(tasks: readonly TaskResults[], width: number): string {
  const reported = tasks.filter((task) => task.isReported);
  const rows = reported.map(cells);
  const table = plainTable(
    columns,
    rows.map((row) => [...row.values()]),
  );
  const isTooWide = table.split('\n').some((line) => widthOf(line) > width);
  return isTooWide ? rows.map(block).join('\n\n') : table;
}

const columns = ['Task', 'Throughput', 'of target', ...percentiles.map(nameOf), 'Errors'];

function nameOf(percentile: number): string {
  return percentile === 100 ? 'max ms' : `p${percentile} ms`;
}

/** What is shown of a task, by the name of its column. Times are latencies. */
function cells(task: TaskResults): ReadonlyMap<string, string> {
  const { throughput, target, errorRate } = task;
  const reached =
    target === undefined || throughput.mean === null || throughput.unit !== `${target.unit}/s`
      ? ''
      : `${formatGeneral((100 * throughput.mean) / target.value, 3)} %`;
  const latency = (percentile: number): string => {
    const figure: Figure = { kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile } };
    const value = figureValue(figure, task);
    return value === null ? '' : formatGeneral(value, 4);
  };
  return new Map([
    ['Task', task.task],
    ['Throughput', throughput.mean === null ? '' : `${formatGeneral(throughput.mean, 5)} ${throughput.unit}`],
    ['of target', reached],
    ...percentiles.map((percentile) => [nameOf(percentile), latency(percentile)] as const),
    ['Errors', `${formatGeneral(100 * errorRate, 3)} %`],
  ]);
}

/** One line per figure below the name of the task; figures that the task does not have are left out. */
function block(row: ReadonlyMap<string, string>): string {
  const lines = [...row].filter(([name, text]) => name !== 'Task' && text !== '');
  const longest = Math.max(...lines.map(([name]) => widthOf(name)));
  return [row.get('Task') ?? '', ...lines.map(([name, text]) => `  ${name.padEnd(longest)}  ${text}`)].join('\n');
}
