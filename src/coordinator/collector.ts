// Gathers the reports of all workers: figures per task for the results, progress for the user.
import type { Clock } from '../clock.ts';
import { BenchmarkError } from '../errors.ts';
import { DriverHealthMonitor } from '../metrics/driver-health.ts';
import { EndpointFigures, type EndpointName, type EndpointResults } from '../metrics/endpoint-figures.ts';
import type { RunHistory, TelemetrySeries } from '../metrics/history.ts';
import { HistoryRecorder } from '../metrics/history-recorder.ts';
import { tellOutage } from '../metrics/outage-text.ts';
import type { TaskReport, WorkerReport } from '../metrics/report.ts';
import type { TaskResults } from '../metrics/results.ts';
import { type ResultSettings, type TaskIdentity, TaskMetrics } from '../metrics/task-metrics.ts';
import type { Step } from '../schedule/allocation.ts';
import type { RunListener } from './events.ts';
import { StepProgress } from './step-progress.ts';

/** What this machine is called as a node. */
const LOCAL_NODE = 'localhost';

/** The reports of one test run. */
export class Collector {
  private readonly clock: Clock;
  private readonly listener: RunListener;
  private readonly steps: readonly Step[];
  private readonly settings: ResultSettings;
  private readonly metrics: Map<string, TaskMetrics>;
  /** Results of the tasks whose step is over: they take less room than what they were made from. */
  private readonly finished = new Map<string, TaskResults>();
  private readonly endpoints: EndpointFigures;
  private readonly health = new DriverHealthMonitor();
  private readonly recorder: HistoryRecorder;
  /** Start of the time axis of the run, by the clock. */
  private readonly origin: number;
  /** Next sequence number of each worker's reports. */
  private readonly sequences = new Map<number, number>();
  private progress: StepProgress;
  private current: Step | null = null;
  private lastEventAt = 0;

  /** @param hosts each endpoint of the targets */
  constructor(
    clock: Clock,
    listener: RunListener,
    hosts: readonly EndpointName[],
    steps: readonly Step[],
    identities: readonly TaskIdentity[],
    settings: ResultSettings,
  ) {
    this.clock = clock;
    this.origin = clock.now();
    this.recorder = new HistoryRecorder(clock.wall());
    this.endpoints = new EndpointFigures(hosts);
    this.listener = listener;
    this.steps = steps;
    this.settings = settings;
    this.metrics = new Map(identities.map((identity) => [identity.task, new TaskMetrics(identity)]));
    this.progress = new StepProgress(clock.now(), []);
  }

  /** Begins to follow a step: from now on its progress is told. */
  beginStep(step: Step): void {
    this.current = step;
    const completing = step.completing.flatMap((position) => step.tasks[position]?.name ?? []);
    this.progress = new StepProgress(this.clock.now(), completing);
    this.lastEventAt = this.clock.now();
    this.tell(null, null);
  }

  /** Begins to follow a step that is repeated: what its tasks do from now on is counted apart. */
  beginLevel(step: Step): void {
    for (const metrics of this.levelMetrics(step))
      this.metrics.set(metrics.identity.task, new TaskMetrics(metrics.identity));
    this.beginStep(step);
  }

  /** What the tasks of a step have done since it was begun, or repeated. */
  levelMetrics(step: Step): readonly TaskMetrics[] {
    return step.tasks.flatMap(({ name }) => this.metrics.get(name) ?? []);
  }

  /** Makes what {@link levelMetrics} once returned the result of its tasks. */
  useLevel(level: readonly TaskMetrics[]): void {
    for (const metrics of level) this.metrics.set(metrics.identity.task, metrics);
  }

  /** Notes that the clock of a step begins to run in `delay` ms. */
  startStep(step: number, delay: number): void {
    this.recorder.beginStep(step, this.clock.now() - this.origin + delay);
  }

  /** The time axis of the run: ms since its start. */
  now(): number {
    return this.clock.now() - this.origin;
  }

  /** The course of the run so far, with what telemetry has read beside it. */
  history(telemetry: readonly TelemetrySeries[] = []): RunHistory {
    return this.recorder.history(telemetry);
  }

