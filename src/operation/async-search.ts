// Searches that go on in the background: the parts of one composite submit, ask for and delete them.
//
// The parameters are those of the Elasticsearch interface for this; they go to OpenSearch's own one.
import { defineOperation } from './define.ts';
import { member, parseAnswer } from './json-answer.ts';
import { type OperationType, type Outcome, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type CompositePart, type PartIds, refuseOutsideComposite } from './part-ids.ts';
import { encodeName, type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

const PATH = '/_plugins/_asynchronous_search';
const GOES_ON: readonly unknown[] = ['INIT', 'RUNNING'];
/** Stands for the id of a search that had ended before its submission was answered, and of which nothing is kept. */
const ENDED = '';

/** The part `submit-async-search`. Later parts refer to the search by `name`. */
export function readSubmitPart(reader: ParamReader, name: string): CompositePart {
  reader.require('body');
  const index = readIndex(reader, '');
  const path = `${index === '' ? '' : `/${index}`}${PATH}`;
  const request = scriptRequest(readRequestOptions(reader), 'POST', path, { body: reader.body('body') });
  return (ids) => async (session, outcome) => {
    const answer = parseAnswer((await session.request(request)).body);
    const state = member(answer, 'state');
    if (typeof state !== 'string')
      throw new RequestFailure('protocol', `The answer to the submission of "${name}" holds no "state".`);
    if (state === 'FAILED') outcome.failWhole('asynchronous search', failureOf(name, answer));
    const id = member(answer, 'id');
    ids.set(name, typeof id === 'string' ? id : ENDED);
  };
}

/** The part `get-async-search`: asks for searches until all of them have ended. */
export function readGetPart(reader: ParamReader): CompositePart {
  const names = reader.requiredNames('retrieve-results-for');
  const options = readRequestOptions(reader);
  const policy = readRetryPolicy(reader, true);
  return (ids) => retrying(policy, (session, outcome) => getAll(names, ids, options, session, outcome));
}

async function getAll(
  names: readonly string[],
  ids: PartIds,
  options: RequestOptions,
  session: Session,
  outcome: Outcome,
): Promise<void> {
  const details = new Map<string, string | number | boolean>();
  let ended = 0;
  let running = 0;
  for (const name of names) {
    const id = requireSearch(ids, name);
    if (id === ENDED) continue;
    const reply = await session.request(scriptRequest(options, 'GET', `${PATH}/${encodeName(id)}`));
    const answer = parseAnswer(reply.body);
    const state = member(answer, 'state');
    if (state === 'FAILED') throw new RequestFailure('protocol', failureOf(name, answer));
    if (typeof state !== 'string')
      throw new RequestFailure('protocol', `The answer about the search "${name}" holds no "state".`);
    if (GOES_ON.includes(state)) running++;
    else {
      ended++;
      noteResult(details, name, member(answer, 'response'));
    }
  }
  outcome.weight = ended;
  outcome.details = details;
  if (running > 0) outcome.fail('asynchronous search', `${running} of ${names.length} searches are still running.`);
}

/** What assertions can look at: `stats.<name>.hits` and so on. */
function noteResult(details: Map<string, string | number | boolean>, name: string, response: unknown): void {
  const total = member(member(response, 'hits'), 'total');
  const facts: readonly (readonly [string, unknown])[] = [
    ['hits', member(total, 'value')],
    ['hits_relation', member(total, 'relation')],
    ['timed_out', member(response, 'timed_out')],
    ['took', member(response, 'took')],
  ];
  for (const [fact, value] of facts) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      details.set(`stats.${name}.${fact}`, value);
  }
}

function failureOf(name: string, answer: unknown): string {
  const error = member(answer, 'error');
  const words = [member(error, 'type'), member(error, 'reason')].filter((word) => typeof word === 'string');
  return `The search "${name}" failed: ${words.length === 0 ? 'no reason given' : words.join(': ')}`;
}

/** The part `delete-async-search`: deletes what the cluster keeps of searches; one that goes on is ended. */
export function readDeletePart(reader: ParamReader): CompositePart {
  const names = reader.requiredNames('delete-results-for');
  const options = readRequestOptions(reader);
  return (ids) => async (session) => {
    for (const name of names) {
      const id = requireSearch(ids, name);
      if (id !== ENDED) await session.request(scriptRequest(options, 'DELETE', `${PATH}/${encodeName(id)}`));
      ids.delete(name);
    }
  };
}

function requireSearch(ids: PartIds, name: string): string {
  const id = ids.get(name);
  if (id !== undefined) return id;
  throw new RequestFailure('protocol', `There is no asynchronous search "${name}" yet, or it was deleted.`);
}

const onlyInComposite = (name: string, read: (reader: ParamReader) => CompositePart): OperationType =>
  defineOperation({
    name,
    isAdmin: false,
    runsOnServerless: false,
    read(reader) {
      refuseOutsideComposite(reader, name);
      return read(reader);
    },
    create: (part) => scriptOperation(part(new Map())),
  });

/** `submit-async-search`: works only as a part of a `composite`, where its id can be used. */
export const submitAsyncSearch = onlyInComposite('submit-async-search', (reader) => readSubmitPart(reader, ''));
/** `get-async-search`: works only as a part of a `composite`. */
export const getAsyncSearch = onlyInComposite('get-async-search', readGetPart);
/** `delete-async-search`: works only as a part of a `composite`. */
export const deleteAsyncSearch = onlyInComposite('delete-async-search', readDeletePart);
