// A machine that drives load, as the fleet sees it: this one, or one behind a network.
import type { BenchmarkError } from '../errors.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { Cell } from '../schedule/allocation.ts';
import type { Corpus, Task, Workload } from '../workload/model.ts';

/** What lies between two join points; rows hold the cells of all clients of the test. */
export interface FleetStep {
  readonly index: number;
  readonly tasks: readonly Task[];
  readonly rows: readonly (readonly Cell[])[];
  readonly completing: readonly number[];
}

/** What all nodes of a run have in common. */
export interface RunPlan {
  readonly testRunId: string;
  readonly target: TargetCluster;
  readonly workload: Workload;
  /** The corpora that the procedure sends; prepared where they are sent from. */
  readonly corpora: readonly Corpus[];
  readonly steps: readonly FleetStep[];
  readonly onError: 'continue' | 'abort';
  readonly checksAssertions: boolean;
  readonly seed: number;
}

/** One node's part of a run. */
export interface NodePlan {
  readonly run: RunPlan;
  /** Ids of the clients of each load thread of the node. */
  readonly workers: readonly (readonly number[])[];
  /** Number of the node's first worker; workers are numbered through over all nodes. */
  readonly firstWorker: number;
}

/** What a node tells while it works. */
export interface NodeEvents {
  /** In order per worker; each exactly once. */
  onReport(report: WorkerReport): void;
  /** All clients of this node have ended one of the completing tasks of the step; `null`: the node is lost, and its part of all of them is over. */
  onCompletingDone(step: number, task: number | null): void;
  /** The node cannot go on; its load has ended or is ending. Said once. */
  onFailure(error: BenchmarkError): void;
}

export interface FleetNode {
  /** For people: `localhost` or an address. */
  readonly name: string;
  /** Load threads that it may use. */
  readonly cores: number;
  /** Prepares corpora and starts the threads. */
  prepare(plan: NodePlan, events: NodeEvents): Promise<void>;
  /** Makes operations and opens connections. */
  openStep(step: number): Promise<void>;
  /** Reading of the node's clock minus {@link processClock} of this process, in ms. */
  clockOffset(): Promise<number>;
  /** Starts the opened step at a reading of the node's clock; resolves at its join point, after the last reports. */
  runStep(step: number, startAt: number): Promise<void>;
  /** A completing task has ended everywhere. */
  completeStep(step: number): void;
  /** Ends the load at once; whatever is awaited resolves soon. */
  cancel(): void;
  close(): Promise<void>;
}
