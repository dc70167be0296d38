// Throughput that operations have measured themselves, such as that of a snapshot, of which the target tells size and
// time.
import type { PercentileValues } from './percentiles.ts';
import type { ThroughputStats } from './results.ts';
import { throughputStats } from './throughput.ts';

/** Values that are held for median and percentiles. */
const HELD_VALUES = 50_000;

/**
 * The values of one task, one for each sample. Minimum, mean and maximum are of all of them. Median and percentiles are
 * of those that are held, which are all until there are more than can be held, and then every second one, every fourth
 * one, and so on.
 */
export class SuppliedThroughput {
  private values: number[] = [];
  private count = 0;
  /** Of so many values one is held. */
  private stride = 1;
  private sum = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;

  /** Whether an operation has supplied any value. */
  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Adds values in units per second. */
  add(values: Float64Array): void {
    for (const value of values) {
      this.sum += value;
      this.min = Math.min(this.min, value);
      this.max = Math.max(this.max, value);
      if (this.count++ % this.stride === 0) this.values.push(value);
      if (this.values.length > HELD_VALUES) this.thin();
    }
  }

  /** Statistics as for calculated throughput; `unit` is that of the work, without `/s`. */
  stats(unit: string, percentiles: readonly number[]): ThroughputStats {
    const stats = throughputStats(this.values, unit, percentiles);
    if (stats.mean === null) return stats;
    const { min, max } = this;
    return { ...stats, min, mean: this.sum / this.count, max, percentiles: withExactMaximum(stats.percentiles, max) };
  }

  private thin(): void {
    this.values = this.values.filter((_, index) => index % 2 === 0);
    this.stride *= 2;
  }
}

const withExactMaximum = (percentiles: PercentileValues, max: number): PercentileValues =>
  percentiles.map(([percentile, value]) => [percentile, percentile === 100 ? max : value]);
