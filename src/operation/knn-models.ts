// `train-knn-model` and `delete-knn-model`: models of the k-NN plug-in.
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { member, parseAnswer } from './json-answer.ts';
import { type OperationType, RequestFailure } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll, pollTimeout } from './polling.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';

interface TrainParams {
  readonly script: Script;
  /** How long the training may take, in ms. */
  readonly limit: Millis;
}

/** The path of the model. Workloads that train none give an empty name, which only the target need refuse. */
function readModelPath(reader: ParamReader): { readonly id: string; readonly path: string } {
  if (!reader.params.has('model_id')) reader.require('model_id');
  const id = reader.scalar('model_id', '');
  return { id, path: `/_plugins/_knn/models/${encodeName(id)}` };
}

function readTrain(reader: ParamReader): TrainParams {
  const { id, path } = readModelPath(reader);
  reader.require('body');
  const every = reader.duration('poll_period', millis(500), { above: 0 });
  const limit = millis(every * reader.integer('retries', 1000, { min: 0 }));
  const options = readRequestOptions(reader);
  const training = scriptRequest(options, 'POST', `${path}/_train`, { body: reader.body('body') });
  const request = scriptRequest({ ...options, query: new Map() }, 'GET', path);
  const polling = { request, every, limit, what: `model "${id}" to be trained`, look: look.bind(null, id) };
  return {
    limit,
    script: async (session, outcome) => {
      await session.request(training);
      const ending = await poll(session, polling);
      if (ending.state === 'failed') outcome.failWhole('training', ending.reason);
    },
  };
}

function look(id: string, body: Buffer): Look<null> {
  const answer = parseAnswer(body);
  const state = member(answer, 'state');
  if (state === 'created') return { state: 'done', value: null };
  if (state === 'training') return { state: 'going on', seen: 'in training' };
  if (state === undefined) throw new RequestFailure('protocol', `The answer about model "${id}" holds no "state".`);
  const error = member(answer, 'error');
  const reason = typeof error === 'string' && error !== '' ? `: ${error}` : '';
  return { state: 'failed', reason: `Model "${id}" is in state "${String(state)}"${reason}.` };
}

/**
 * `train-knn-model`: one sample is the whole training. It is asked about every `poll_period` seconds, `retries` times
 * at most.
 */
export const trainKnnModel: OperationType = defineOperation({
  name: 'train-knn-model',
  isAdmin: false,
  runsOnServerless: true,
  read: readTrain,
  unit: () => 'ops',
  limit: ({ limit }) => millis(limit + pollTimeout),
  create: ({ script }) => scriptOperation(script),
});

function readDelete(reader: ParamReader): Script {
  const { id, path } = readModelPath(reader);
  const mayBeMissing = reader.boolean('ignore-if-model-does-not-exist', false);
  const request = scriptRequest(readRequestOptions(reader), 'DELETE', path, { ignoredStatus: [404] });
  return retrying(readRetryPolicy(reader), async (session, outcome) => {
    const { status, body } = await session.request(request);
    if (status === 404) {
      if (!mayBeMissing) outcome.fail('HTTP 404', `There is no model "${id}" that could be deleted.`);
    } else if (member(parseAnswer(body), 'result') !== 'deleted')
      outcome.fail('model', `The target does not say that model "${id}" was deleted.`);
  });
}

/** `delete-knn-model`: a model that is not there is a failure unless `ignore-if-model-does-not-exist` is true. */
export const deleteKnnModel: OperationType = defineOperation({
  name: 'delete-knn-model',
  isAdmin: false,
  runsOnServerless: true,
  read: readDelete,
  unit: () => 'ops',
  create: scriptOperation,
});
