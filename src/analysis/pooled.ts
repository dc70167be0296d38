// Figures of several runs of one task taken together, as if they had been one run: percentiles come from the merged
// histograms, never from percentiles.

import { histogramStats } from '../metrics/distribution.ts';
import { type Figure, figureValue, type TimeName } from '../metrics/figure.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { TaskHistory } from '../metrics/history.ts';
import { supportedPercentiles } from '../metrics/percentiles.ts';
import type { TaskResults } from '../metrics/results.ts';
import { courseOf, type RunData, taskOf } from './run-data.ts';
import { addTimes } from './within-run.ts';

/** Takes runs together. It re-uses one histogram, which is large. */
export class Pool {
  private readonly histogram = new Histogram();
  private held: readonly TaskHistory[] = [];
  private heldTime: TimeName | null = null;

  /**
   * The value of a figure over all runs: in ms, per cent or the task's unit per second; `null` if it is not known for
   * all of them. A single run has the value of its results; a percentile that they lack is read from its histograms.
   */
  value(runs: readonly RunData[], task: string, figure: Figure): number | null {
    const results = runs.flatMap((run) => taskOf(run, task) ?? []);
    if (results.length < runs.length || results.length === 0) return null;
    const values = results.map((one) => figureValue(figure, one));
    const [only] = values;
    if (runs.length === 1 && only !== null && only !== undefined) return only;
    if (figure.kind === 'time' && figure.statistic.kind === 'percentile')
      return this.percentile(runs, task, { time: figure.time, percentile: figure.statistic.percentile });
    return values.some((value) => value === null) ? null : pooled(figure, results);
  }

  private percentile(
    runs: readonly RunData[],
    task: string,
    { time, percentile }: { readonly time: TimeName; readonly percentile: number },
  ): number | null {
    const histogram = this.merged(runs, task, time);
    if (histogram === null || !supportedPercentiles(histogram.count, [percentile]).includes(percentile)) return null;
    return histogramStats(histogram, [percentile])?.percentiles[0]?.[1] ?? null;
  }

  /** All times of the runs. The last ones that were asked for are held, as several percentiles are read of them. */
  private merged(runs: readonly RunData[], task: string, time: TimeName): Histogram | null {
    const courses = runs.flatMap((run) => courseOf(run, task) ?? []);
    if (courses.length < runs.length) return null;
    const isHeld =
      time === this.heldTime &&
      courses.length === this.held.length &&
      courses.every((course, index) => course === this.held[index]);
    if (!isHeld) {
      this.histogram.reset();
      for (const course of courses) addTimes(this.histogram, course, time);
      this.held = courses;
      this.heldTime = time;
    }
    return this.histogram;
  }
}

/** A figure of several runs that needs no histogram: means count by their samples, extremes are the extremes. */
function pooled(figure: Figure, results: readonly TaskResults[]): number {
  const weighted = (weight: (task: TaskResults) => number): number => {
    const total = results.reduce((sum, task) => sum + weight(task), 0);
    return total === 0
      ? 0
      : results.reduce((sum, task) => sum + weight(task) * (figureValue(figure, task) ?? 0), 0) / total;
  };
  if (figure.kind === 'throughput' && (figure.statistic === 'min' || figure.statistic === 'max')) {
    const values = results.map((task) => figureValue(figure, task) ?? 0);
    return figure.statistic === 'min' ? Math.min(...values) : Math.max(...values);
  }
  if (figure.kind === 'throughput' || figure.kind === 'duration') return weighted(() => 1);
  // Files of other programs do not tell the number of samples; their runs then count alike.
  return results.every(({ samples }) => samples > 0) ? weighted(({ samples }) => samples) : weighted(() => 1);
}
