// What a worker is told before a run: plain data that can be handed to a thread or sent over a network. JSON of
// operations is written as text, because only so it loses nothing.
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import { isJsonObject, parseJson, writeJson } from '../json.ts';
import type { WorkloadFacts } from '../operation/operation.ts';
import type { Cell } from '../schedule/allocation.ts';
import type { LoopSettings } from '../schedule/loop-control.ts';
import type { TransportTarget } from '../transport/transport.ts';
import type { Bytes } from '../units.ts';
import type { DataSetShape } from '../vectors/data-set.ts';
import type { TargetThroughput, Workload } from '../workload/model.ts';
import type { PluginPlace } from '../workload/plugin-place.ts';
import type { RandomizationSettings } from '../workload/randomization.ts';

/** What one worker needs to know of a run. */
export interface WorkerPlan {
  /** Its number among all workers of the run, from 0. */
  readonly worker: number;
  readonly target: TargetCluster;
  /** Targets beside the cluster that its operations go to, each once. */
  readonly others: readonly TransportTarget[];
  /** The list of `--grpc-target-hosts`. */
  readonly grpcHosts: readonly string[];
  readonly facts: FactsText;
  readonly steps: readonly WorkerStep[];
  /**
   * A thread that stood still for so many ms has lost its place in the test run, because the coordinator may have gone
   * on without it. `null` = it lives in the coordinator's own process.
   */
  readonly lease: number | null;
  /** What the request bodies of this thread may take. */
  readonly memory: Bytes;
  readonly onError: 'continue' | 'abort';
  /** Whether assertions of operations are checked; a violation ends the run. */
  readonly checksAssertions: boolean;
  /** All random choices of the run follow from it. */
  readonly seed: number;
  /** The plug-in of the workload; `null` if it has none, or if no task needs it. */
  readonly plugin: PluginPlan | null;
  /** How values in queries are varied; `null` = not at all. */
  readonly randomization: RandomizationSettings | null;
}

/** What a load thread needs to run a plug-in. */
export interface PluginPlan {
  readonly place: PluginPlace;
  /** The `PluginWorkload` as JSON text. */
  readonly workload: string;
}

/** What one worker does in one step. */
export interface WorkerStep {
  /** Index of the step in the schedule, from 0. */
  readonly index: number;
  readonly tasks: readonly TaskPlan[];
  /** The clients of this worker that have work in the step. */
  readonly clients: readonly { readonly client: number; readonly cells: readonly Cell[] }[];
  /** Positions in `tasks` of those tasks of which the first to end ends the step; empty = all have to end. */
  readonly completing: readonly number[];
  /** Whether all clients are paused when the step starts. */
  readonly startsPaused: boolean;
}

/** A task as workers need to know it. */
export interface TaskPlan extends LoopSettings {
  readonly name: string;
  /** `params` is JSON as text. */
  readonly operation: { readonly name: string; readonly type: string; readonly params: string };
  readonly targetThroughput: TargetThroughput | null;
  readonly schedule: 'deterministic' | 'poisson';
  /** A schedule of the plug-in, which goes before {@link schedule}. */
  readonly customSchedule: CustomScheduleText | null;
  /** Whether the run goes on after failed requests of the task even with `--on-error=abort`. */
  readonly isNonFatal: boolean;
}

/** A schedule of the plug-in by its name; `spec` is the task as the workload says it, as JSON text. */
export interface CustomScheduleText {
  readonly name: string;
  readonly spec: string;
}

/** What operations must know of the workload, with every JSON body as text. */
export interface FactsText {
  readonly indices: readonly {
    readonly name: string;
    readonly body: string | null;
    readonly types: readonly string[];
  }[];
  readonly dataStreams: readonly string[];
  readonly templates: readonly TemplateText[];
  readonly composableTemplates: readonly TemplateText[];
  readonly componentTemplates: readonly { readonly name: string; readonly body: string }[];
  readonly corpora: readonly PreparedCorpus[];
  readonly dataSets: readonly DataSetShape[];
}

interface TemplateText {
  readonly name: string;
  readonly pattern: string;
  readonly body: string;
  readonly deleteMatchingIndices: boolean;
}

/** The documents of a run on this machine. */
export interface PreparedData {
  readonly corpora: readonly PreparedCorpus[];
  readonly dataSets: readonly DataSetShape[];
}

/** Writes what operations must know of a workload, where its documents lie, and what is in its data sets of vectors. */
export function encodeFacts(workload: Workload, data: PreparedData): FactsText {
  const withText = <T extends { readonly body: Parameters<typeof writeJson>[0] }>(
    item: T,
  ): Omit<T, 'body'> & { readonly body: string } => ({
    ...item,
    body: writeJson(item.body),
  });
  return {
    indices: workload.indices.map((index) => ({ ...index, body: index.body === null ? null : writeJson(index.body) })),
    dataStreams: workload.dataStreams,
    templates: workload.templates.map(withText),
    composableTemplates: workload.composableTemplates.map(withText),
    componentTemplates: workload.componentTemplates.map(withText),
    ...data,
  };
}

/** Reads what {@link encodeFacts} has written. */
export function decodeFacts(text: FactsText): WorkloadFacts {
  const withJson = <T extends { readonly body: string }>(
    item: T,
  ): Omit<T, 'body'> & { readonly body: ReturnType<typeof parseJson> } => ({
    ...item,
    body: parseJson(item.body),
  });
  return {
    ...text,
    indices: text.indices.map((index) => ({ ...index, body: index.body === null ? null : parseJson(index.body) })),
    templates: text.templates.map(withJson),
    composableTemplates: text.composableTemplates.map(withJson),
    componentTemplates: text.componentTemplates.map(withJson),
  };
}

/** Reads the parameters of a task's operation from their text. */
export function decodeParams(text: string): ReadonlyMap<string, ReturnType<typeof parseJson>> {
  const params = parseJson(text);
  if (!isJsonObject(params)) throw new TypeError('The parameters of an operation are not a JSON object.');
  return params;
}
