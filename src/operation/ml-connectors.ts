// `create-ml-connector` and `delete-ml-connector`: how a cluster reaches models elsewhere.
import { defineOperation } from './define.ts';
import { member, parseAnswer } from './json-answer.ts';
import { CONNECTOR_ID, setId } from './ml-ids.ts';
import { hitsOf, ML_PATH } from './ml-tasks.ts';
import { type OperationType, RequestFailure, type ScriptRequest } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { type OperationRetryPolicy, readRetryPolicy, retrying } from './retry.ts';
import type { RunValueStore } from './run-value-store.ts';
import { type Script, scriptOperation } from './script.ts';

interface CreateParams {
  readonly request: ScriptRequest;
  readonly retries: OperationRetryPolicy;
}

function readCreate(reader: ParamReader): CreateParams {
  reader.require('body');
  const body = reader.body('body');
  return {
    request: scriptRequest(readRequestOptions(reader), 'POST', `${ML_PATH}/connectors/_create`, { body }),
    retries: readRetryPolicy(reader),
  };
}

function createScript({ request, retries }: CreateParams, values: RunValueStore): Script {
  return retrying(retries, async (session) => {
    const id = member(parseAnswer((await session.request(request)).body), CONNECTOR_ID.key);
    if (typeof id !== 'string' || id === '')
      throw new RequestFailure('protocol', 'The answer to the creation of a connector holds no "connector_id".');
    setId(values, CONNECTOR_ID, id);
  });
}

/** `create-ml-connector`: creates the connector that `body` describes, and leaves its id behind. */
export const createMlConnector: OperationType = defineOperation({
  name: 'create-ml-connector',
  isAdmin: true,
  runsOnServerless: true,
  read: readCreate,
  create: (params, { values }) => scriptOperation(createScript(params, values)),
});

function readDelete(reader: ParamReader): Script {
  const name = reader.requiredString('connector_name');
  const options = readRequestOptions(reader);
  const search = scriptRequest(options, 'POST', `${ML_PATH}/connectors/_search`, {
    body: JSON.stringify({ query: { term: { 'name.keyword': name } } }),
    ignoredStatus: [404],
  });
  return retrying(readRetryPolicy(reader), async (session) => {
    // A cluster that never had a connector has no index for them.
    const found = await session.request(search);
    for (const { id } of found.status === 404 ? [] : hitsOf(found.body))
      await session.request(scriptRequest(options, 'DELETE', `${ML_PATH}/connectors/${encodeName(id)}`));
  });
}

/** `delete-ml-connector`: deletes the connectors of a name. */
export const deleteMlConnector: OperationType = defineOperation({
  name: 'delete-ml-connector',
  isAdmin: true,
  runsOnServerless: true,
  read: readDelete,
  create: scriptOperation,
});
