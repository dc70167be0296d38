// Throughput as averages since the start of a task, about one value per second, whoever measured it.
//
//   step starts      task starts
//   │                │
//   ├────┬────┬────┬─┼──┬────┬────┬─ … ─┬────┬────┬─    cells of 100 ms, the same for all recorders: they add up
//                    ├──────── 1 s ── … ──┤  ▲
//                                           a value closes with the first cell whose work ends after the second

import { sortedPercentiles, supportedPercentiles } from './percentiles.ts';
import type { ThroughputSlot } from './report.ts';
import type { ThroughputStats } from './results.ts';

/** Length in ms of the cells that recorders count work in, from the start of the step on. */
const CELL_MILLIS = 100;
/** Cells that are held at most: an hour of them. A report may be late by any time until then, by half of it later. */
const HELD_CELLS = 36_000;

/** The cell of a time in ms since the start of the step. */
export const throughputCell = (time: number): number => Math.floor(time / CELL_MILLIS);

/** One value of throughput: the work per second from the start of the task, warm-up included, until a moment. */
export interface ThroughputPoint {
  /** In ms since the start of the step. */
  readonly time: number;
  readonly type: ThroughputSlot['type'];
  /** In the unit of the work, per second. */
  readonly value: number;
}

/** What all recorders did in one cell. */
class WorkCell {
  readonly warmup = { end: Number.NEGATIVE_INFINITY, work: 0 };
  readonly normal = { end: Number.NEGATIVE_INFINITY, work: 0 };
}

/**
 * The work of one task over time. Cells of several recorders add up, so the values do not depend on who measured what,
 * nor on the order in which it was told. What is held is bounded: the cells of an hour, and a value per second.
 */
export class ThroughputGrid {
  private readonly cells = new Map<number, WorkCell>();
  private readonly closed = new RunningAverage();
  private firstOpen = Number.NEGATIVE_INFINITY;
  private start = Number.POSITIVE_INFINITY;

  /**
   * Takes what one recorder has counted.
   * @param start when its first client began the task, in ms since the start of the step; `null` = none has yet
   */
  add(start: number | null, slots: readonly ThroughputSlot[]): void {
    if (start !== null && start < this.start) this.start = start;
    for (const slot of slots) {
      const index = throughputCell(slot.end);
      if (index < this.firstOpen) this.closed.addLate(slot.work);
      else this.count(index, slot);
    }
    if (this.cells.size > HELD_CELLS) this.closeOldest();
  }

  /** When the first client of all began the task, in ms since the start of the step; 0 as long as nobody has said. */
  get taskStart(): number {
    return Number.isFinite(this.start) ? this.start : 0;
  }

  /** The values of everything that was told so far, in the order of time. */
  points(): readonly ThroughputPoint[] {
    const average = this.closed.copy();
    for (const [, cell] of this.ordered()) average.add(cell, this.taskStart);
    return average.finish();
  }

  private count(index: number, { type, end, work }: ThroughputSlot): void {
    let cell = this.cells.get(index);
    if (cell === undefined) {
      cell = new WorkCell();
      this.cells.set(index, cell);
    }
    const part = cell[type];
    part.work += work;
    if (end > part.end) part.end = end;
  }

  private ordered(): [index: number, cell: WorkCell][] {
    return [...this.cells].sort(([left], [right]) => left - right);
  }

  private closeOldest(): void {
    const oldest = this.ordered().slice(0, HELD_CELLS / 2);
    for (const [index, cell] of oldest) {
      this.closed.add(cell, this.taskStart);
      this.cells.delete(index);
      this.firstOpen = index + 1;
    }
  }
}

/**
 * Makes the values of throughput. A value is the work so far divided by the time so far, and closes when the time so
 * far reaches the next whole second.
 */
class RunningAverage {
  private total = 0;
  /** Time so far, in ms since the start of the task. */
  private elapsed = 0;
  /** The time so far at which the next value closes. */
  private due = 1000;
  /** End of the last work, in ms since the start of the step. */
  private end = 0;
  private type: ThroughputSlot['type'] = 'warmup';
  private hasPointOfType = false;
  private points: ThroughputPoint[] = [];

  copy(): RunningAverage {
    const copy = Object.assign(new RunningAverage(), this);
    copy.points = [...this.points];
    return copy;
  }

  /** Adds the next cell; cells must come in the order of time. */
  add({ warmup, normal }: WorkCell, start: number): void {
    if (Number.isFinite(warmup.end)) this.addPart(warmup, start);
    if (!Number.isFinite(normal.end)) return;
    if (this.type === 'warmup') {
      this.type = 'normal';
      this.hasPointOfType = false;
    }
    this.addPart(normal, start);
  }

  /** Adds work of a time whose values are closed: it counts in all values to come. */
  addLate(work: number): void {
    this.total += work;
  }

  /** All values; a kind of samples that reached no whole second has one at its end. */
  finish(): readonly ThroughputPoint[] {
    if (this.elapsed > 0 && !this.hasPointOfType) this.close();
    return this.points;
  }

  private addPart({ end, work }: WorkCell['normal'], start: number): void {
    this.total += work;
    this.end = end;
    this.elapsed = Math.max(this.elapsed, end - start);
    if (this.elapsed >= this.due) this.close();
  }

  private close(): void {
    this.hasPointOfType = true;
    this.due = 1000 * (Math.floor(this.elapsed / 1000) + 1);
    this.points.push({ time: this.end, type: this.type, value: (1000 * this.total) / this.elapsed });
  }
}

/**
 * Statistics over throughput values of normal samples. If mean or median is 0, or there is no value, all are `null`.
 * `unit` is that of the work, without `/s`.
 */
export function throughputStats(
  values: readonly number[],
  unit: string,
  percentiles: readonly number[],
): ThroughputStats {
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const median = sortedPercentiles(sorted, [50])[0]?.[1] ?? 0;
  const perSecond = `${unit}/s`;
  if (sorted.length === 0 || mean === 0 || median === 0)
    return { min: null, mean: null, median: null, max: null, unit: perSecond, percentiles: [] };
  // Percentiles that so few values do not support are left out, and no other takes their place.
  const supported = supportedPercentiles(sorted.length, percentiles).filter((percentile) =>
    percentiles.includes(percentile),
  );
  return {
    min: sorted[0] ?? null,
    mean,
    median,
    max: sorted.at(-1) ?? null,
    unit: perSecond,
    percentiles: sortedPercentiles(sorted, supported),
  };
}
