// The summary of a test run as rows: first the cluster as a whole, then each task, then recall, then what profiles of
// searches say.
import { defaultPercentiles } from '../metrics/percentiles.ts';
import type { PercentileStats, Results, TaskResults } from '../metrics/results.ts';
import { clusterRows } from './cluster-rows.ts';
import { floatValue, hundredthsValue, integerValue, type RowValue, type SummaryRow } from './row.ts';

/** Which rows and figures the user wants to see. */
export interface SummaryOptions {
  /**
   * `--show-in-results`: `available` shows rows with a value, `all-percentiles` also all rows of percentiles, `all`
   * every row.
   */
  readonly show: 'available' | 'all-percentiles' | 'all';
  readonly latencyPercentiles: readonly number[];
  readonly throughputPercentiles: readonly number[];
  /** `output.processingtime` of the configuration. */
  readonly showsProcessingTime: boolean;
}

/** The rows of the summary in order. */
export function summaryRows(results: Results, options: SummaryOptions): readonly SummaryRow[] {
  const reported = results.tasks.filter((task) => task.isReported);
  const { others, best } = chooseBestClients(reported);
  const rows = [
    ...clusterRows(results.cluster).filter((row) => row.value !== null || options.show === 'all'),
    ...others.flatMap((task) => taskRows(task, options)),
    ...best.flatMap(({ task, clients }) => [
      ...taskRows(task, options),
      {
        metric: 'Number of clients that achieved max throughput',
        task: task.task,
        value: integerValue(clients),
        unit: '',
      },
    ]),
    ...reported.flatMap(recallRows),
    ...reported.flatMap(profileRows),
    ...redlineRows(results),
    ...rateRows(results),
  ];
  return rows;
}

interface BestClients {
  readonly task: TaskResults;
  readonly clients: number;
}

/**
 * Separates tasks that differ only in their number of clients (`search_1_clients`, `search_8_clients`) from the others.
 * Of each such family only the task with the greatest mean throughput is shown.
 */
function chooseBestClients(tasks: readonly TaskResults[]): {
  readonly others: readonly TaskResults[];
  readonly best: readonly BestClients[];
} {
  const best = new Map<string, BestClients>();
  const others: TaskResults[] = [];
  for (const task of tasks) {
    const match = /^(.*)_(\d+)_clients$/.exec(task.task);
    if (match === null) {
      others.push(task);
      continue;
    }
    const family = match[1] ?? '';
    const known = best.get(family);
    if (known === undefined || (task.throughput.mean ?? 0) > (known.task.throughput.mean ?? 0))
      best.set(family, { task, clients: Number(match[2]) });
  }
  return { others, best: [...best.values()] };
}

function taskRows(task: TaskResults, options: SummaryOptions): readonly SummaryRow[] {
  return [
    ...throughputRows(task, options),
    ...timeRows(task, 'latency', task.latency, options.latencyPercentiles, options),
    ...timeRows(task, 'service time', task.serviceTime, defaultPercentiles, options),
    ...(options.showsProcessingTime
      ? timeRows(task, 'processing time', task.processingTime, defaultPercentiles, options)
      : []),
    row('error rate', task, hundredthsValue(task.errorRate * 100), '%'),
  ];
}

function throughputRows(task: TaskResults, options: SummaryOptions): readonly SummaryRow[] {
  const { throughput } = task;
  const figures = [
    ['Min Throughput', throughput.min],
    ['Mean Throughput', throughput.mean],
    ['Median Throughput', throughput.median],
    ['Max Throughput', throughput.max],
  ] as const;
  return [
    ...figures
      .filter(([, value]) => value !== null || options.show === 'all')
      .map(([metric, value]) => row(metric, task, value === null ? null : hundredthsValue(value), throughput.unit)),
    ...percentileRows(
      task,
      'throughput',
      throughput.percentiles,
      options.throughputPercentiles,
      throughput.unit,
      options,
    ),
  ];
}

function timeRows(
  task: TaskResults,
  name: string,
  stats: PercentileStats | null,
  requested: readonly number[],
  options: SummaryOptions,
): readonly SummaryRow[] {
  return percentileRows(task, name, stats?.percentiles ?? [], requested, 'ms', options);
}

function percentileRows(
  task: TaskResults,
  name: string,
  values: PercentileStats['percentiles'],
  requested: readonly number[],
  unit: string,
  options: SummaryOptions,
): readonly SummaryRow[] {
  const known = new Map(values);
  const shown =
    options.show === 'available'
      ? [...known.keys()]
      : [...new Set([...requested, ...known.keys()])].sort((left, right) => left - right);
  return shown.map((percentile) => {
    const value = known.get(percentile);
    return row(`${percentile}th percentile ${name}`, task, value === undefined ? null : floatValue(value), unit);
  });
}

function recallRows(task: TaskResults): readonly SummaryRow[] {
  return task.recall.map(({ name, mean }) => row(`Mean ${name}`, task, hundredthsValue(mean), ''));
}

function profileRows(task: TaskResults): readonly SummaryRow[] {
  return task.profile.flatMap(({ name, stats }) =>
    stats.percentiles.map(([percentile, value]) =>
      row(`${percentile}th percentile ${name}`, task, floatValue(value), stats.unit),
    ),
  );
}

/** The most clients that each task of a redline test bore. */
function redlineRows({ redline }: Results): readonly SummaryRow[] {
  return (redline?.steps ?? []).flatMap(({ tasks, maxStableClients }) =>
    tasks.map((task) => ({ metric: 'Max stable clients', task, value: integerValue(maxStableClients), unit: '' })),
  );
}

/** The highest rate that a search has found for its task. */
function rateRows({ maxThroughput }: Results): readonly SummaryRow[] {
  if (maxThroughput === undefined || maxThroughput.rate === null) return [];
  const { task, rate } = maxThroughput;
  return [{ metric: 'Max rate within conditions', task, value: hundredthsValue(rate), unit: 'requests/s' }];
}

const row = (metric: string, task: TaskResults, value: RowValue | null, unit: string): SummaryRow => ({
  metric,
  task: task.task,
  value,
  unit: value === null ? '' : unit,
});
