// Throughput as averages since the start of a task, about one value per second (spec/3 §3.6).
import type { ThroughputSlot } from '../worker/report.ts';
import { sortedPercentiles, supportedPercentiles } from './percentiles.ts';
import type { ThroughputStats } from './results.ts';

/** Work per second from the start of the task, warm-up included, until a moment. */
export interface ThroughputPoint {
  /** Wall time in seconds. */
  readonly absoluteTime: number;
  readonly type: 'warmup' | 'normal';
  readonly value: number;
}

/**
 * Turns samples of one task, from all its clients, into throughput values. Fed in batches; what a batch leaves over is part of the next.
 * A value is the work so far divided by the time so far, and closes when the time so far reaches the next whole second.
 */
export class ThroughputCalculator {
  private unprocessed: ThroughputSlot[] = [];
  private total = 0;
  private interval = 0;
  private bucket = 1;
  private start: number | null = null;
  private type: 'warmup' | 'normal' = 'warmup';
  private hasPointOfType = false;

  /** The new points that a batch gives. The samples may come in any order. */
  add(batch: readonly ThroughputSlot[]): readonly ThroughputPoint[] {
    const samples = [...this.unprocessed, ...batch].sort((left, right) => left.absoluteTime - right.absoluteTime);
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined) return [];
    if (this.start === null) {
      this.start = first.absoluteTime - first.timePeriod;
      this.type = first.type;
    }
    const points: ThroughputPoint[] = [];
    this.unprocessed = [];
    let count = this.total;
    for (const sample of samples) {
      if (sample.type === 'normal' && this.type === 'warmup') {
        this.type = 'normal';
        this.hasPointOfType = false;
      }
      count += sample.work;
      this.interval = Math.max(this.interval, sample.absoluteTime - this.start);
      if (this.interval > 0 && this.interval >= this.bucket) points.push(this.close(sample, count));
      else this.unprocessed.push(sample);
    }
    if (this.interval > 0 && !this.hasPointOfType) points.push(this.close(last, count));
    return points;
  }

  private close(sample: ThroughputSlot, count: number): ThroughputPoint {
    this.unprocessed = [];
    this.total = count;
    this.hasPointOfType = true;
    this.bucket = Math.floor(this.interval) + 1;
    return { absoluteTime: sample.absoluteTime, type: this.type, value: count / this.interval };
  }
}

/**
 * Statistics over throughput values of normal samples. If mean or median is 0, or there is no value, all are `null` (spec/3 §3.7).
 * `unit` is that of the work, without `/s`.
 */
export function throughputStats(values: readonly number[], unit: string, percentiles: readonly number[]): ThroughputStats {
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const median = sortedPercentiles(sorted, [50])[0]?.[1] ?? 0;
  const perSecond = `${unit}/s`;
  if (sorted.length === 0 || mean === 0 || median === 0) return { min: null, mean: null, median: null, max: null, unit: perSecond, percentiles: [] };
  const supported = percentiles.length === 0 ? [] : supportedPercentiles(sorted.length, percentiles);
  return { min: sorted[0] ?? null, mean, median, max: sorted.at(-1) ?? null, unit: perSecond, percentiles: sortedPercentiles(sorted, supported) };
}
