// Operations on models of ML Commons: registering, deploying, deleting.
import { type JsonObject, writeJson } from '../json.ts';
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { member, parseAnswer } from './json-answer.ts';
import { CONNECTOR_ID, MODEL_ID, requireId, setId } from './ml-ids.ts';
import { hitsOf, limitWithTask, ML_PATH, type MlTask, readTaskLimit, runTask } from './ml-tasks.ts';
import { type OperationType, type Outcome, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll } from './polling.ts';
import { encodeName, type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { type OperationRetryPolicy, readRetryPolicy, retrying } from './retry.ts';
import type { RunValueStore } from './run-value-store.ts';
import { type Script, scriptOperation } from './script.ts';

/** The parameter that names a file on the coordinator's machine, and the one that gets what is in it. */
const CONFIG_FILE = 'model-config-file';
const CONFIG = 'model-config';
const UNDEPLOY_EVERY = millis(1000);
const DEPLOYED: readonly unknown[] = ['DEPLOYED', 'PARTIALLY_DEPLOYED'];

interface MlParams {
  readonly options: RequestOptions;
  readonly retries: OperationRetryPolicy;
  readonly limit: Millis;
}

const readCommon = (reader: ParamReader): MlParams => ({
  options: readRequestOptions(reader),
  retries: readRetryPolicy(reader),
  limit: readTaskLimit(reader),
});

interface RegisterParams extends MlParams {
  readonly name: string;
  readonly body: string;
}

function readRegister(reader: ParamReader): RegisterParams {
  const config = reader.object(CONFIG, null);
  // The file is read on the coordinator's machine when the run begins; a check before that need not have it.
  const body = config ?? (reader.string(CONFIG_FILE, null) === null ? modelBody(reader) : new Map());
  const name = body.get('name');
  if (config !== null && typeof name !== 'string')
    reader.problem(CONFIG_FILE, `The file of "${CONFIG_FILE}" has no "name" of a model.`);
  return { ...readCommon(reader), name: typeof name === 'string' ? name : '', body: writeJson(body) };
}

const modelBody = (reader: ParamReader): JsonObject =>
  new Map([
    ['name', reader.requiredString('model-name')],
    ['version', reader.scalar('model-version', null)],
    ['model_format', reader.string('model-format', null)],
  ]);

function registerScript({ name, body, options, retries, limit }: RegisterParams, values: RunValueStore): Script {
  const query = {
    query: {
      bool: { should: [{ term: { 'name.keyword': name } }], must_not: { exists: { field: 'chunk_number' } } },
    },
  };
  return retrying(retries, async (session, outcome) => {
    const [known] = await searchModels(session, options, JSON.stringify(query));
    const path = `${ML_PATH}/models/_register`;
    const what = `model "${name}" to be registered`;
    if (known === undefined) await register(session, outcome, { options, path, body, limit, what }, values);
    else setId(values, MODEL_ID, known);
  });
}

/** Registers a model, and leaves its id behind. */
async function register(session: Session, outcome: Outcome, task: MlTask, values: RunValueStore): Promise<void> {
  const ending = await runTask(session, task);
  if (ending.state === 'failed') {
    outcome.failWhole('model', ending.reason);
    return;
  }
  const id = member(ending.value, 'model_id');
  if (typeof id !== 'string' || id === '')
    throw new RequestFailure('protocol', `The answer about the task for ${task.what} holds no "model_id".`);
  setId(values, MODEL_ID, id);
}

/** The ids of the models that a search finds, each once. A cluster that never had a model has no index for them. */
async function searchModels(session: Session, options: RequestOptions, body: string): Promise<readonly string[]> {
  const { status, body: answer } = await session.request(
    scriptRequest(options, 'POST', `${ML_PATH}/models/_search`, { body, ignoredStatus: [404] }),
  );
  // A large model is stored in pieces, each of which names the model that it is of.
  const ids = hitsOf(answer).map(({ id, source }) => {
    const model = member(source, 'model_id');
    return typeof model === 'string' && model !== '' ? model : id;
  });
  return status === 404 ? [] : [...new Set(ids)];
}

/**
 * `register-ml-model`: registers a model unless one of its name is there, and leaves its id behind for
 * `deploy-ml-model` and for plug-ins, as `model_id.json`.
 */
export const registerMlModel: OperationType = defineOperation({
  name: 'register-ml-model',
  isAdmin: true,
  runsOnServerless: true,
  read: readRegister,
  file: { name: CONFIG_FILE, content: CONFIG },
  limit: ({ limit }) => limitWithTask(limit),
  create: (params, { values }) => scriptOperation(registerScript(params, values)),
});

interface RegisterRemoteParams extends MlParams {
  readonly body: JsonObject;
}

function readRegisterRemote(reader: ParamReader): RegisterRemoteParams {
  reader.require('body');
  return { ...readCommon(reader), body: reader.object('body', new Map()) };
}

function registerRemote({ body, options, retries, limit }: RegisterRemoteParams, values: RunValueStore): Script {
  const path = `${ML_PATH}/models/_register`;
  const what = `model "${nameIn(body)}" to be registered`;
  return retrying(retries, async (session, outcome) => {
    const connector = body.get(CONNECTOR_ID.key) ?? requireId(values, CONNECTOR_ID, outcome);
    if (connector === null) return;
    const whole = writeJson(new Map([...body, [CONNECTOR_ID.key, connector]]));
    await register(session, outcome, { options, path, body: whole, limit, what }, values);
  });
}

function nameIn(body: JsonObject): string {
  const name = body.get('name');
  return typeof name === 'string' ? name : '';
}

/** `register-remote-ml-model`: registers a model behind the connector of its body, or else the one created last. */
export const registerRemoteMlModel: OperationType = defineOperation({
  name: 'register-remote-ml-model',
  isAdmin: true,
  runsOnServerless: true,
  read: readRegisterRemote,
  limit: ({ limit }) => limitWithTask(limit),
  create: (params, { values }) => scriptOperation(registerRemote(params, values)),
});

function deployScript({ options, retries, limit }: MlParams, values: RunValueStore): Script {
  return retrying(retries, async (session, outcome) => {
    const id = requireId(values, MODEL_ID, outcome);
    if (id === null) return;
    const path = `${ML_PATH}/models/${encodeName(id)}/_deploy`;
    const task = { options, path, body: null, limit, what: `model ${id} to be deployed` };
    const ending = await runTask(session, task);
    if (ending.state === 'failed') outcome.failWhole('model', ending.reason);
  });
}

/** `deploy-ml-model`: deploys the model that was registered last. */
export const deployMlModel: OperationType = defineOperation({
  name: 'deploy-ml-model',
  isAdmin: true,
  runsOnServerless: true,
  read: readCommon,
  limit: ({ limit }) => limitWithTask(limit),
  create: (params, { values }) => scriptOperation(deployScript(params, values)),
});

function readDelete(reader: ParamReader): Script {
  const name = reader.requiredString('model-name');
  const size = reader.integer('number-of-hits-to-return', 1000, { min: 1 });
  const limit = reader.duration('undeploy-timeout', millis(10_000), { min: 0 });
  const options = readRequestOptions(reader);
  const search = JSON.stringify({ query: { match_phrase: { name: { query: name } } }, size });
  return retrying(readRetryPolicy(reader), async (session) => {
    const paths = (await searchModels(session, options, search)).map((id) => `${ML_PATH}/models/${encodeName(id)}`);
    for (const path of paths) await session.request(scriptRequest(options, 'POST', `${path}/_undeploy`));
    for (const path of paths) {
      const request = scriptRequest(options, 'GET', path);
      await poll(session, { request, every: UNDEPLOY_EVERY, limit, what: `${path} to be undeployed`, look });
      await session.request(scriptRequest(options, 'DELETE', path));
    }
  });
}

function look(body: Buffer): Look<null> {
  const state = member(parseAnswer(body), 'model_state');
  return DEPLOYED.includes(state) ? { state: 'going on', seen: `as ${String(state)}` } : { state: 'done', value: null };
}

/** `delete-ml-model`: undeploys and deletes all models of a name. */
export const deleteMlModel: OperationType = defineOperation({
  name: 'delete-ml-model',
  isAdmin: true,
  runsOnServerless: true,
  read: readDelete,
  create: scriptOperation,
});
