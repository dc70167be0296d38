// Holds times of one kind: as raw samples while they are few, as a histogram beyond that.
import { BenchmarkError } from '../errors.ts';
import { millis, millisToNanos, nanos, nanosToMillis } from '../units.ts';
import { Histogram } from './histogram.ts';
import {
  interpolatedPercentiles,
  type PercentileValues,
  sortedPercentiles,
  supportedPercentiles,
} from './percentiles.ts';
import type { PercentileStats } from './results.ts';

/**
 * A growing number of times in ms. Percentiles are exact while every sample is held; once a sample is missing, or there
 * are more than `bound`, the samples give way to a histogram, which is at most 0.1 % off. Takes at most 8 bytes per
 * sample held, or 221 kB.
 */
export class Distribution {
  private readonly bound: number;
  private raw: Float64Array | null = new Float64Array(16);
  private histogram: Histogram | null = null;
  private total = 0;

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Number of samples. */
  get count(): number {
    return this.total;
  }

  /** Whether all samples are held, so that percentiles are exact. */
  get isExact(): boolean {
    return this.raw !== null;
  }

  /**
   * Adds `count` samples. `raw` holds all or some of them in ms, `payload` all of them as an encoded histogram over ns;
   * if it is `null`, `raw` holds all. Throws `INTERNAL` if neither holds `count` samples.
   */
  add(count: number, raw: Float64Array, payload: Uint8Array | null): void {
    if (count === 0) return;
    if (this.raw !== null && raw.length === count && this.total + count <= this.bound) {
      this.raw = append(this.raw, this.total, raw);
      this.total += count;
      return;
    }
    const histogram = this.toHistogram();
    const added = payload === null ? recordAll(histogram, raw) : histogram.addEncoded(payload);
    if (added !== count) throw new BenchmarkError('INTERNAL', `A worker counted ${count} samples and sent ${added}.`);
    this.total += count;
  }

  private toHistogram(): Histogram {
    if (this.histogram === null) {
      this.histogram = new Histogram();
      recordAll(this.histogram, this.held());
      this.raw = null;
    }
    return this.histogram;
  }

  private held(): Float64Array {
    return this.raw === null ? new Float64Array(0) : this.raw.subarray(0, this.total);
  }

  /** The mean, and those of the requested percentiles that so many samples support; `null` without samples. */
  stats(requested: readonly number[]): PercentileStats | null {
    if (this.total === 0) return null;
    if (this.histogram !== null) return histogramStats(this.histogram, requested);
    const sorted = this.held().slice().sort();
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    return { percentiles: sortedPercentiles(sorted, supportedPercentiles(sorted.length, requested)), mean, unit: 'ms' };
  }
}

/** Percentiles and mean in ms of a histogram over ns; `null` if it is empty. */
export function histogramStats(histogram: Histogram, requested: readonly number[]): PercentileStats | null {
  const count = histogram.count;
  if (count === 0) return null;
  const valueAt = (rank: number): number => nanosToMillis(nanos(histogram.valueAtRank(rank + 1)));
  const percentiles: PercentileValues = interpolatedPercentiles(count, supportedPercentiles(count, requested), valueAt);
  return { percentiles, mean: nanosToMillis(nanos(histogram.mean)), unit: 'ms' };
}

function append(held: Float64Array, length: number, added: Float64Array): Float64Array {
  let target = held;
  if (length + added.length > held.length) {
    target = new Float64Array(Math.max(2 * held.length, length + added.length));
    target.set(held);
  }
  target.set(added, length);
  return target;
}

function recordAll(histogram: Histogram, values: Float64Array): number {
  for (const value of values) histogram.record(millisToNanos(millis(value)));
  return values.length;
}
