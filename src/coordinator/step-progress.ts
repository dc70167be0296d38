// How far a step is: the mean over its tasks of what the workers last said, and the time that is left.

export interface Progress {
  /** 0..1; `null` while no worker knows. */
  readonly fraction: number | null;
  readonly secondsLeft: number | null;
}

/** Progress must have come this far before the rest is estimated from it. */
const LEAST_FRACTION_FOR_ESTIMATE = 0.02;

export class StepProgress {
  private readonly startedAt: number;
  /** Last word per worker and task. */
  private readonly last = new Map<string, number>();

  /** @param now a reading of any clock in ms */
  constructor(now: number) {
    this.startedAt = now;
  }

  report(worker: number, task: string, progress: number | null): void {
    if (progress !== null) this.last.set(`${worker}/${task}`, progress);
  }

  at(now: number): Progress {
    if (this.last.size === 0) return { fraction: null, secondsLeft: null };
    let sum = 0;
    for (const progress of this.last.values()) sum += progress;
    const fraction = Math.min(1, sum / this.last.size);
    const isEstimated = fraction >= LEAST_FRACTION_FOR_ESTIMATE;
    return { fraction, secondsLeft: isEstimated ? ((now - this.startedAt) / 1000) * (1 / fraction - 1) : null };
  }
}
