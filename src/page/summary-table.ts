// The summary of all tasks: one row each, sortable.
import { type Figure, figureValue } from '../metrics/figure.ts';
import type { TaskResults } from '../metrics/results.ts';
import { formatCount } from '../report/number-format.ts';
import { valueText } from './format.ts';
import { html, type Markup } from './markup.ts';
import { type PageCell, pageTable } from './table.ts';

/** A task that reaches less of its target, in per cent, is marked. */
const REACHED = 95;
const latencies = [50, 90, 99, 99.9, 100].map(
  (percentile): Figure => ({ kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile } }),
);
const p99ServiceTime: Figure = {
  kind: 'time',
  time: 'service time',
  statistic: { kind: 'percentile', percentile: 99 },
};

/** The table; a value that a task does not have is a dash. */
export function summaryTable(tasks: readonly TaskResults[]): Markup {
  return pageTable({
    label: 'Summary of all tasks',
    isSortable: true,
    head: [
      'Task',
      'Throughput',
      'of target',
      ...['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => html`${name} latency<br>ms`),
      html`p99 service<br>time ms`,
      'Errors',
      'Requests',
      'Clients',
    ],
    rows: tasks.map((task) => ({ name: task.task, cells: cellsOf(task) })),
  });
}

function cellsOf(task: TaskResults): readonly PageCell[] {
  const { throughput, errorRate, requests, clients } = task;
  const share = shareOfTarget(task);
  const percent = (value: number): string => `${valueText(Number(value.toPrecision(3)))} %`;
  const figure = (one: Figure): PageCell => {
    const value = figureValue(one, task);
    return { text: valueText(value), value };
  };
  return [
    {
      text: html`${valueText(throughput.mean)} <span class="soft">${throughput.unit}</span>`,
      value: throughput.mean,
    },
    { text: share === null ? '–' : percent(share), value: share, isBad: share !== null && share < REACHED },
    ...latencies.map(figure),
    figure(p99ServiceTime),
    { text: percent(100 * errorRate), value: errorRate, isBad: errorRate > 0 },
    { text: formatCount(requests), value: requests },
    { text: clients, value: clients },
  ];
}

/** How much of its target throughput a task has reached, in per cent; `null` without one of the same unit. */
function shareOfTarget({ throughput, target }: TaskResults): number | null {
  if (target === undefined || throughput.mean === null || throughput.unit !== `${target.unit}/s`) return null;
  return (100 * throughput.mean) / target.value;
}
