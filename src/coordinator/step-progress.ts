// Estimates how far a step is, and the time that is left, from what the workers last reported.
import type { TaskReport } from '../metrics/report.ts';

/** How far a step is. */
export interface Progress {
  /** 0..1; `null` while no worker knows. */
  readonly fraction: number | null;
  /** `null` while the step has not come far enough for an estimate. */
  readonly secondsLeft: number | null;
}

/** Progress must have come this far before the rest is estimated from it. */
const LEAST_FRACTION_FOR_ESTIMATE = 0.02;
/** A worker reports once a second. One that is silent for so long is gone, and its clients no longer count. */
const SILENCE_MILLIS = 10_000;

/** What a worker last reported of its clients of a task. */
interface LastReport {
  /** When it came, by the clock of {@link StepProgress}. */
  readonly at: number;
  /** Mean over its clients, 0..1. */
  readonly progress: number;
}

interface TaskProgress {
  /** In ms since the start of the step; `null` = no client has begun it. */
  start: number | null;
  /** By number of the worker. */
  readonly lastReports: Map<number, LastReport>;
}

/** The progress of one step. All times are readings of one clock in ms. */
export class StepProgress {
  private readonly startedAt: number;
  private readonly completing: readonly string[];
  private readonly tasks = new Map<string, TaskProgress>();

  /**
   * @param now when the step begins
   * @param completing names of the tasks of which the first to end ends the step; empty = all have to end
   */
  constructor(now: number, completing: readonly string[]) {
    this.startedAt = now;
    this.completing = completing;
  }

  /** Takes what a worker reports of a task. */
  report(
    worker: number,
    now: number,
    { task, progress, taskStart }: Pick<TaskReport, 'task' | 'progress' | 'taskStart'>,
  ): void {
    if (progress === null || (this.completing.length > 0 && !this.completing.includes(task))) return;
    const known = this.tasks.get(task) ?? { start: null, lastReports: new Map() };
    this.tasks.set(task, known);
    if (taskStart !== null) known.start = Math.min(known.start ?? taskStart, taskStart);
    known.lastReports.set(worker, { at: now, progress });
  }

  /** The progress at a time. A step ends with its slowest task, or else with the quickest of its completing ones. */
  at(now: number): Progress {
    const parts = [...this.tasks.values()].flatMap((task) => {
      const fraction = fractionOf(task, now);
      return fraction === null ? [] : [{ fraction, secondsLeft: this.secondsLeft(fraction, task.start, now) }];
    });
    if (parts.length === 0) return { fraction: null, secondsLeft: null };
    if (this.completing.length > 0) return parts.reduce((best, part) => (part.fraction > best.fraction ? part : best));
    const fraction = parts.reduce((sum, part) => sum + part.fraction, 0) / parts.length;
    const rests = parts.flatMap(({ secondsLeft }) => secondsLeft ?? []);
    // Tasks side by side end with the slowest; while one has not come far enough to tell, the mean is the best guess.
    return {
      fraction,
      secondsLeft: rests.length === parts.length ? Math.max(...rests) : this.secondsLeft(fraction, 0, now),
    };
  }

  private secondsLeft(fraction: number, start: number | null, now: number): number | null {
    if (fraction < LEAST_FRACTION_FOR_ESTIMATE) return null;
    return (Math.max(0, now - this.startedAt - (start ?? 0)) / 1000) * (1 / fraction - 1);
  }
}

/** The mean over the workers that still report, or have ended their part. */
function fractionOf({ lastReports }: TaskProgress, now: number): number | null {
  const heard = [...lastReports.values()].filter(({ at, progress }) => progress === 1 || now - at <= SILENCE_MILLIS);
  return heard.length === 0 ? null : Math.min(1, heard.reduce((sum, { progress }) => sum + progress, 0) / heard.length);
}
