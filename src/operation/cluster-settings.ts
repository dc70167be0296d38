// `put-settings`, and `update-concurrent-segment-search-settings`, which is a short form of it.
import { type Json, writeJson } from '../json.ts';
import { oneRequest } from './one-request.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';

function concurrentSearchBody(reader: ParamReader): string {
  const settings = new Map<string, Json>([
    ['search.concurrent_segment_search.enabled', reader.scalar('enable', 'false')],
  ]);
  const slices = reader.integer('max_slice_count', null, { min: 0 });
  if (slices !== null) settings.set('search.concurrent.max_slice_count', slices);
  return writeJson(new Map([['persistent', settings]]));
}

/** `put-settings`: changes settings of the cluster to those in `body`. */
export const putSettings: OperationType = oneRequest('put-settings', {
  method: 'PUT',
  path: '/_cluster/settings',
  body: 'mandatory',
  queries: [
    { parameter: 'master-timeout', name: 'master_timeout' },
    { parameter: 'timeout', name: 'timeout' },
  ],
  runsOnServerless: false,
});

/** `update-concurrent-segment-search-settings`: searches shards by several threads (`enable`), and by how many. */
export const updateConcurrentSegmentSearchSettings: OperationType = oneRequest(
  'update-concurrent-segment-search-settings',
  { method: 'PUT', path: '/_cluster/settings', body: concurrentSearchBody, runsOnServerless: false },
);
