// Milvus over its RESTful interface, version 2. A collection stands for an index, an entity for a document.
import { isJsonObject, type Json, type JsonObject, writeJson } from '../../json.ts';
import { decodeBody } from '../body.ts';
import { defineOperation } from '../define.ts';
import { member, parseAnswer } from '../json-answer.ts';
import { type OperationType, RequestFailure, type Session } from '../operation.ts';
import { type RequestOptions, readRequestOptions, scriptRequest } from '../request-options.ts';
import { scriptOperation } from '../script.ts';
import { selectDefinitions } from '../target.ts';
import { constantOperation } from './constant-operation.ts';
import type { Database } from './database.ts';
import { readCollection } from './documents.ts';
import { milvusRefusal } from './milvus-answer.ts';
import { milvusBulk } from './milvus-bulk.ts';

const ROOT = '/v2/vectordb';

/** Sends one request of administration; an answer with another code than that of success is a failure. */
async function ask(session: Session, options: RequestOptions, path: string, body: Json): Promise<Buffer> {
  const reply = await session.request(scriptRequest(options, 'POST', `${ROOT}/${path}`, { body: writeJson(body) }));
  const refusal = milvusRefusal(reply.body);
  if (refusal !== null) throw new RequestFailure('status', refusal.description, reply.status, reply.body, refusal);
  return reply.body;
}

/** A body with the collection that it is for, unless it names one itself. */
const forCollection = (collection: string, body: JsonObject): JsonObject =>
  body.has('collectionName') ? body : new Map<string, Json>([['collectionName', collection], ...body]);

/** `create-index`: makes a collection of each index of the workload; the body is that of the interface. */
const createIndex: OperationType = defineOperation({
  name: 'create-index',
  isAdmin: true,
  runsOnServerless: false,
  read(reader, facts) {
    const indices = selectDefinitions(reader, 'index', facts.indices);
    return { indices, options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create: ({ indices, options }) =>
    scriptOperation(async (session, outcome) => {
      for (const { name, body } of indices)
        await ask(session, options, 'collections/create', forCollection(name, asObject(body)));
      outcome.weight = indices.length;
    }),
});

const asObject = (body: Json | null): JsonObject => (body !== null && isJsonObject(body) ? body : new Map());

/** `delete-index`: drops collections; with `only-if-exists`, which is the default, those that are there. */
const deleteIndex: OperationType = defineOperation({
  name: 'delete-index',
  isAdmin: true,
  runsOnServerless: false,
  read(reader, facts) {
    const names = reader.names('index', null) ?? facts.indices.map(({ name }) => name);
    return { names, onlyIfExists: reader.boolean('only-if-exists', true), options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create: ({ names, onlyIfExists, options }) =>
    scriptOperation(async (session, outcome) => {
      outcome.weight = 0;
      for (const name of names) {
        const collection = new Map<string, Json>([['collectionName', name]]);
        if (onlyIfExists && !(await exists(session, options, collection))) continue;
        await ask(session, options, 'collections/drop', collection);
        outcome.weight++;
      }
    }),
});

async function exists(session: Session, options: RequestOptions, collection: JsonObject): Promise<boolean> {
  const answer = parseAnswer(await ask(session, options, 'collections/has', collection));
  return member(member(answer, 'data'), 'has') === true;
}

/** `search`: the body is that of `entities/search`, or of `entities/query` if it has no `data`. */
const search: OperationType = defineOperation({
  name: 'search',
  isAdmin: false,
  runsOnServerless: false,
  read(reader, facts) {
    const body = reader.object('body', null);
    if (body === null)
      reader.problem('body', '"body" is missing: an object, as the RESTful interface of Milvus has it.');
    const collection = body?.has('collectionName') === true ? '' : readCollection(reader, facts);
    if (body?.has('query') === true)
      reader.problem(
        'body.query',
        'The body is a query of OpenSearch; Milvus wants "data" and "annsField", or "filter".',
      );
    return { body: forCollection(collection, body ?? new Map()), options: readRequestOptions(reader) };
  },
  unit: () => 'ops',
  create({ body, options }, context) {
    // A search for vectors has `data`; without, entities are looked up by their scalar fields.
    const path = `${ROOT}/entities/${body.has('data') ? 'search' : 'query'}`;
    const bytes = Buffer.from(writeJson(body));
    const { headers } = options;
    const request = context.requests.prepare({ method: 'POST', path, body: bytes, headers, isRepeatable: true });
    return constantOperation(request, (answer, outcome) => {
      const refusal = milvusRefusal(decodeBody(answer));
      if (refusal !== null) outcome.fail(refusal.kind, refusal.description);
    });
  },
});

/** Milvus 2.4 and later. */
export const milvus: Database = {
  name: 'milvus',
  title: 'Milvus',
  operations: [milvusBulk, search, createIndex, deleteIndex],
  probe: {
    method: 'POST',
    path: `${ROOT}/collections/list`,
    body: {},
    accepts: (body) => typeof body === 'object' && body !== null && 'code' in body,
  },
};
