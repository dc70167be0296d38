// One number of a task's results, by the words in which people name it: "p99 service time", "mean throughput".
import { unreachable } from '../errors.ts';
import type { PercentileStats, TaskResults } from './results.ts';

/** A kind of time that samples have. */
export type TimeName = 'latency' | 'service time' | 'client processing time' | 'processing time';

/** Which of many values is meant: their mean, or a percentile from 0 to 100. */
export type TimeStatistic = { readonly kind: 'mean' } | { readonly kind: 'percentile'; readonly percentile: number };

/** One number of a task's results. */
export type Figure =
  | { readonly kind: 'time'; readonly time: TimeName; readonly statistic: TimeStatistic }
  | { readonly kind: 'throughput'; readonly statistic: 'min' | 'mean' | 'median' | 'max' }
  | { readonly kind: 'error rate' }
  | { readonly kind: 'duration' };

/** All kinds of time, in the order of the summary. */
export const timeNames: readonly TimeName[] = ['latency', 'service time', 'client processing time', 'processing time'];
const PERCENTILE = /^(?:p(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)(?:st|nd|rd|th) percentile)$/;

/** Examples of figures for messages about a text that names none. */
export const figureExamples = '"p99 latency", "mean service time", "mean throughput", "error rate" or "duration"';

/**
 * The figure of a text; `null` if it names none. Upper and lower case, `-` and `_` make no difference. `median` is the
 * 50th percentile, `max` the 100th; of throughput without another word the mean is meant.
 */
export function parseFigure(text: string): Figure | null {
  const words = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
  if (words === 'error rate') return { kind: 'error rate' };
  if (words === 'duration') return { kind: 'duration' };
  if (words === 'throughput') return { kind: 'throughput', statistic: 'mean' };
  const throughput = /^(min|mean|median|max) throughput$/.exec(words)?.[1];
  if (throughput === 'min' || throughput === 'mean' || throughput === 'median' || throughput === 'max')
    return { kind: 'throughput', statistic: throughput };
  const time = timeNames.find((name) => words.endsWith(` ${name}`) && timeStatistic(words, name) !== null);
  const statistic = time === undefined ? null : timeStatistic(words, time);
  return time === undefined || statistic === null ? null : { kind: 'time', time, statistic };
}

function timeStatistic(words: string, time: TimeName): TimeStatistic | null {
  const name = words.slice(0, -time.length - 1);
  if (name === 'mean') return { kind: 'mean' };
  if (name === 'median') return { kind: 'percentile', percentile: 50 };
  if (name === 'max') return { kind: 'percentile', percentile: 100 };
  const match = PERCENTILE.exec(name);
  const percentile = Number(match?.[1] ?? match?.[2]);
  return match === null || percentile > 100 ? null : { kind: 'percentile', percentile };
}

/** The figure in the words that {@link parseFigure} reads: `p99 service time`. */
export function figureText(figure: Figure): string {
  switch (figure.kind) {
    case 'time':
      return `${figure.statistic.kind === 'mean' ? 'mean' : `p${figure.statistic.percentile}`} ${figure.time}`;
    case 'throughput':
      return `${figure.statistic} throughput`;
    default:
      return figure.kind;
  }
}

/** The figure as the summary calls it: `99th percentile service time`, `Mean Throughput`. */
export function figureLabel(figure: Figure): string {
  switch (figure.kind) {
    case 'time':
      return figure.statistic.kind === 'mean'
        ? `Mean ${figure.time}`
        : `${figure.statistic.percentile}th percentile ${figure.time}`;
    case 'throughput':
      return `${figure.statistic.charAt(0).toUpperCase()}${figure.statistic.slice(1)} Throughput`;
    default:
      return figure.kind;
  }
}

/** Whether a larger value is an improvement; of all other figures a smaller one is. */
export const isMoreBetter = (figure: Figure): boolean => figure.kind === 'throughput';

/** The unit of {@link figureValue}; that of throughput is the task's own. */
export function figureUnit(figure: Figure, task: TaskResults): string {
  if (figure.kind === 'throughput') return task.throughput.unit;
  return figure.kind === 'error rate' ? '%' : 'ms';
}

/** The value of a figure: times in ms, throughput in the unit of the task, the error rate in per cent. */
export function figureValue(figure: Figure, task: TaskResults): number | null {
  switch (figure.kind) {
    case 'time':
      return timeValue(figure.statistic, timeStats(figure.time, task));
    case 'throughput':
      return task.throughput[figure.statistic];
    case 'error rate':
      return task.errorRate * 100;
    case 'duration':
      return task.duration;
    default:
      return unreachable(figure);
  }
}

function timeStats(time: TimeName, task: TaskResults): PercentileStats | null {
  switch (time) {
    case 'latency':
      return task.latency;
    case 'service time':
      return task.serviceTime;
    case 'client processing time':
      return task.clientProcessingTime;
    case 'processing time':
      return task.processingTime;
    default:
      return unreachable(time);
  }
}

function timeValue(statistic: TimeStatistic, stats: PercentileStats | null): number | null {
  if (stats === null) return null;
  if (statistic.kind === 'mean') return stats.mean;
  return stats.percentiles.find(([percentile]) => percentile === statistic.percentile)?.[1] ?? null;
}
