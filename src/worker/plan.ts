// What a worker is told before a run: plain data that survives a thread boundary and a wire. JSON of operations travels as text, without loss.
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import { isJsonObject, parseJson, writeJson } from '../json.ts';
import type { WorkloadFacts } from '../operation/operation.ts';
import type { Cell } from '../schedule/allocation.ts';
import type { LoopSettings } from '../schedule/loop-control.ts';
import type { TargetThroughput, Workload } from '../workload/model.ts';

export interface WorkerPlan {
  readonly worker: number;
  readonly target: TargetCluster;
  readonly facts: FactsText;
  readonly steps: readonly WorkerStep[];
  /**
   * A thread that stood still for so many ms has lost its place in the test run: the coordinator may have gone on without it.
   * `null` = it lives in the coordinator's own process.
   */
  readonly lease: number | null;
  readonly onError: 'continue' | 'abort';
  /** Assertions of operations are checked; a violation ends the run. */
  readonly checksAssertions: boolean;
  /** Random choices of a run derive from it. */
  readonly seed: number;
}

export interface WorkerStep {
  readonly index: number;
  readonly tasks: readonly TaskPlan[];
  /** The clients of this worker that have work in the step. */
  readonly clients: readonly { readonly client: number; readonly cells: readonly Cell[] }[];
  readonly completing: readonly number[];
}

export interface TaskPlan extends LoopSettings {
  readonly name: string;
  readonly operation: { readonly name: string; readonly type: string; readonly params: string };
  readonly targetThroughput: TargetThroughput | null;
  readonly schedule: 'deterministic' | 'poisson';
  readonly isNonFatal: boolean;
}

/** The workload's facts with every JSON body as text. */
export interface FactsText {
  readonly indices: readonly { readonly name: string; readonly body: string | null; readonly types: readonly string[] }[];
  readonly dataStreams: readonly string[];
  readonly templates: readonly TemplateText[];
  readonly composableTemplates: readonly TemplateText[];
  readonly componentTemplates: readonly { readonly name: string; readonly body: string }[];
  readonly corpora: readonly PreparedCorpus[];
}

interface TemplateText {
  readonly name: string;
  readonly pattern: string;
  readonly body: string;
  readonly deleteMatchingIndices: boolean;
}

export function encodeFacts(workload: Workload, corpora: readonly PreparedCorpus[]): FactsText {
  const withText = <T extends { readonly body: Parameters<typeof writeJson>[0] }>(item: T): Omit<T, 'body'> & { readonly body: string } => ({
    ...item,
    body: writeJson(item.body),
  });
  return {
    indices: workload.indices.map((index) => ({ ...index, body: index.body === null ? null : writeJson(index.body) })),
    dataStreams: workload.dataStreams,
    templates: workload.templates.map(withText),
    composableTemplates: workload.composableTemplates.map(withText),
    componentTemplates: workload.componentTemplates.map(withText),
    corpora,
  };
}

export function decodeFacts(text: FactsText): WorkloadFacts {
  const withJson = <T extends { readonly body: string }>(item: T): Omit<T, 'body'> & { readonly body: ReturnType<typeof parseJson> } => ({
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

/** The parameters of a task's operation. */
export function decodeParams(text: string): ReadonlyMap<string, ReturnType<typeof parseJson>> {
  const params = parseJson(text);
  if (!isJsonObject(params)) throw new TypeError('The parameters of an operation are not a JSON object.');
  return params;
}
