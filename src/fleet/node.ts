// What the fleet demands of a machine that generates load, be it this machine or one that is reached over a network.
import type { BenchmarkError } from '../errors.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { RunValues } from '../run-values.ts';
import type { Cell } from '../schedule/allocation.ts';
import type { StepLevel } from '../schedule/level.ts';
import type { Corpus, Task, Workload } from '../workload/model.ts';
import type { PluginPlace } from '../workload/plugin-place.ts';
import type { RandomizationSettings } from '../workload/randomization.ts';

/** The work between two join points, for all nodes alike. */
export interface FleetStep {
  /** Position of the step in {@link RunPlan.steps}. */
  readonly index: number;
  readonly tasks: readonly Task[];
  /** The cells of each client of the test run, by client id; empty for a client that has nothing to do. */
  readonly rows: readonly (readonly Cell[])[];
  /** Positions in `tasks` of those tasks of which the first to end ends the step; empty = all have to end. */
  readonly completing: readonly number[];
  /** Whether all clients are paused when the step starts, see {@link FleetNode.activate}. */
  readonly startsPaused: boolean;
}

/** The part of the plan of a test run that all its nodes share. */
export interface RunPlan {
  readonly testRunId: string;
  readonly target: TargetCluster;
  /** Where the cluster is spoken to over gRPC: `host:port` each. */
  readonly grpcHosts: readonly string[];
  readonly workload: Workload;
  /** The corpora that the test procedure sends. Each node prepares them for itself. */
  readonly corpora: readonly Corpus[];
  readonly steps: readonly FleetStep[];
  /** Whether a failed request ends the run. */
  readonly onError: 'continue' | 'abort';
  /** Whether assertions of operations are checked; a violation ends the run. */
  readonly checksAssertions: boolean;
  /** All random choices of the run follow from it. */
  readonly seed: number;
  /** The plug-in of the workload; absent if it has none, or if no task needs it. */
  readonly plugin?: RunPlugin;
  /** How values in queries are varied; absent = not at all. */
  readonly randomization?: RandomizationSettings | undefined;
  /** Whether CPU profiles of the load threads are taken; default: no. */
  readonly profiles?: boolean | undefined;
}

/** The plug-in of a run's workload. */
export interface RunPlugin {
  /** Where its files lie on this machine. */
  readonly place: PluginPlace;
  /** Name of the test procedure that runs, for plug-ins that look at it. */
  readonly procedure: string;
  /** Whether the plug-in wants to prepare data on each machine before the load. */
  readonly preparesData: boolean;
}

/** One node's part of a run. */
export interface NodePlan {
  readonly run: RunPlan;
  /** The ids of the clients of each load thread of the node. */
  readonly workers: readonly (readonly number[])[];
  /** Number of the node's first worker. Numbers run on from node to node, so that each is unique in the run. */
  readonly firstWorker: number;
}

/** What a node tells the fleet while it works. */
export interface NodeEvents {
  /** Called exactly once for each report of a worker, in the order in which the worker made them. */
  onReport(report: WorkerReport): void;
  /** Operations of the step under way have left values behind for later steps, on any node. */
  onValues(values: RunValues): void;
  /**
   * All clients of this node have ended `task`, one of the completing tasks of the step. `null` means that the node is
   * lost, which ends its part of all completing tasks.
   */
  onCompletingDone(step: number, task: number | null): void;
  /** The node cannot go on, and its load has ended or is ending. Called at most once. */
  onFailure(error: BenchmarkError): void;
}

/**
 * A machine that generates load. The fleet calls `prepare` once, then for each step in which the node has clients
 * `openStep`, `clockOffset` and `runStep`, and `close` at the end. `cancel` may come at any time.
 */
export interface FleetNode {
  /** The name of the node in messages: `localhost` or an address. */
  readonly name: string;
  /** How many load threads the node may use. */
  readonly cores: number;
  /** Prepares the corpora and starts the load threads. Rejects with a BenchmarkError if that cannot be done. */
  prepare(plan: NodePlan, events: NodeEvents): Promise<void>;
  /**
   * Makes the operations of the step and opens its connections, so that nothing of that falls into measured time.
   * `values` is all that operations of earlier steps have left behind; `level` beats the rate and the end of its tasks.
   */
  openStep(step: number, values: RunValues, level: StepLevel | null): Promise<void>;
  /** The node's {@link processClock} minus that of this process, in ms. */
  clockOffset(): Promise<number>;
  /**
   * Starts the opened step when the {@link processClock} of the node reads `startAt` ms. Resolves at the join point,
   * after the last reports.
   */
  runStep(step: number, startAt: number): Promise<void>;
  /**
   * Lets so many clients of the step on this node send, and pauses its others. A paused client finishes what is under
   * way, takes no further request, and goes on where it was. When an active one ends, a paused one takes its place.
   */
  activate(step: number, clients: number): void;
  /** Whether the node has left the run. */
  readonly isLost: boolean;
  /** Ends the step early, because one of its completing tasks has ended on all nodes. */
  completeStep(step: number): void;
  /** Ends the load at once. A call that is under way resolves soon after. */
  cancel(): void;
  /** Writes the CPU profiles of the load threads, if they are taken, and returns the files on that machine. */
  writeProfiles(): Promise<readonly string[]>;
  /** Ends the load threads and gives the node back. */
  close(): Promise<void>;
}
