// Drives the redline test of a run: looks once a second at what failed and how busy the cluster is, and tells the fleet
// how many clients may send.
import { CpuWindow, type NodeCpu } from '../control/cpu-window.ts';
import { type RedlineChange, RedlineController, redlineTick } from '../control/redline.ts';
import type { RedlineSettings } from '../control/redline-settings.ts';
import { BenchmarkError } from '../errors.ts';
import type { RedlineMoment, RedlineResults, RedlineStep } from '../metrics/control-results.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { Step } from '../schedule/allocation.ts';
import { millis } from '../units.ts';
import type { RunListener } from './events.ts';

/** What a redline test works with. */
export interface RedlineParts {
  readonly settings: RedlineSettings;
  readonly listener: RunListener;
  /** Lets so many clients of a step send, and pauses the others. */
  readonly activate: (step: number, clients: number) => void;
  /** Asks the cluster for the CPU usage of its nodes; empty if it does not tell. */
  readonly readCpu: () => Promise<NodeCpu>;
}

/** A step that the test drives. */
interface DrivenStep {
  readonly step: Step;
  readonly controller: RedlineController;
  readonly cpu: CpuWindow | null;
  /** Clients that have not ended, by worker. */
  readonly left: Map<number, number>;
  readonly course: RedlineMoment[];
  errors: number;
  timer: NodeJS.Timeout | null;
  scaleDowns: number;
  isAskingCpu: boolean;
}

/** The redline test of one run. Tell it what happens; it acts by itself while a step runs. */
export class RedlineDriver {
  private readonly parts: RedlineParts;
  private readonly ended: RedlineStep[] = [];
  private current: DrivenStep | null = null;

  constructor(parts: RedlineParts) {
    this.parts = parts;
  }

  /**
   * Makes sure, before the load, that the cluster tells its CPU usage, if that is limited. Rejects with
   * `TARGET_REJECTED`.
   */
  async check(): Promise<void> {
    if (this.parts.settings.cpu === null || (await this.parts.readCpu()).size > 0) return;
    throw new BenchmarkError('TARGET_REJECTED', 'The cluster does not tell the CPU usage of its nodes.', {
      hint: 'Leave out --redline-max-cpu-usage, or use a user that may read GET /_nodes/stats.',
    });
  }

  /** The clock of a step begins to run in `delay` ms. */
  startStep(step: Step, delay: number): void {
    this.endStep();
    if (!step.startsPaused) return;
    const { settings } = this.parts;
    const driven: DrivenStep = {
      step,
      controller: new RedlineController(settings),
      cpu: settings.cpu === null ? null : new CpuWindow(settings.cpu),
      left: new Map(),
      course: [],
      errors: 0,
      timer: null,
      scaleDowns: 0,
      isAskingCpu: false,
    };
    this.current = driven;
    const begin = performance.now() + delay;
    const look = (): void => this.look(driven, performance.now() - begin);
    driven.timer = setTimeout(() => {
      look();
      driven.timer = setInterval(look, redlineTick);
    }, delay);
  }

  /** Takes what a worker has done. */
  add(report: WorkerReport): void {
    const { current } = this;
    if (current?.step.index !== report.step) return;
    current.left.set(report.worker, report.clientsLeft);
    for (const task of report.tasks) current.errors += task.failedNormalSamples + task.failedWarmupSamples;
  }

  /** Ends the work on the step that runs, if there is one. */
  endStep(): void {
    const { current } = this;
    this.current = null;
    if (current === null) return;
    clearTimeout(current.timer ?? undefined);
    const { controller, course, scaleDowns, step } = current;
    this.ended.push({
      tasks: step.tasks.map(({ name }) => name),
      maxStableClients: controller.maxStable,
      lastActiveClients: controller.active,
      scaleDowns,
      course,
    });
  }

  /** What was found in the steps that have ended. */
  results(): RedlineResults {
    return { maxClients: this.parts.settings.maxClients, steps: this.ended };
  }

  private look(driven: DrivenStep, at: number): void {
    const { controller, left, step } = driven;
    const now = millis(at);
    const trouble = this.troubleOf(driven, at);
    driven.errors = 0;
    const rest = left.size === 0 ? Number.POSITIVE_INFINITY : [...left.values()].reduce((sum, one) => sum + one, 0);
    const change = controller.tick({ now, trouble, left: rest });
    if (change !== null) this.apply(driven, change);
    this.parts.listener({
      kind: 'redline',
      tasks: step.tasks.map(({ name }) => name),
      active: controller.active,
      maxStable: controller.maxStable,
      state: controller.state,
      change: change === null ? null : (change.trouble ?? 'more clients'),
    });
    if (driven.cpu !== null) void this.sampleCpu(driven, driven.cpu, at);
  }

  private apply(driven: DrivenStep, change: RedlineChange): void {
    if (change.trouble !== null) driven.scaleDowns++;
    driven.course.push({
      seconds: Math.max(0, Math.round(change.at / 1000)),
      clients: change.active,
      reason: change.trouble,
    });
    this.parts.activate(driven.step.index, change.active);
  }

  private troubleOf({ errors, cpu }: DrivenStep, at: number): string | null {
    const busy = cpu?.check(millis(at)) ?? null;
    if (errors > 0) return `${errors} failed request${errors === 1 ? '' : 's'}`;
    return busy === null ? null : `node ${busy.node} used ${Math.round(busy.usage)} % CPU`;
  }

  /** One question at a time: a cluster that is slow to answer is not asked more often for that. */
  private async sampleCpu(driven: DrivenStep, window: CpuWindow, at: number): Promise<void> {
    if (driven.isAskingCpu) return;
    driven.isAskingCpu = true;
    const usage = await this.parts.readCpu();
    window.add(millis(at), usage);
    driven.isAskingCpu = false;
  }
}
