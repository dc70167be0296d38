// Makes the charts of a task from its course.
import { Histogram } from '../metrics/histogram.ts';
import type { TaskCell, TaskHistory } from '../metrics/history.ts';
import type { TaskResults } from '../metrics/results.ts';
import type { PageColumn, PageCurve, PageHeat, PageTask } from './page-data.ts';

/** Points of a line at most. */
const POINTS = 240;
/** A course of fewer cells is shown whole. */
const LEAST_CELLS = 4;
/** Rows of a heat map. */
const ROWS = 40;
/** Kinds of errors that have lines of their own. */
const KINDS = 5;
/** Points of a curve of percentiles for each tenfold rarity. */
const POINTS_PER_DECADE = 20;
const NANOS_PER_MILLI = 1e6;
/** The characters of a heat map, from nothing to the most. */
const SHADES = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The cells that become one point. */
interface Group {
  /** In ms since the start of the run. */
  readonly start: number;
  readonly length: number;
  readonly cells: readonly TaskCell[];
}

/** Makes the data of tasks. It re-uses its histograms, which are large. */
export class TaskDataMaker {
  private readonly histogram = new Histogram();
  private readonly total = new Histogram();

  /** The charts of a task. Throws `INTERNAL` if a histogram cannot be read. */
  make(history: TaskHistory, results: TaskResults | null): PageTask {
    const groups = grouped(history);
    const unit = `${history.unit ?? 'ops'}/s`;
    const target = results?.target;
    const [latencyCurve, serviceTimeCurve] = [this.curve(history, 'latency'), this.curve(history, 'serviceTime')];
    const bounds = this.heatBounds(history);
    const columns: string[] = [];
    const times = { p50: [] as (number | null)[], p90: [] as (number | null)[], p99: [] as (number | null)[] };
    const max: (number | null)[] = [];
    const most = bounds === null ? 0 : this.mostInARow(groups, bounds.bounds);
    for (const group of groups) {
      this.load(group.cells, 'latency');
      times.p50.push(this.percentile(50));
      times.p90.push(this.percentile(90));
      times.p99.push(this.percentile(99));
      max.push(this.histogram.count === 0 ? null : rounded(this.histogram.max / NANOS_PER_MILLI));
      if (bounds !== null) columns.push(shades(this.histogram.countsBetween(bounds.nanos), most));
      this.histogram.reset();
    }
    return {
      name: history.task,
      unit,
      times: groups.map(({ start, length }) => rounded((start + length / 2) / 1000)),
      throughput: groups.map(({ length, cells }) => rounded(sum(cells, ({ work }) => work) / (length / 1000))),
      target: target !== undefined && `${target.unit}/s` === unit ? target.value : null,
      ...times,
      max,
      errors: errorLines(groups),
      latencyCurve,
      serviceTimeCurve: isSame(latencyCurve, serviceTimeCurve) ? null : serviceTimeCurve,
      heat: bounds === null ? null : { low: bounds.low, bounds: bounds.bounds, columns },
    };
  }

  private load(cells: readonly TaskCell[], column: 'latency' | 'serviceTime'): void {
    for (const cell of cells) {
      const payload = cell[column];
      if (payload !== null) this.histogram.addEncoded(payload);
    }
  }

  private percentile(percentile: number): number | null {
    return this.histogram.count === 0 ? null : rounded(this.histogram.percentile(percentile) / NANOS_PER_MILLI);
  }

  private curve(history: TaskHistory, column: 'latency' | 'serviceTime'): PageCurve {
    this.load(history.cells, column);
    const { count } = this.histogram;
    const shares: number[] = [];
    const millis: number[] = [];
    const decades = count === 0 ? -1 : Math.log10(count);
    for (let point = 0; point <= decades * POINTS_PER_DECADE; point++) {
      const share = 1 - 10 ** (-point / POINTS_PER_DECADE);
      shares.push(Number(share.toPrecision(8)));
      millis.push(rounded(this.histogram.percentile(100 * share) / NANOS_PER_MILLI));
    }
    this.histogram.reset();
    return { shares, millis };
  }

  /** The rows of the heat map, between the shortest and the longest latency of all; `null` without samples. */
  private heatBounds(history: TaskHistory): (Omit<PageHeat, 'columns'> & { readonly nanos: readonly number[] }) | null {
    this.total.reset();
    for (const { latency } of history.cells) if (latency !== null) this.total.addEncoded(latency);
    const { count } = this.total;
    if (count === 0) return null;
    const low = Math.max(this.total.min, 1000);
    const factor = Math.max(1.02, (this.total.max / low) ** (1 / ROWS));
    const nanos = Array.from({ length: ROWS }, (_, row) => low * factor ** (row + 1));
    return {
      low: rounded(low / NANOS_PER_MILLI),
      nanos,
      bounds: nanos.map((bound) => Number((bound / NANOS_PER_MILLI).toPrecision(4))),
    };
  }

