// Writes a workload as JSON again, after it was rendered, validated and filtered, with its bodies
// (`info --rendered --format=json`).
import { Float, type Json, type JsonObject } from '../json.ts';
import {
  ANY_TASK,
  type Corpus,
  type DocumentSet,
  type IndexDefinition,
  type Operation,
  type Parallel,
  type Task,
  type TemplateDefinition,
  type TestProcedure,
  type Workload,
} from './model.ts';

/**
 * A workload as `workload.json` would say it. Operations are written into their tasks, and absent things are left out.
 */
export function renderedJson(workload: Workload): Json {
  return object({
    version: 2,
    name: workload.name,
    description: workload.description,
    meta: nonEmpty(workload.meta),
    indices: list(workload.indices.map(indexJson)),
    'data-streams': list(workload.dataStreams.map((name) => object({ name }))),
    templates: list(workload.templates.map(templateJson)),
    'composable-templates': list(workload.composableTemplates.map(templateJson)),
    'component-templates': list(workload.componentTemplates.map(({ name, body }) => object({ name, template: body }))),
    corpora: list(workload.corpora.map(corpusJson)),
    test_procedures: workload.testProcedures.map(procedureJson),
  });
}

function indexJson(index: IndexDefinition): Json {
  return object({ name: index.name, body: index.body ?? undefined, types: list(index.types) });
}

function templateJson(template: TemplateDefinition): Json {
  return object({
    name: template.name,
    'index-pattern': template.pattern,
    template: template.body,
    'delete-matching-indices': template.deleteMatchingIndices,
  });
}

function corpusJson(corpus: Corpus): Json {
  return object({ name: corpus.name, meta: nonEmpty(corpus.meta), documents: corpus.documentSets.map(documentsJson) });
}

function documentsJson(documents: DocumentSet): Json {
  const { generator } = documents;
  return object({
    'source-file': documents.archiveFile ?? documents.documentFile,
    'source-format': documents.sourceFormat,
    'base-url': documents.baseUrl ?? undefined,
    'source-url': documents.sourceUrl ?? undefined,
    'source-file-parts': list(documents.parts.map(({ name, size }) => object({ name, size }))),
    'document-count': documents.documentCount,
    'compressed-bytes': documents.compressedBytes ?? undefined,
    'uncompressed-bytes': documents.uncompressedBytes ?? undefined,
    'includes-action-and-meta-data': documents.includesActionAndMetaData,
    'target-index': documents.targetIndex ?? undefined,
    'target-type': documents.targetType ?? undefined,
    'target-data-stream': documents.targetDataStream ?? undefined,
    generator: generator === null ? undefined : object({ name: generator.name, seed: generator.seed }),
    meta: nonEmpty(documents.meta),
  });
}

function procedureJson(procedure: TestProcedure): Json {
  return object({
    name: procedure.name,
    description: procedure.description,
    default: procedure.isDefault,
    'user-info': procedure.userInfo ?? undefined,
    meta: nonEmpty(procedure.meta),
    parameters: nonEmpty(procedure.parameters),
    schedule: procedure.schedule.map((element) =>
      element.kind === 'parallel' ? parallelJson(element) : taskJson(element),
    ),
  });
}

function parallelJson(parallel: Parallel): Json {
  const { clients, completedBy, tasks } = parallel;
  const completing = completedBy?.kind === 'any' ? ANY_TASK : completedBy?.name;
  return object({ parallel: object({ clients, 'completed-by': completing, tasks: tasks.map(taskJson) }) });
}

function taskJson(task: Task): Json {
  const rate = task.targetThroughput;
  return object({
    name: task.name,
    operation: operationJson(task.operation),
    clients: task.clients,
    'warmup-iterations': task.warmupIterations ?? undefined,
    iterations: task.iterations ?? undefined,
    'warmup-time-period': task.warmupTimePeriod ?? undefined,
    'time-period': task.timePeriod ?? undefined,
    'ramp-up-time-period': task.rampUpTimePeriod ?? undefined,
    'ramp-down-time-period': task.rampDownTimePeriod ?? undefined,
    'target-throughput':
      rate === null ? undefined : rate.unit === 'ops' ? number(rate.value) : `${rate.value} ${rate.unit}/s`,
    schedule: task.schedule,
    'ignore-response-error-level': task.ignoreResponseErrorLevel ?? undefined,
    tags: list(task.tags),
    meta: nonEmpty(task.meta),
  });
}

function operationJson(operation: Operation): Json {
  return new Map<string, Json>([['name', operation.name], ['operation-type', operation.type], ...operation.params]);
}

/** `undefined` leaves the property out. */
function object(properties: Readonly<Record<string, Json | undefined>>): JsonObject {
  return new Map(
    Object.entries(properties).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

function list(items: readonly Json[]): readonly Json[] | undefined {
  return items.length === 0 ? undefined : items;
}

function nonEmpty(map: JsonObject): JsonObject | undefined {
  return map.size === 0 ? undefined : map;
}

function number(value: number): Json {
  return Number.isSafeInteger(value) ? value : new Float(value);
}
