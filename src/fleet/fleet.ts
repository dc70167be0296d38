// The one contract between the coordinator and load: where the load threads live is the fleet's business.
import type { TargetCluster } from '../http/targets.ts';
import type { Cell } from '../schedule/allocation.ts';
import type { WorkerReport } from '../worker/report.ts';
import type { Corpus, Task, Workload } from '../workload/model.ts';

/** What a fleet needs to know before the first step. */
export interface FleetPlan {
  readonly testRunId: string;
  readonly target: TargetCluster;
  readonly workload: Workload;
  /** The corpora that the procedure sends; prepared where they are sent from. */
  readonly corpora: readonly Corpus[];
  readonly steps: readonly FleetStep[];
  readonly clients: number;
  readonly onError: 'continue' | 'abort';
  readonly checksAssertions: boolean;
  readonly seed: number;
}

export interface FleetStep {
  readonly index: number;
  readonly tasks: readonly Task[];
  readonly rows: readonly (readonly Cell[])[];
  readonly completedBy: number | null;
}

/**
 * Load threads, here or elsewhere. Reports go to the listener given when the fleet is made: one per second and worker, and one at the end of each step,
 * before {@link Fleet.runStep} resolves.
 */
export interface Fleet {
  /** Prepares corpora and starts the threads. */
  prepare(plan: FleetPlan): Promise<void>;
  /**
   * Runs one step from its common start to its join point. Rejects with a BenchmarkError if a worker failed, after the
   * others were cancelled and have reported.
   */
  runStep(index: number): Promise<void>;
  /** Ends the load at once; the step under way resolves after the last reports. */
  cancel(): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

export type ReportListener = (report: WorkerReport) => void;
