// How far the figures of a single run may be off by chance, from the spread over its own course. What happens in one
// second depends on the second before, so the course is cut into a few long pieces, and the spread between these
// counts: the method of batch means.
import { type Figure, type TimeName, timeNames } from '../metrics/figure.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { TaskCell, TaskHistory } from '../metrics/history.ts';
import { confidence, type Estimate } from './estimate.ts';
import { twoSidedQuantile } from './student.ts';

/** Pieces that a course is cut into at most. More of them would be too short to be independent. */
const BATCHES = 20;
/** A course of fewer cells says nothing about its spread. */
const LEAST_CELLS = 10;
const NANOS_PER_MILLI = 1e6;

/** The histograms of a cell by kind of time. */
export const timeColumns = {
  latency: 'latency',
  'service time': 'serviceTime',
  'client processing time': 'clientProcessingTime',
  'processing time': 'processingTime',
} as const satisfies Readonly<Record<TimeName, keyof TaskCell>>;

/** Adds all times of a task of one kind to a histogram over ns. Throws `INTERNAL` if one cannot be read. */
export function addTimes(histogram: Histogram, history: TaskHistory, time: TimeName): void {
  for (const cell of history.cells) {
    const payload = cell[timeColumns[time]];
    if (payload !== null) histogram.addEncoded(payload);
  }
}

/** Estimates the figures of tasks. It re-uses its histograms, which are large, from task to task. */
export class WithinRun {
  private readonly batches: readonly Histogram[] = Array.from({ length: BATCHES }, () => new Histogram());
  private readonly total = new Histogram();

  /**
   * An estimate for each figure, in their order; `null` for one about which the course says nothing: extremes, figures
   * without a history, short tasks. Times are in ms, the error rate in per cent, throughput per second.
   */
  estimates(history: TaskHistory, figures: readonly Figure[]): readonly (Estimate | null)[] {
    const results = new Map<Figure, Estimate | null>();
    for (const time of timeNames) {
      const own = figures.filter((figure) => figure.kind === 'time' && figure.time === time);
      if (own.length > 0) this.timeEstimates(history, time, own, results);
    }
    return figures.map((figure) => {
      if (figure.kind === 'throughput') return figure.statistic === 'mean' ? throughputEstimate(history) : null;
      if (figure.kind === 'error rate') return errorRateEstimate(history);
      return results.get(figure) ?? null;
    });
  }

  private timeEstimates(
    history: TaskHistory,
    time: TimeName,
    figures: readonly Figure[],
    results: Map<Figure, Estimate | null>,
  ): void {
    const cells = history.cells.filter((cell) => cell[timeColumns[time]] !== null);
    const count = batchCount(cells.length);
    if (count === 0) return;
    cells.forEach((cell, index) => {
      const payload = cell[timeColumns[time]];
      if (payload !== null) this.batches[Math.floor((index * count) / cells.length)]?.addEncoded(payload);
    });
    const batches = this.batches.slice(0, count);
    for (const batch of batches) this.total.add(batch);
    for (const figure of figures) {
      if (figure.kind !== 'time') continue;
      const { statistic } = figure;
      results.set(
        figure,
        statistic.kind === 'mean' ? this.mean(batches) : this.quantile(batches, statistic.percentile / 100),
      );
    }
    for (const batch of batches) batch.reset();
    this.total.reset();
  }

  private mean(batches: readonly Histogram[]): Estimate | null {
    return ratioEstimate(batches.map(({ count, mean }) => ({ part: (count * mean) / NANOS_PER_MILLI, whole: count })));
  }

  /**
   * A quantile by the interval of Woodruff (1952): the share of values below the quantile is a ratio, whose interval is
   * known, and the quantiles at its two ends are the ends of the interval of the quantile.
   */
  private quantile(batches: readonly Histogram[], share: number): Estimate | null {
    const { total } = this;
    if (share <= 0 || share >= 1) return null;
    const value = quantileOf(total, share);
    const below = ratioEstimate(batches.map((batch) => ({ part: batch.countUpTo(value), whole: batch.count })));
    if (below === null) return null;
    const reach = twoSidedQuantile(1 - confidence, below.degreesOfFreedom);
    const half = Math.max(reach * below.standardError, 1 / total.count);
    // Beyond the last value nothing is known of the distribution.
    if (share + half >= 1) return null;
    const width = quantileOf(total, share + half) - quantileOf(total, Math.max(0, share - half));
    return {
      value: value / NANOS_PER_MILLI,
      standardError: width / (2 * reach) / NANOS_PER_MILLI,
      degreesOfFreedom: below.degreesOfFreedom,
    };
  }
}

function throughputEstimate({ cells, length }: TaskHistory): Estimate | null {
  // The last cell is rarely full, and those of the warm-up show another load.
  const full = cells.slice(0, -1).filter(({ warmupSamples }) => warmupSamples === 0);
  return batched(full, ({ work }) => ({ part: work, whole: length / 1000 }));
}

function errorRateEstimate({ cells }: TaskHistory): Estimate | null {
  return batched(cells, ({ failedSamples, samples }) => ({ part: 100 * failedSamples, whole: samples }));
}

/** A part and the whole that it is a part of. */
interface Portion {
  readonly part: number;
  readonly whole: number;
}

function batched(cells: readonly TaskCell[], portion: (cell: TaskCell) => Portion): Estimate | null {
  const count = batchCount(cells.length);
  if (count === 0) return null;
  const sums = Array.from({ length: count }, () => ({ part: 0, whole: 0 }));
  cells.forEach((cell, index) => {
    const sum = sums[Math.floor((index * count) / cells.length)];
    const { part, whole } = portion(cell);
    if (sum === undefined) return;
    sum.part += part;
    sum.whole += whole;
  });
  return ratioEstimate(sums);
}

/** The sum of the parts over the sum of the wholes: the estimator of a ratio with its linearised variance. */
function ratioEstimate(portions: readonly Portion[]): Estimate | null {
  const whole = portions.reduce((sum, portion) => sum + portion.whole, 0);
  const count = portions.length;
  if (whole === 0 || count < 2) return null;
  const ratio = portions.reduce((sum, portion) => sum + portion.part, 0) / whole;
  const squares = portions.reduce((sum, portion) => sum + (portion.part - ratio * portion.whole) ** 2, 0);
  return {
    value: ratio,
    standardError: Math.sqrt((count / (count - 1)) * squares) / whole,
    degreesOfFreedom: count - 1,
  };
}

const batchCount = (cells: number): number => (cells < LEAST_CELLS ? 0 : Math.min(BATCHES, Math.floor(cells / 2)));

/** The value in ns below which a share of all values lies. */
const quantileOf = (histogram: Histogram, share: number): number =>
  histogram.valueAtRank(Math.max(1, Math.ceil(share * histogram.count)));
