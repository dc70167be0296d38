// `put-pipeline`, `delete-pipeline`, `create-search-pipeline` and `put-settings`: one request each.
import { defineOperation } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';

interface RequestShape {
  readonly method: string;
  /** `{id}` is replaced by the parameter `id`. */
  readonly path: string;
  readonly hasBody: boolean;
  readonly runsOnServerless: boolean;
  readonly ignoredStatus?: readonly number[];
}

function oneRequest(name: string, shape: RequestShape): OperationType {
  const { runsOnServerless } = shape;
  return defineOperation({
    name,
    isAdmin: true,
    runsOnServerless,
    read: (reader) => readOneRequest(reader, shape),
    create: scriptOperation,
  });
}

function readOneRequest(reader: ParamReader, shape: RequestShape): Script {
  const id = shape.path.includes('{id}') ? reader.requiredString('id') : '';
  if (shape.hasBody) reader.require('body');
  const query = new Map<string, string>();
  for (const [parameter, key] of [
    ['master-timeout', 'master_timeout'],
    ['timeout', 'timeout'],
  ] as const) {
    const value = reader.string(parameter, null);
    if (value !== null) query.set(key, value);
  }
  const request = scriptRequest(
    readRequestOptions(reader),
    shape.method,
    shape.path.replace('{id}', () => encodeName(id)),
    {
      query,
      body: shape.hasBody ? reader.body('body') : null,
      ...(shape.ignoredStatus === undefined ? {} : { ignoredStatus: shape.ignoredStatus }),
    },
  );
  return retrying(readRetryPolicy(reader), async (session) => {
    await session.request(request);
  });
}

/** `put-pipeline`: creates the ingest pipeline `id` from `body`. */
export const putPipeline = oneRequest('put-pipeline', {
  method: 'PUT',
  path: '/_ingest/pipeline/{id}',
  hasBody: true,
  runsOnServerless: true,
});
/** `delete-pipeline`: deletes the ingest pipeline `id`. It is a success if there is none. */
export const deletePipeline = oneRequest('delete-pipeline', {
  method: 'DELETE',
  path: '/_ingest/pipeline/{id}',
  hasBody: false,
  runsOnServerless: true,
  ignoredStatus: [404],
});
/** `create-search-pipeline`: creates the search pipeline `id` from `body`. */
export const createSearchPipeline = oneRequest('create-search-pipeline', {
  method: 'PUT',
  path: '/_search/pipeline/{id}',
  hasBody: true,
  runsOnServerless: true,
});
/** `put-settings`: changes settings of the cluster to those in `body`. */
export const putSettings = oneRequest('put-settings', {
  method: 'PUT',
  path: '/_cluster/settings',
  hasBody: true,
  runsOnServerless: false,
});
