// What operations on models of ML Commons have in common: they start a task on the cluster, and wait for its end.
import { type Millis, millis } from '../units.ts';
import { member, parseAnswer } from './json-answer.ts';
import { RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type Ending, type Look, poll, pollTimeout } from './polling.ts';
import { encodeName, type RequestOptions, scriptRequest } from './request-options.ts';

/** Where the interface of ML Commons begins. */
export const ML_PATH = '/_plugins/_ml';

const LOOK_EVERY = millis(1000);
const ENDED_WELL: readonly unknown[] = ['COMPLETED', 'COMPLETED_WITH_ERROR'];
const ENDED_BADLY: readonly unknown[] = ['FAILED', 'CANCELLED', 'EXPIRED'];

/** Reads `timeout`, how long a task may take: 120 s if it is not given. */
export function readTaskLimit(reader: ParamReader): Millis {
  return reader.duration('timeout', millis(120_000), { above: 0 });
}

/** How long an operation may take whose task may take `limit`. */
export const limitWithTask = (limit: Millis): Millis => millis(limit + 2 * pollTimeout);

/** What a request sets off, and how long that may take. */
export interface MlTask {
  readonly options: RequestOptions;
  readonly path: string;
  readonly body: string | null;
  readonly limit: Millis;
  /** What has to come about, for messages: `model "m" to be registered`. */
  readonly what: string;
}

/**
 * Sends the request that begins a task, and waits until the task has ended. The value is what the cluster says of it at
 * the end: `model_id` and so on. Rejects with {@link RequestFailure}.
 */
export async function runTask(session: Session, task: MlTask): Promise<Ending<unknown>> {
  const { options, path, body, limit, what } = task;
  const begun = parseAnswer((await session.request(scriptRequest(options, 'POST', path, { body }))).body);
  const id = member(begun, 'task_id');
  if (typeof id !== 'string' || id === '')
    throw new RequestFailure('protocol', `The answer to the request for ${what} holds no "task_id".`);
  const plain: RequestOptions = { ...options, query: new Map() };
  const request = scriptRequest(plain, 'GET', `${ML_PATH}/tasks/${encodeName(id)}`);
  return poll(session, { request, every: LOOK_EVERY, limit, what, look: (text) => look(what, text) });
}

function look(what: string, body: Buffer): Look<unknown> {
  const answer = parseAnswer(body);
  const state = member(answer, 'state');
  if (ENDED_WELL.includes(state)) return { state: 'done', value: answer };
  if (typeof state !== 'string')
    throw new RequestFailure('protocol', `The answer about the task for ${what} holds no "state".`);
  if (!ENDED_BADLY.includes(state)) return { state: 'going on', seen: `as ${state}` };
  const error = member(answer, 'error');
  const reason = typeof error === 'string' ? error : JSON.stringify(error ?? null);
  return { state: 'failed', reason: `The task for ${what} ended as ${state}: ${reason}` };
}

/** The hits of a search, each with its id and its source. */
export function hitsOf(body: Buffer): readonly { readonly id: string; readonly source: unknown }[] {
  const hits = member(member(parseAnswer(body), 'hits'), 'hits');
  return (Array.isArray(hits) ? (hits as readonly unknown[]) : []).flatMap((hit) => {
    const id = member(hit, '_id');
    return typeof id === 'string' ? [{ id, source: member(hit, '_source') }] : [];
  });
}
