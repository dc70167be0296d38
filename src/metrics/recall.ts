// Recall: the share of the true nearest neighbours that searches have found. It is a number from 0 to 1 per search, of
// which a task may have millions; so they are counted by value, to four digits, beside their exact sum.
import { BenchmarkError } from '../errors.ts';
import { defaultPercentiles, interpolatedPercentiles, supportedPercentiles } from './percentiles.ts';

/**
 * The names of recall as OpenSearch Benchmark has them: of the `k` nearest neighbours, or of all within a distance or
 * with a score; `1` stands for the first hit alone.
 */
export const recallNames = [
  'recall@k',
  'recall@1',
  'recall@max_distance',
  'recall@max_distance_1',
  'recall@min_score',
  'recall@min_score_1',
] as const;

/** One of {@link recallNames}. */
export type RecallName = (typeof recallNames)[number];

/** Recall of the searches of one report. */
export interface RecallReport {
  readonly name: RecallName;
  /** The sum of the values. */
  readonly sum: number;
  /** Pairs of numbers: a value in ten-thousandths, and how often it occurred. */
  readonly counts: Float64Array;
}

/** Recall of the vector searches of a task under one name, from 0 to 1. */
export interface RecallStats {
  readonly name: RecallName;
  /** Percentile → value to four digits, ascending percentiles, chosen by the number of searches. */
  readonly percentiles: readonly (readonly [percentile: number, value: number])[];
  readonly mean: number;
}

const STEPS = 10_000;

/** Values of recall under one name. Takes 80 kB, however many values there are. */
export class RecallValues {
  readonly name: RecallName;
  private readonly counts = new Float64Array(STEPS + 1);
  private count = 0;
  private sum = 0;

  constructor(name: RecallName) {
    this.name = name;
  }

  /** Adds a value from 0 to 1. */
  add(value: number): void {
    const step = Math.round(value * STEPS);
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.count++;
    this.sum += value;
  }

  /** Adds what a worker has counted. Throws `INTERNAL` if it counts what is no recall. */
  merge({ name, sum, counts }: RecallReport): void {
    for (let index = 0; index < counts.length; index += 2) {
      const [step = -1, count = -1] = [counts[index], counts[index + 1]];
      if (!Number.isInteger(step) || step < 0 || step > STEPS || !Number.isInteger(count) || count < 0)
        throw new BenchmarkError('INTERNAL', `A worker counted values of ${name} that are no recall.`);
      this.counts[step] = (this.counts[step] ?? 0) + count;
      this.count += count;
    }
    this.sum += sum;
  }

  /** Returns everything since the last call, and begins anew; `null` if there is nothing. */
  drain(): RecallReport | null {
    if (this.count === 0) return null;
    const pairs: number[] = [];
    for (const [step, count] of this.counts.entries()) if (count > 0) pairs.push(step, count);
    const report = { name: this.name, sum: this.sum, counts: Float64Array.from(pairs) };
    this.counts.fill(0);
    this.count = 0;
    this.sum = 0;
    return report;
  }

  /** The mean, and the percentiles that so many values support; `null` without values. */
  stats(): RecallStats | null {
    if (this.count === 0) return null;
    const requested = supportedPercentiles(this.count, defaultPercentiles);
    return {
      name: this.name,
      percentiles: interpolatedPercentiles(this.count, requested, (rank) => this.valueAt(rank)),
      mean: this.sum / this.count,
    };
  }

  /** The value of a rank, from 0, in ascending order. */
  private valueAt(rank: number): number {
    let seen = 0;
    const step = this.counts.findIndex((count) => {
      seen += count;
      return seen > rank;
    });
    return step / STEPS;
  }
}
