// Steers the load of a run where the workload does not: drives redline tests and searches for the highest rate.
import type { NodeCpu } from '../control/cpu-window.ts';
import type { LoadControl } from '../control/load-control.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { RateResults } from '../metrics/control-results.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { Results } from '../metrics/results.ts';
import type { Step } from '../schedule/allocation.ts';
import type { Collector } from './collector.ts';
import type { RunListener } from './events.ts';
import { RateDriver } from './rate-driver.ts';
import { RedlineDriver } from './redline-driver.ts';

/** What steering works with. */
export interface SteeringParts {
  readonly control: LoadControl;
  /** Name of the task whose highest rate is searched; `null` if none is. */
  readonly searched: string | null;
  readonly fleet: Fleet;
  readonly collector: Collector;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  /** Asks the cluster for the CPU usage of its nodes; empty if it does not tell. */
  readonly readCpu: () => Promise<NodeCpu>;
}

/** The steering of one run. */
export class LoadSteering {
  private readonly parts: SteeringParts;
  private readonly redline: RedlineDriver | null;
  private rate: RateDriver | null = null;
  private found: RateResults | null = null;

  constructor(parts: SteeringParts) {
    this.parts = parts;
    const { control, fleet, listener, readCpu } = parts;
    const activate = (step: number, clients: number): void => fleet.activate(step, clients);
    this.redline =
      control.kind === 'redline' ? new RedlineDriver({ settings: control, listener, activate, readCpu }) : null;
  }

  /** Finds out before the load whether the cluster tells what steering needs. Rejects with `TARGET_REJECTED`. */
  async check(): Promise<void> {
    await this.redline?.check();
  }

  /** Takes what a worker has done. */
  add(report: WorkerReport): void {
    this.redline?.add(report);
    this.rate?.add(report);
  }

  /** The clock of a step begins to run in `delay` ms. */
  startStep(step: Step, delay: number): void {
    this.redline?.startStep(step, delay);
  }

  /** Runs a step: once, or at one rate after the other. Rejects with the error that ended the load. */
  async runStep(step: Step): Promise<void> {
    const { control, fleet, searched } = this.parts;
    const task = step.tasks.find(({ name }) => name === searched);
    try {
      if (control.kind !== 'rate' || task === undefined) await fleet.runStep(step.index);
      else {
        this.rate = new RateDriver({ ...this.parts, settings: control }, step, task);
        this.found = await this.rate.find();
        if (this.rate.failure !== null) throw this.rate.failure;
      }
    } finally {
      this.rate = null;
      this.redline?.endStep();
    }
  }

  /** What was found, as a part of the results. */
  results(): Pick<Results, 'redline' | 'maxThroughput'> {
    return {
      ...(this.redline === null ? {} : { redline: this.redline.results() }),
      ...(this.found === null ? {} : { maxThroughput: this.found }),
    };
  }
}