  private mostInARow(groups: readonly Group[], bounds: readonly number[]): number {
    const nanos = bounds.map((bound) => bound * NANOS_PER_MILLI);
    let most = 0;
    for (const { cells } of groups) {
      this.load(cells, 'latency');
      most = Math.max(most, ...this.histogram.countsBetween(nanos));
      this.histogram.reset();
    }
    return most;
  }
}

function shades(counts: readonly number[], most: number): string {
  return counts
    .map((count) =>
      count === 0 ? '0' : SHADES.charAt(1 + Math.round(((SHADES.length - 2) * Math.log1p(count)) / Math.log1p(most))),
    )
    .join('');
}

/** Neighbouring cells together, so that there are few enough points. The last group may be shorter. */
function grouped({ cells, length }: TaskHistory): readonly Group[] {
  const [first] = cells;
  const last = lastFull(cells);
  if (first === undefined || last === undefined) return [];
  const size = length * Math.ceil(((last.start - first.start) / length + 1) / POINTS);
  const groups = new Map<number, TaskCell[]>();
  for (const cell of cells) {
    if (cell.start > last.start) break;
    const index = Math.floor((cell.start - first.start) / size);
    const known = groups.get(index);
    if (known === undefined) groups.set(index, [cell]);
    else known.push(cell);
  }
  // A group without cells is a time in which nothing happened: it must show as that, and not be drawn over.
  const count = Math.floor((last.start - first.start) / size) + 1;
  return Array.from({ length: count }, (_, index) => ({
    start: first.start + index * size,
    length: size,
    cells: groups.get(index) ?? [],
  }));
}

/** The last cell that is worth a point: a task rarely ends with a cell, and a part of one would show as a drop. */
function lastFull(cells: readonly TaskCell[]): TaskCell | undefined {
  const ended = cells.findLastIndex(({ requests, work }) => requests > 0 || work > 0);
  const [before, last] = [cells[ended - 1], cells[ended]];
  const isPart = before !== undefined && last !== undefined && last.work < before.work / 2;
  return isPart && ended >= LEAST_CELLS ? before : last;
}

function errorLines(groups: readonly Group[]): PageTask['errors'] {
  const totals = new Map<string, number>();
  for (const { cells } of groups)
    for (const { errors } of cells)
      for (const { kind, count } of errors) totals.set(kind, (totals.get(kind) ?? 0) + count);
  const kinds = [...totals].sort(([, left], [, right]) => right - left).map(([kind]) => kind);
  const shown = kinds.slice(0, KINDS);
  const line = (kind: string, counts: (own: string) => boolean) => ({
    kind,
    perSecond: groups.map(({ cells, length }) =>
      rounded(
        sum(cells, ({ errors }) => errors.reduce((all, one) => all + (counts(one.kind) ? one.count : 0), 0)) /
          (length / 1000),
      ),
    ),
  });
  return [
    ...shown.map((kind) => line(kind, (own) => own === kind)),
    ...(kinds.length > shown.length ? [line('other kinds', (own) => !shown.includes(own))] : []),
  ];
}

const isSame = (left: PageCurve, right: PageCurve): boolean =>
  left.millis.length === right.millis.length && left.millis.every((value, index) => value === right.millis[index]);

const sum = (cells: readonly TaskCell[], of: (cell: TaskCell) => number): number =>
  cells.reduce((total, cell) => total + of(cell), 0);

/** Five significant digits are more than any chart shows. */
export const rounded = (value: number): number => Number(value.toPrecision(5));

/** A column with at most so many points: the mean of neighbours. */
export function thinned(
  times: readonly number[],
  values: PageColumn,
  points: number = POINTS,
): { readonly times: readonly number[]; readonly values: PageColumn } {
  const size = Math.ceil(times.length / points);
  if (size <= 1) return { times, values };
  const groups = Array.from({ length: Math.ceil(times.length / size) }, (_, index) => index * size);
  const mean = (column: PageColumn, from: number): number | null => {
    const known = column.slice(from, from + size).flatMap((value) => value ?? []);
    return known.length === 0 ? null : rounded(known.reduce((total, value) => total + value, 0) / known.length);
  };
  return {
    times: groups.map((from) => mean(times, from) ?? 0),
    values: groups.map((from) => mean(values, from)),
  };
}
