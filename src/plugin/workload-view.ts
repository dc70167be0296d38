// The workload as plug-ins see it: plain data that can be written as JSON, without what only this program needs.
import type { PreparedCorpus, PreparedDocumentSet } from '../corpus/prepared.ts';
import { BenchmarkError } from '../errors.ts';
import { type Json, type JsonObject, toJson, toPlain } from '../json.ts';
import {
  type Corpus,
  type DocumentSet,
  leafTasks,
  type Task,
  type TemplateDefinition,
  type TestProcedure,
  type Workload,
} from '../workload/model.ts';

/** What plug-ins may know of the workload. Numbers are those of JSON. */
export interface PluginWorkload {
  readonly name: string;
  readonly description: string;
  /** Absolute path of the workload's directory on this machine. */
  readonly directory: string;
  readonly meta: Readonly<Record<string, unknown>>;
  /** Their bodies are rendered; `null` = none. */
  readonly indices: readonly { readonly name: string; readonly body: unknown; readonly types: readonly string[] }[];
  readonly dataStreams: readonly string[];
  readonly templates: readonly PluginTemplate[];
  readonly composableTemplates: readonly PluginTemplate[];
  readonly componentTemplates: readonly { readonly name: string; readonly body: unknown }[];
  readonly corpora: readonly {
    readonly name: string;
    readonly meta: Readonly<Record<string, unknown>>;
    readonly documents: readonly PluginDocuments[];
  }[];
  /** All of them; their tasks are those that the filters of the command line have left. */
  readonly testProcedures: readonly {
    readonly name: string;
    readonly description: string;
    readonly isDefault: boolean;
    readonly isSelected: boolean;
    readonly meta: Readonly<Record<string, unknown>>;
    readonly parameters: Readonly<Record<string, unknown>>;
    /** The tasks in the order of the schedule; those of parallel elements one after the other. */
    readonly tasks: readonly PluginTask[];
  }[];
}

/** An index template, legacy or composable. */
export interface PluginTemplate {
  readonly name: string;
  readonly pattern: string;
  readonly body: unknown;
  readonly deleteMatchingIndices: boolean;
}

/** A document set of a corpus. */
export interface PluginDocuments {
  readonly sourceFormat: string;
  readonly documentFile: string;
  readonly archiveFile: string | null;
  readonly baseUrl: string | null;
  readonly sourceUrl: string | null;
  readonly documentCount: number;
  readonly includesActionAndMetaData: boolean;
  readonly compressedBytes: number | null;
  readonly uncompressedBytes: number | null;
  readonly targetIndex: string | null;
  readonly targetDataStream: string | null;
  readonly targetType: string | null;
  readonly meta: Readonly<Record<string, unknown>>;
  /** Absolute path of the unpacked file; `null` if the documents are not on this machine, or not yet. */
  readonly path: string | null;
}

/** A task of a test procedure. Times are in seconds; `null` = not given. */
export interface PluginTask {
  readonly name: string;
  readonly operation: {
    readonly name: string;
    readonly type: string;
    /** Everything that the workload says about the operation. */
    readonly params: Readonly<Record<string, unknown>>;
  };
  readonly clients: number;
  readonly iterations: number | null;
  readonly warmupIterations: number | null;
  readonly timePeriod: number | null;
  readonly warmupTimePeriod: number | null;
  /** Of all clients together; `null` = unthrottled. */
  readonly targetThroughput: { readonly value: number; readonly unit: string } | null;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * The {@link PluginWorkload} of a workload as JSON without loss. `selected` is the name of the test procedure that
 * runs; `prepared` are the corpora that lie on this machine.
 */
export function workloadView(workload: Workload, selected: string, prepared: readonly PreparedCorpus[]): JsonObject {
  return new Map<string, Json>([
    ['name', workload.name],
    ['description', workload.description],
    ['directory', workload.directory],
    ['meta', workload.meta],
    ['indices', workload.indices.map(({ name, body, types }) => record({ name, body, types }))],
    ['dataStreams', workload.dataStreams],
    ['templates', workload.templates.map(templateView)],
    ['composableTemplates', workload.composableTemplates.map(templateView)],
    ['componentTemplates', workload.componentTemplates.map(({ name, body }) => record({ name, body }))],
    ['corpora', workload.corpora.map((corpus) => corpusView(corpus, prepared))],
    ['testProcedures', workload.testProcedures.map((procedure) => procedureView(procedure, selected))],
  ]);
}

/** The plain JavaScript of what {@link workloadView} has made. Floats become numbers. */
export function plainWorkload(view: JsonObject): PluginWorkload {
  const plain = toPlain(view);
  if (isPluginWorkload(plain)) return plain;
  throw new BenchmarkError('INTERNAL', 'A plug-in was opened without its workload.');
}

const isPluginWorkload = (plain: unknown): plain is PluginWorkload =>
  typeof plain === 'object' && plain !== null && 'testProcedures' in plain && 'corpora' in plain;

/** An object with JSON values, in the order of its keys, as JSON. */
const record = (object: Readonly<Record<string, Json>>): JsonObject => new Map(Object.entries(object));

const templateView = ({ name, pattern, body, deleteMatchingIndices }: TemplateDefinition): JsonObject =>
  record({ name, pattern, body, deleteMatchingIndices });

function corpusView({ name, meta, documentSets }: Corpus, prepared: readonly PreparedCorpus[]): JsonObject {
  const own = prepared.find((corpus) => corpus.name === name)?.documentSets ?? [];
  return record({ name, meta, documents: documentSets.map((documents) => documentsView(documents, own)) });
}

function documentsView(documents: DocumentSet, prepared: readonly PreparedDocumentSet[]): JsonObject {
  const { parts: _parts, generator: _generator, ...shown } = documents;
  const found = prepared.find(({ path }) => path.endsWith(`/${documents.documentFile}`));
  return new Map(Object.entries({ ...shown, path: found?.path ?? null }));
}

function procedureView(procedure: TestProcedure, selected: string): JsonObject {
  const { name, description, isDefault, meta, parameters, schedule } = procedure;
  const isSelected = name === selected;
  return record({
    name,
    description,
    isDefault,
    isSelected,
    meta,
    parameters,
    tasks: leafTasks(schedule).map(taskView),
  });
}

function taskView(task: Task): JsonObject {
  const { name, operation, clients, tags, meta, targetThroughput } = task;
  return record({
    name,
    operation: record({ name: operation.name, type: operation.type, params: operation.params }),
    clients,
    iterations: task.iterations,
    warmupIterations: task.warmupIterations,
    timePeriod: task.timePeriod,
    warmupTimePeriod: task.warmupTimePeriod,
    targetThroughput: toJson(targetThroughput),
    tags,
    meta,
  });
}
