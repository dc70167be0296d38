// Runs the levels of a search for the highest rate on the fleet: each is the same step, opened anew at another rate.
import { startOf } from '../control/choose-task.ts';
import { DriverLoad } from '../control/driver-load.ts';
import { findRate, type LevelRunner } from '../control/find-rate.ts';
import type { LevelObserver } from '../control/level-observer.ts';
import type { RateSettings } from '../control/rate-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { RateLevel, RateResults } from '../metrics/control-results.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { TaskMetrics } from '../metrics/task-metrics.ts';
import type { Step } from '../schedule/allocation.ts';
import { type Millis, millis, perSecond } from '../units.ts';
import type { Task } from '../workload/model.ts';
import type { Collector } from './collector.ts';
import type { RunListener } from './events.ts';

/** No rate above this is tried. */
const MOST_RATE = 1_000_000;

/** What a search works with. */
export interface RateParts {
  readonly settings: RateSettings;
  readonly fleet: Fleet;
  readonly collector: Collector;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
}

/** The level that runs. */
interface RunningLevel {
  readonly observer: LevelObserver;
  readonly driver: DriverLoad;
  isOver: boolean;
}

/** The search for the highest rate of one step. */
export class RateDriver implements LevelRunner {
  private readonly parts: RateParts;
  private readonly step: Step;
  private readonly task: Task;
  private readonly begin = performance.now();
  /** The error that ended the load; `null` if none did. */
  failure: unknown = null;
  private current: RunningLevel | null = null;
  /** What was measured at the highest rate that held, or else at the first one. */
  private best: { readonly rate: number; readonly holds: boolean; readonly metrics: readonly TaskMetrics[] } | null =
    null;

  constructor(parts: RateParts, step: Step, task: Task) {
    this.parts = parts;
    this.step = step;
    this.task = task;
  }

  get isCancelled(): boolean {
    return this.parts.signal.aborted;
  }

  now(): Millis {
    return millis(performance.now() - this.begin);
  }

  /**
   * Searches, and makes what was measured at the highest rate that held the result of the task. {@link failure} says
   * whether something else ended the load.
   */
  async find(): Promise<RateResults> {
    const { settings, collector } = this.parts;
    try {
      return await findRate(
        {
          task: this.task.name,
          conditions: settings.conditions,
          clients: this.task.clients,
          time: settings.time,
          start: startOf(this.task),
          most: MOST_RATE,
          isRandom: this.task.schedule === 'poisson',
          onLevel: (level) => this.onLevel(level),
          onFailure: (error) => {
            this.failure = error;
          },
        },
        this,
      );
    } finally {
      if (this.best !== null) collector.useLevel(this.best.metrics);
    }
  }

  async run(observer: LevelObserver): Promise<DriverLoad> {
    const { fleet, collector } = this.parts;
    const { rate, settling, most } = observer.plan;
    const level = { observer, driver: new DriverLoad(), isOver: false };
    this.current = level;
    collector.beginLevel(this.step);
    await fleet.runStep(this.step.index, { rate: perSecond(rate), warmup: settling, period: most });
    this.current = null;
    return level.driver;
  }

  /** Takes the report of a worker. */
  add(report: WorkerReport): void {
    const { current, step } = this;
    if (current === null || report.step !== step.index || report.at === null) return;
    for (const task of report.tasks) current.observer.add(report.at, task, report.worker);
    current.driver.add(report.health);
    if (current.isOver || !current.observer.decide(report.at)) return;
    current.isOver = true;
    this.parts.fleet.completeStep(step.index);
  }

  private onLevel(level: RateLevel): void {
    const { best } = this;
    const isBetter = best === null || (level.holds && (!best.holds || level.rate >= best.rate));
    if (isBetter)
      this.best = { rate: level.rate, holds: level.holds, metrics: this.parts.collector.levelMetrics(this.step) };
    this.parts.listener({ kind: 'level', task: this.task.name, level });
  }
}
