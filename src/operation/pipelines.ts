// `put-pipeline`, `delete-pipeline` and `create-search-pipeline`.
import { oneRequest } from './one-request.ts';
import type { OperationType } from './operation.ts';

const TIMEOUTS = [
  { parameter: 'master-timeout', name: 'master_timeout' },
  { parameter: 'timeout', name: 'timeout' },
] as const;

/** `put-pipeline`: creates the ingest pipeline `id` from `body`. */
export const putPipeline: OperationType = oneRequest('put-pipeline', {
  method: 'PUT',
  path: '/_ingest/pipeline/{id}',
  queries: TIMEOUTS,
  body: 'mandatory',
  runsOnServerless: true,
});
/** `delete-pipeline`: deletes the ingest pipeline `id`. It is a success if there is none. */
export const deletePipeline: OperationType = oneRequest('delete-pipeline', {
  method: 'DELETE',
  path: '/_ingest/pipeline/{id}',
  queries: TIMEOUTS,
  body: 'none',
  runsOnServerless: true,
  ignoredStatus: [404],
});
/** `create-search-pipeline`: creates the search pipeline `id` from `body`. */
export const createSearchPipeline: OperationType = oneRequest('create-search-pipeline', {
  method: 'PUT',
  path: '/_search/pipeline/{id}',
  queries: TIMEOUTS,
  body: 'mandatory',
  runsOnServerless: true,
});
