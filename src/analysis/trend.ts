// The history of figures over stored test runs: where their level changed, and whether it got worse.
import { type Figure, figureText, figureUnit, figureValue, isMoreBetter } from '../metrics/figure.ts';
import type { TaskResults } from '../metrics/results.ts';
import type { TestRun } from '../store/test-run.ts';
import { changePoints } from './change-points.ts';

/** One figure of one task in one run. */
export interface TrendPoint {
  readonly id: string;
  /** Start of the run in ms since 1970. */
  readonly timestamp: number;
  readonly value: number;
}

/** A change of level. The run at `at` is the first of the new level. */
export interface Change {
  /** Position of that run among the points of the series. */
  readonly at: number;
  /** The runs on both sides of the change. */
  readonly lastBefore: TrendPoint;
  readonly firstAfter: TrendPoint;
  /** Means of the two levels, from the change before and to the change behind. */
  readonly before: number;
  readonly after: number;
  /** The change in per cent of the level before; `null` if that is 0. */
  readonly percent: number | null;
  readonly isWorse: boolean;
  /** Whether it is worse and so recent that nobody may have seen it. */
  readonly isNewRegression: boolean;
}

/** One figure of one task over all runs, oldest first. */
export interface TrendSeries {
  readonly task: string;
  readonly figure: Figure;
  readonly unit: string;
  readonly points: readonly TrendPoint[];
  readonly changes: readonly Change[];
}

/** What is looked at. */
export interface TrendOptions {
  readonly figures: readonly Figure[];
  /** Names of tasks; empty = all. */
  readonly tasks: readonly string[];
  /** A regression is new if it began within so many of the newest runs. */
  readonly recent: number;
}

/** The series of all tasks of the runs, which must be of the same test. Runs without results are left out. */
export function trendOf(runs: readonly TestRun[], { figures, tasks, recent }: TrendOptions): readonly TrendSeries[] {
  const ordered = [...runs].sort((left, right) => left.timestamp - right.timestamp);
  const byTask = new Map<string, { readonly run: TestRun; readonly task: TaskResults }[]>();
  for (const run of ordered) {
    for (const task of run.results?.tasks ?? []) {
      if (!task.isReported || (tasks.length > 0 && !tasks.includes(task.task))) continue;
      const known = byTask.get(task.task);
      if (known === undefined) byTask.set(task.task, [{ run, task }]);
      else known.push({ run, task });
    }
  }
  const newFrom = ordered.at(-recent)?.timestamp ?? Number.NEGATIVE_INFINITY;
  return [...byTask].flatMap(([name, entries]) =>
    figures.flatMap((figure): readonly TrendSeries[] => {
      const points = entries.flatMap(({ run, task }): readonly TrendPoint[] => {
        const value = figureValue(figure, task);
        return value === null ? [] : [{ id: run.id, timestamp: run.timestamp, value }];
      });
      const last = entries.at(-1);
      if (points.length === 0 || last === undefined) return [];
      const unit = figureUnit(figure, last.task);
      return [{ task: name, figure, unit, points, changes: changesOf(points, figure, newFrom) }];
    }),
  );
}

function changesOf(points: readonly TrendPoint[], figure: Figure, newFrom: number): readonly Change[] {
  const starts = changePoints(points.map(({ value }) => value));
  const borders = [0, ...starts, points.length];
  return starts.flatMap((at, index): readonly Change[] => {
    const [lastBefore, firstAfter] = [points[at - 1], points[at]];
    if (lastBefore === undefined || firstAfter === undefined) return [];
    const before = meanOf(points.slice(borders[index], at));
    const after = meanOf(points.slice(at, borders[index + 2]));
    const isWorse = after > before !== isMoreBetter(figure);
    return [
      {
        at,
        lastBefore,
        firstAfter,
        before,
        after,
        percent: before === 0 ? null : (100 * (after - before)) / Math.abs(before),
        isWorse,
        isNewRegression: isWorse && index === starts.length - 1 && firstAfter.timestamp >= newFrom,
      },
    ];
  });
}

const meanOf = (points: readonly TrendPoint[]): number =>
  points.reduce((sum, { value }) => sum + value, 0) / points.length;

/** The name of a series for people: `p99 service time of search`. */
export const seriesName = ({ figure, task }: TrendSeries): string => `${figureText(figure)} of ${task}`;
