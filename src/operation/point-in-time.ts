// Points in time: the parts of one composite create, use and delete them; two operations list and delete those of the
// whole cluster.
import { isJsonObject, parseJson } from '../json.ts';
import { defineOperation } from './define.ts';
import { describeFailure } from './http-error.ts';
import { type OperationType, RequestFailure, type ScriptReply } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type CompositePart, type PartIds, refuseOutsideComposite } from './part-ids.ts';
import { type RequestOptions, readRequestOptions, scriptRequest } from './request-options.ts';
import { jsonPath, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { readIndex } from './target.ts';

const PIT_ID = jsonPath('pit_id');
/** The parameter that names the part which created the point in time. */
export const PIT_REFERENCE = 'with-point-in-time-from';

/** The part `create-point-in-time`. Later parts refer to what it creates by `name`. */
export function readCreatePart(reader: ParamReader, name: string): CompositePart {
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

/**
 * The part `delete-point-in-time`: deletes the point in time that it refers to, or all of the cluster if it refers to
 * none.
 */
export function readDeletePart(reader: ParamReader): CompositePart {
  const options = readRequestOptions(reader);
  const reference = reader.string(PIT_REFERENCE, null);
  if (reference === null) return () => deleteAllPointsInTime(options);
  return (pointsInTime) => async (session) => {
    const id = requirePointInTime(pointsInTime, reference);
    await session.request(
      scriptRequest(options, 'DELETE', '/_search/point_in_time', { body: JSON.stringify({ pit_id: [id] }) }),
    );
    pointsInTime.delete(reference);
  };
}

/**
 * The id of a point in time by the name of its part. Throws {@link RequestFailure} if there is none, because its
 * creation may have failed.
 */
export function requirePointInTime(pointsInTime: PartIds, reference: string): string {
  const id = pointsInTime.get(reference);
  if (id === undefined)
    throw new RequestFailure('protocol', `There is no point in time "${reference}" yet, or it was deleted.`);
  return id;
}

/** The part `list-all-point-in-time`: lists the points in time of the cluster. */
export function readListPart(reader: ParamReader): CompositePart {
  const request = scriptRequest(readRequestOptions(reader), 'GET', '/_search/point_in_time/_all');
  return () => async (session) => {
    expectListOrNothing(await session.request({ ...request, ignoredStatus: [404] }));
  };
}

/**
 * Accepts the 404 with an ordinary list by which a cluster says that it has no point in time. Other 404s are failures.
 */
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
    // An answer that is not JSON is not that list.
    return false;
  }
}

function deleteAllPointsInTime(options: RequestOptions): Script {
  const request = scriptRequest(options, 'DELETE', '/_search/point_in_time/_all');
  return async (session) => {
    expectListOrNothing(await session.request({ ...request, ignoredStatus: [404] }));
  };
}

/** `create-point-in-time`: works only as a part of a `composite`, where its id can be used. */
export const createPointInTime: OperationType = defineOperation({
  name: 'create-point-in-time',
  isAdmin: false,
  runsOnServerless: false,
  read(reader) {
    refuseOutsideComposite(reader, 'create-point-in-time');
    return readCreatePart(reader, '');
  },
  create: (part) => scriptOperation(part(new Map())),
});

/** `delete-point-in-time`: outside a `composite` it deletes all points in time of the cluster. */
export const deletePointInTime: OperationType = defineOperation({
  name: 'delete-point-in-time',
  isAdmin: false,
  runsOnServerless: false,
  read(reader) {
    if (reader.has(PIT_REFERENCE)) refuseOutsideComposite(reader, 'delete-point-in-time');
    return readDeletePart(reader);
  },
  create: (part) => scriptOperation(part(new Map())),
});

/** `list-all-point-in-time`: one request that lists the points in time of the cluster. */
export const listAllPointInTime: OperationType = defineOperation({
  name: 'list-all-point-in-time',
  isAdmin: false,
  runsOnServerless: false,
  read: readListPart,
  create: (part) => scriptOperation(part(new Map())),
});
