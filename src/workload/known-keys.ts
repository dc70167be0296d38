// The keys that the objects of a workload understand. Others are allowed, because workloads use them for comments,
// unless they look like a misspelt key.
import { slipOf } from './closest-match.ts';
import type { ObjectView } from './object-view.ts';

const LIMIT_KEYS = [
  'warmup-iterations',
  'iterations',
  'warmup-time-period',
  'time-period',
  'ramp-up-time-period',
  'ramp-down-time-period',
] as const;

/** Keys that a workload understands. */
export const WORKLOAD_KEYS: readonly string[] = [
  'version',
  'description',
  'meta',
  'indices',
  'data-streams',
  'templates',
  'composable-templates',
  'component-templates',
  'corpora',
  'operations',
  'parameters',
  'dependencies',
  'test_procedures',
  'test_procedure',
  'schedule',
];

/** Keys that an index understands. */
export const INDEX_KEYS: readonly string[] = ['name', 'body', 'types'];

/** Keys that a template understands, of whichever kind. */
export const TEMPLATE_KEYS: readonly string[] = [
  'name',
  'template',
  'index-pattern',
  'delete-matching-indices',
  'template-path',
];

/** What a corpus may say for all of its documents. */
const DOCUMENT_DEFAULT_KEYS = [
  'base-url',
  'source-format',
  'includes-action-and-meta-data',
  'target-index',
  'target-data-stream',
  'target-type',
] as const;

/** Keys that a corpus understands. */
export const CORPUS_KEYS: readonly string[] = [
  'name',
  'meta',
  'documents',
  'streaming-ingestion',
  ...DOCUMENT_DEFAULT_KEYS,
];

/** Keys that a document set understands. */
export const DOCUMENT_KEYS: readonly string[] = [
  'source-file',
  'source-url',
  'source-file-parts',
  'document-count',
  'compressed-bytes',
  'uncompressed-bytes',
  'meta',
  'generator',
  ...DOCUMENT_DEFAULT_KEYS,
];

/** Keys that a test procedure understands. */
export const PROCEDURE_KEYS: readonly string[] = [
  'name',
  'description',
  'default',
  'user-info',
  'meta',
  'parameters',
  'schedule',
];

/** Keys that a task understands. */
export const TASK_KEYS: readonly string[] = [
  'name',
  'operation',
  'clients',
  'clients_list',
  ...LIMIT_KEYS,
  'target-throughput',
  'target-interval',
  'schedule',
  'ignore-response-error-level',
  'serverless',
  'tags',
  'meta',
];

/** Keys that the object of a parallel element understands. */
export const PARALLEL_KEYS: readonly string[] = ['tasks', 'clients', 'completed-by', ...LIMIT_KEYS];

/**
 * The keys of an object that have no effect. One that is almost a known key is reported as a problem instead, because
 * the value that the author meant to give would be missing.
 */
export function findIdleKeys(view: ObjectView, known: readonly string[]): readonly string[] {
  const others = [...view.json.keys()].filter((key) => !known.includes(key) && !/^\W|comment/i.test(key));
  return others.filter((key) => {
    const meant = slipOf(key, known);
    if (meant !== null) view.complain(key, 'is no key that has an effect here', `Did you mean "${meant}"?`);
    return meant === null;
  });
}