  /** Tells that a step is over, and makes the results of its tasks. All their reports must have been added. */
  endStep(step: Step): void {
    const { errors } = this.totals(step);
    this.listener({ kind: 'step-end', step: step.index, steps: this.steps.length, tasks: names(step), errors });
    this.current = null;
    for (const { name } of step.tasks) this.finish(name);
  }

  /**
   * Adds a report; `place` names its machine if there are several. Throws `INTERNAL` if reports of a worker do not come
   * in order and without gaps, because then something that was measured is lost.
   */
  add(report: WorkerReport, place: string | null = null): void {
    const expected = this.sequences.get(report.worker) ?? 0;
    if (report.sequence !== expected) {
      throw new BenchmarkError(
        'INTERNAL',
        `Worker ${report.worker} sent report ${report.sequence} where report ${expected} was due.`,
      );
    }
    this.sequences.set(report.worker, expected + 1);
    for (const task of report.tasks) {
      this.taskMetrics(task).merge(task);
      this.progress.report(report.worker, this.clock.now(), task);
    }
    this.recorder.add(report, place ?? LOCAL_NODE);
    this.health.record(report.step, `worker ${report.worker}${place === null ? '' : ` on ${place}`}`, report.health);
    for (const change of this.endpoints.add(report, place, this.clock.wall())) {
      this.listener({ kind: 'warning', message: tellOutage(change, this.endpoints.results()) });
    }
    this.tellProgress();
  }

  /** What happened at each host of the target, in its order. */
  endpointResults(): readonly EndpointResults[] {
    return this.endpoints.results();
  }

  /** Figures of the tasks that have begun, in the order of the schedule. */
  results(): readonly TaskResults[] {
    for (const [name, metrics] of [...this.metrics]) if (metrics.hasBegun) this.finish(name);
    return this.steps.flatMap((step) => step.tasks.flatMap(({ name }) => this.finished.get(name) ?? []));
  }

  /** Sentences about steps in which the driver, and not the cluster, was the limit. */
  driverWarnings(results: readonly TaskResults[]): readonly string[] {
    const medians = new Map(
      results.map(({ task, latency }) => [
        task,
        latency?.percentiles.find(([percentile]) => percentile === 50)?.[1] ?? null,
      ]),
    );
    return this.steps.flatMap((step) => {
      const loads = step.tasks.map((task) => ({
        task: task.name,
        isThrottled: task.targetThroughput !== null,
        medianLatency: medians.get(task.name) ?? null,
      }));
      return this.health.warnings(step.index, loads);
    });
  }

  private finish(task: string): void {
    const metrics = this.metrics.get(task);
    if (metrics === undefined) return;
    this.finished.set(task, metrics.results(this.settings));
    this.metrics.delete(task);
  }

  private taskMetrics(report: TaskReport): TaskMetrics {
    const metrics = this.metrics.get(report.task);
    if (metrics === undefined)
      throw new BenchmarkError('INTERNAL', `A worker reported the unknown task "${report.task}".`);
    return metrics;
  }

  /** Tells the progress once a second, however many workers report. */
  private tellProgress(): void {
    const now = this.clock.now();
    if (this.current === null || now - this.lastEventAt < 900) return;
    this.lastEventAt = now;
    const { fraction, secondsLeft } = this.progress.at(now);
    this.tell(fraction, secondsLeft);
  }

  /** Requests of the tasks of a step so far, and what went wrong. */
  private totals(step: Step): { readonly requests: number; readonly errors: number } {
    let requests = 0;
    let errors = 0;
    for (const { name } of step.tasks) {
      const metrics = this.metrics.get(name);
      requests += metrics?.requests ?? 0;
      errors += metrics?.failures ?? 0;
    }
    return { requests, errors };
  }

  private tell(progress: number | null, secondsLeft: number | null): void {
    const step = this.current;
    if (step === null) return;
    const { requests, errors } = this.totals(step);
    this.listener({
      kind: 'progress',
      step: step.index,
      steps: this.steps.length,
      tasks: names(step),
      progress,
      secondsLeft,
      requests,
      errors,
    });
  }
}

const names = (step: Step): readonly string[] => step.tasks.map(({ name }) => name);
