// Points in time: created, used and deleted by the parts of one composite, listed and deleted as a whole by themselves.
import { isJsonObject, parseJson } from '../json.ts';
import { defineOperation } from './define.ts';
import { describeFailure } from './http-error.ts';
import { type OperationType, RequestFailure, type ScriptReply } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { jsonPath, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

/** Ids of the points in time of one execution of a composite, by the name of the part that created them. */
export type PointsInTime = Map<string, string>;

/** A part of a composite: a script that may share points in time with its neighbours. */
export type Part = (pointsInTime: PointsInTime) => Script;

const PIT_ID = jsonPath('pit_id');
/** Names the part that created the point in time. */
export const PIT_REFERENCE = 'with-point-in-time-from';

/** The part `create-point-in-time`; its id is known to later parts under `name`. */
export function readCreatePart(reader: ParamReader, name: string): Part {
  const options = readRequestOptions(reader);
  reader.requiredNames('index');
  const index = readIndex(reader, '');
  const query = new Map([['keep_alive', reader.string('keep-alive', '1m')]]);
  const request = scriptRequest(options, 'POST', `/${index}/_search/point_in_time`, { query });
  return (pointsInTime) => async (session) => {
    const reply = await session.request(request);
    const id = scanString(reply.body, PIT_ID);
    if (id === undefined) throw new RequestFailure('protocol', `The answer to "${name}" holds no "pit_id".`);
    pointsInTime.set(name, id);
  };
}

/** The part `delete-point-in-time`: the referenced one, or all of the cluster. */
export function readDeletePart(reader: ParamReader): Part {
  const options = readRequestOptions(reader);
  const reference = reader.string(PIT_REFERENCE, null);
  if (reference === null) return () => deleteAll(options);
  return (pointsInTime) => async (session) => {
    const id = requirePointInTime(pointsInTime, reference);
    await session.request(scriptRequest(options, 'DELETE', '/_search/point_in_time', { body: JSON.stringify({ pit_id: [id] }) }));
    pointsInTime.delete(reference);
  };
}

/** The id that a part of this name has stored. Throws {@link RequestFailure}, as the request that would create it may have failed. */
export function requirePointInTime(pointsInTime: PointsInTime, reference: string): string {
  const id = pointsInTime.get(reference);
  if (id === undefined) throw new RequestFailure('protocol', `There is no point in time "${reference}" yet, or it was deleted.`);
  return id;
}

export function readListPart(reader: ParamReader): Part {
  const request = scriptRequest(readRequestOptions(reader), 'GET', '/_search/point_in_time/_all');
  return () => async (session) => {
    expectListOrNothing(await session.request({ ...request, ignoredStatus: [404] }));
  };
}

/** A cluster without any point in time answers 404 with an ordinary list; other 404s are failures. */
function expectListOrNothing(reply: ScriptReply): void {
  if (reply.status < 300) return;
  if (!isEmptyList(reply.body)) {
    const { description } = describeFailure(new RequestFailure('status', '', reply.status, reply.body));
    throw new RequestFailure('status', description, reply.status, reply.body);
  }
}

function isEmptyList(body: Buffer): boolean {
  try {
    const answer = parseJson(body.toString());
    return isJsonObject(answer) && !answer.has('error');
  } catch {
    // Not JSON, so not the answer that is meant.
    return false;
  }
}

function deleteAll(options: RequestOptions): Script {
  const request = scriptRequest(options, 'DELETE', '/_search/point_in_time/_all');
  return async (session) => {
    expectListOrNothing(await session.request({ ...request, ignoredStatus: [404] }));
  };
}

const refuseOutsideComposite = (reader: ParamReader, type: string): void =>
  reader.problem('operation-type', `"${type}" works only inside a "composite" operation.`, 'Put it into the "requests" of a composite.');

export const createPointInTime: OperationType = defineOperation({
  name: 'create-point-in-time',
  read(reader) {
    refuseOutsideComposite(reader, 'create-point-in-time');
    return readCreatePart(reader, '');
  },
  create: (part) => scriptOperation(part(new Map())),
});

export const deletePointInTime: OperationType = defineOperation({
  name: 'delete-point-in-time',
  read(reader) {
    if (reader.has(PIT_REFERENCE)) refuseOutsideComposite(reader, 'delete-point-in-time');
    return readDeletePart(reader);
  },
  create: (part) => scriptOperation(part(new Map())),
});

export const listAllPointInTime: OperationType = defineOperation({
  name: 'list-all-point-in-time',
  read: readListPart,
  create: (part) => scriptOperation(part(new Map())),
});
