// Transforms: jobs of the cluster that make an index of summaries out of another index.
//
// Workloads describe them for the interface of Elasticsearch; they are run by that of OpenSearch. There a transform
// that is not continuous ends by itself when it has seen all documents, so waiting for it needs no request to stop.
import { type Millis, millis } from '../units.ts';
import { defineOperation } from './define.ts';
import { entries, member, parseAnswer } from './json-answer.ts';
import { oneRequest } from './one-request.ts';
import { type OperationType, type Outcome, RequestFailure, type ScriptRequest } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Look, poll, pollTimeout } from './polling.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';
import { transformBody } from './transform-body.ts';

const PATH = '/_plugins/_transform';

function readCreate(reader: ParamReader): Script {
  const id = reader.requiredString('transform-id');
  reader.require('body');
  const options = readRequestOptions(reader);
  const { text, problems } = transformBody(reader.object('body', new Map()));
  const request = scriptRequest(options, 'PUT', `${PATH}/${encodeName(id)}`, { body: text });
  return retrying(readRetryPolicy(reader), async (session, outcome) => {
    // What cannot be translated is no mistake in the workload: the rest of it can be run.
    if (problems === null) await session.request(request);
    else outcome.failWhole('unsupported', `Transform "${id}" cannot be made: ${problems.join('; ')}.`);
  });
}

/** `create-transform`: the body is that of an Elasticsearch transform, or of an OpenSearch one. */
export const createTransform: OperationType = defineOperation({
  name: 'create-transform',
  isAdmin: true,
  runsOnServerless: false,
  read: readCreate,
  create: scriptOperation,
});

/** `start-transform`: the cluster begins it when its schedule comes round, within a minute. */
export const startTransform: OperationType = oneRequest('start-transform', {
  method: 'POST',
  path: `${PATH}/{transform-id}/_start`,
  body: 'none',
  runsOnServerless: false,
});

/** `delete-transform`: it is a success if there is none. */
export const deleteTransform: OperationType = oneRequest('delete-transform', {
  method: 'DELETE',
  path: `${PATH}/{transform-id}`,
  body: 'none',
  queries: [{ parameter: 'force', name: 'force', fallback: 'false' }],
  ignoredStatus: [404],
  runsOnServerless: false,
});

/** What a transform has done so far. */
interface Progress {
  readonly documents: number;
  /** Time for searching and indexing. */
  readonly busy: Millis;
  /** Whether it goes on for ever and has to be stopped. */
  readonly isContinuous: boolean;
}

interface WaitParams {
  readonly script: Script;
  readonly limit: Millis;
}

function readWait(reader: ParamReader): WaitParams {
  const id = reader.requiredString('transform-id');
  const options = readRequestOptions(reader);
  const every = reader.duration('poll-interval', millis(500), { above: 0 });
  const limit = reader.duration('transform-timeout', millis(3_600_000), { above: 0 });
  const waits = reader.boolean('wait-for-completion', true);
  const toCheckpoint = reader.boolean('wait-for-checkpoint', true);
  const isForced = reader.boolean('force', false);
  const request = scriptRequest(options, 'GET', `${PATH}/${encodeName(id)}/_explain`);
  const stop = scriptRequest(options, 'POST', `${PATH}/${encodeName(id)}/_stop`);
  const stopsAtOnce = isForced || !toCheckpoint;
  const polling = {
    request,
    every,
    limit,
    what: `transform "${id}" to end`,
    look: (body: Buffer): Look<Progress> => look(id, body, waits, stopsAtOnce),
  };
  return { limit, script: retrying(readRetryPolicy(reader), waitScript(stopsAtOnce, stop, polling)) };
}

function waitScript(stopsAtOnce: boolean, stop: ScriptRequest, polling: Parameters<typeof poll<Progress>>[1]): Script {
  return async (session, outcome) => {
    if (stopsAtOnce) await session.request(stop);
    const ending = await poll(session, polling);
    if (ending.state === 'failed') {
      outcome.failWhole('transform', ending.reason);
      return;
    }
    if (ending.value.isContinuous && !stopsAtOnce) await session.request(stop);
    tell(ending.value, outcome);
  };
}

function look(id: string, body: Buffer, waits: boolean, isStopped: boolean): Look<Progress> {
  const explained = member(parseAnswer(body), id);
  if (explained === undefined || explained === null)
    return { state: 'failed', reason: `There is no transform "${id}".` };
  const metadata = member(explained, 'transform_metadata');
  const status = member(metadata, 'status');
  const behind = member(member(metadata, 'continuous_stats'), 'documents_behind');
  const isContinuous = typeof behind === 'object' && behind !== null;
  const progress = { ...progressOf(metadata), isContinuous };
  if (status === 'failed') {
    const reason = member(metadata, 'failure_reason');
    return {
      state: 'failed',
      reason: `Transform "${id}" failed: ${typeof reason === 'string' ? reason : 'no reason given'}`,
    };
  }
  const hasCaughtUp = isContinuous && !isStopped && entries(behind).every(([, count]) => count === 0);
  if (status === 'finished' || status === 'stopped' || hasCaughtUp || !waits) return { state: 'done', value: progress };
  if (status !== undefined && typeof status !== 'string')
    throw new RequestFailure('protocol', `The answer about transform "${id}" holds no "status".`);
  // Until its schedule comes round the first time nothing is known of it.
  return { state: 'going on', seen: `${status ?? 'not begun'}, with ${progress.documents} documents processed` };
}

function progressOf(metadata: unknown): Omit<Progress, 'isContinuous'> {
  const stats = member(metadata, 'stats');
  const number = (name: string): number => {
    const value = member(stats, name);
    return typeof value === 'number' ? value : 0;
  };
  const busy = millis(number('search_time_in_millis') + number('index_time_in_millis'));
  return { documents: number('documents_processed'), busy };
}

function tell({ documents, busy }: Progress, outcome: Outcome): void {
  outcome.weight = documents;
  outcome.unit = 'docs';
  outcome.throughput = busy > 0 ? (1000 * documents) / busy : null;
}

/**
 * `wait-for-transform`: one sample is the wait until the transform has seen all documents; a continuous one is then
 * stopped. Its weight is the documents, and its throughput these over the time that the cluster searched and indexed.
 */
export const waitForTransform: OperationType = defineOperation({
  name: 'wait-for-transform',
  isAdmin: true,
  runsOnServerless: false,
  read: readWait,
  unit: () => 'docs',
  limit: ({ limit }) => millis(limit + pollTimeout),
  create: ({ script }) => scriptOperation(script),
});
