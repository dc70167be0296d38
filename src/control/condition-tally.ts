// Counts, span by span, what a condition needs, and says whether it holds.

import { Histogram } from '../metrics/histogram.ts';
import type { TimeColumns } from '../metrics/report.ts';
import { millisToNanos } from '../units.ts';
import type { Condition } from './condition.ts';
import { type Interval, meanInterval, type ShareBatch, shareInterval, totalOf } from './statistics.ts';

/** Whether a condition holds: `open` if the samples do not say so clearly. */
export type ConditionState = 'holds' | 'fails' | 'open';

/** What the samples say of a condition. */
export interface ConditionFinding {
  readonly condition: Condition;
  readonly state: ConditionState;
  /** Whether it holds if the samples are taken as they are. */
  readonly holdsByValue: boolean;
  /** The figure of the condition: ms, or a share; NaN without samples. */
  readonly value: number;
  /** Share of the samples that break the condition; NaN if it is not about single samples. */
  readonly broken: number;
}

/** What a span of time adds. */
export interface SpanSamples {
  /** Number of the span; one that comes again is added to. */
  readonly span: number;
  readonly samples: number;
  readonly failed: number;
  /** Times of the samples of this span only, in ns. */
  readonly times: TimeColumns<Histogram>;
}

/** How much of the rate was achieved. */
export interface Achievement {
  /** Share of the requests that were due in the measured time. */
  readonly share: number;
  /** By how much that may be off by chance, and because of requests that were under way at the ends. */
  readonly edge: number;
}

interface MutableBatch {
  samples: number;
  hits: number;
  sum: number;
}

/** The tally of one condition. The throughput is not counted here, but given when it is asked for. */
export class ConditionTally {
  readonly condition: Condition;
  private readonly spans = new Map<number, MutableBatch>();
  /** All times of the column of a quantile, for its value. */
  private readonly all = new Histogram();

  constructor(condition: Condition) {
    this.condition = condition;
  }

  /** Adds the samples of a span. */
  add({ span, samples, failed, times }: SpanSamples): void {
    const { condition } = this;
    if (condition.kind === 'throughput' || samples === 0) return;
    const batch = this.spans.get(span) ?? { samples: 0, hits: 0, sum: 0 };
    this.spans.set(span, batch);
    batch.samples += samples;
    if (condition.kind === 'error-rate') {
      batch.hits += failed;
      return;
    }
    const histogram = times[condition.column];
    batch.sum += (histogram.mean * histogram.count) / 1e6;
    if (condition.kind !== 'quantile') return;
    batch.hits += histogram.countFrom(millisToNanos(condition.limit));
    this.all.add(histogram);
  }

  /** What the samples say, with an interval of so many standard deviations. */
  find(deviations: number, achieved: Achievement): ConditionFinding {
    const { condition } = this;
    const batches = [...this.spans.values()];
    switch (condition.kind) {
      case 'throughput': {
        // What may be chance does not count against a rate.
        const { share, edge } = achieved;
        const holdsByValue = share + edge > condition.least;
        const state = !holdsByValue ? 'fails' : share - edge > condition.least ? 'holds' : 'open';
        return { condition, state, holdsByValue, value: share, broken: Number.NaN };
      }
      case 'mean': {
        const { samples } = totalOf(batches);
        const value = samples === 0 ? Number.NaN : batches.reduce((sum, batch) => sum + batch.sum, 0) / samples;
        const means = batches.map((batch) => batch.sum / batch.samples);
        return finding(condition, value, condition.limit, meanInterval(means, deviations), value);
      }
      case 'error-rate':
        return this.ofShare(condition, batches, condition.limit, deviations, null);
      case 'quantile': {
        // "The 99th percentile is below the limit" says that less than 1 % of the samples reach it.
        const rank = Math.max(1, Math.ceil(condition.share * this.all.count));
        const value = this.all.count === 0 ? Number.NaN : this.all.valueAtRank(rank) / 1e6;
        return this.ofShare(condition, batches, 1 - condition.share, deviations, value);
      }
      default:
        throw new TypeError('A condition of an unknown kind.');
    }
  }

  private ofShare(
    condition: Condition,
    batches: readonly ShareBatch[],
    limit: number,
    deviations: number,
    value: number | null,
  ): ConditionFinding {
    const { samples, hits } = totalOf(batches);
    const share = samples === 0 ? Number.NaN : hits / samples;
    // Of a maximum no sample may reach the limit, and of an error rate without errors no interval says more.
    const isNone = samples > 0 && hits === 0 && (limit <= 0 || condition.kind === 'error-rate');
    if (isNone) return { condition, state: 'holds', holdsByValue: true, value: value ?? share, broken: 0 };
    const found = finding(condition, value ?? share, limit, shareInterval(batches, deviations), share);
    const isBroken = limit <= 0 && hits > 0;
    return { ...found, broken: share, ...(isBroken ? { state: 'fails', holdsByValue: false } : {}) };
  }
}

/** A figure is to be below a limit. */
function finding(
  condition: Condition,
  value: number,
  limit: number,
  { low, high }: Interval,
  estimate: number,
): ConditionFinding {
  const state = high < limit ? 'holds' : low > limit ? 'fails' : 'open';
  return { condition, state, holdsByValue: estimate < limit, value, broken: Number.NaN };
}
