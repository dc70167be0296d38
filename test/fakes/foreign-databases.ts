// Milvus and Vespa as far as the load speaks with them, after the documentation of their HTTP interfaces: they keep what
// they are given, and refuse what the real ones refuse.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeDatabase<T> {
  readonly host: string;
  readonly state: T;
  stop(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

async function start<T>(
  state: T,
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<FakeDatabase<T>> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => answer(request, body, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const sendJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

/** What a Milvus holds: its collections by name, each with what it was made with and its entities. */
export interface MilvusState {
  readonly collections: Map<string, { readonly made: Fields; readonly entities: Fields[] }>;
  readonly searches: Fields[];
}

/** Every answer has status 200; `code` tells a failure, as 100 does for a collection that is not there. */
export function startMilvus(): Promise<FakeDatabase<MilvusState>> {
  const state: MilvusState = { collections: new Map(), searches: [] };
  return start(state, (request, text, response) => {
    const body: Fields & { readonly collectionName?: string; readonly data?: readonly Fields[] } = JSON.parse(text);
    const name = body.collectionName ?? '';
    const collection = state.collections.get(name);
    const say = (data: unknown): void => sendJson(response, 200, { code: 0, data });
    const fail = (code: number, message: string): void => sendJson(response, 200, { code, message });
    switch (request.url?.replace('/v2/vectordb/', '')) {
      case 'collections/list':
        return say([...state.collections.keys()]);
      case 'collections/has':
        return say({ has: collection !== undefined });
      case 'collections/create':
        state.collections.set(name, { made: body, entities: [] });
        return say({});
      case 'collections/drop':
        state.collections.delete(name);
        return say({});
      case 'entities/insert': {
        if (collection === undefined) return fail(100, `can't find collection[database=default][collection=${name}]`);
        const entities = body.data ?? [];
        if (entities.some((entity) => entity.number === 13)) return fail(1804, 'field number is unlucky');
        collection.entities.push(...entities);
        return say({ insertCount: entities.length, insertIds: entities.map((_entity, index) => index) });
      }
      case 'entities/search':
      case 'entities/query':
        if (collection === undefined) return fail(100, `can't find collection[database=default][collection=${name}]`);
        state.searches.push({ path: request.url, ...body });
        return say(collection.entities.slice(0, 3));
      default:
        return sendJson(response, 404, { code: 404, message: '404 page not found' });
    }
  });
}

/** What a Vespa holds: the documents of its one type by path, and the searches that it was asked. */
export interface VespaState {
  readonly documents: Map<string, Fields>;
  readonly searches: Fields[];
}

const PAGE = 40;

/** A Vespa whose application has the document type `logs`. */
export function startVespa(): Promise<FakeDatabase<VespaState>> {
  const state: VespaState = { documents: new Map(), searches: [] };
  return start(state, (request, text, response) => {
    const url = new URL(request.url ?? '/', 'http://vespa');
    const [, type, id] = /^\/document\/v1\/[^/]+\/([^/]+)\/docid(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (url.pathname === '/state/v1/health') return sendJson(response, 200, { status: { code: 'up' } });
    if (url.pathname === '/search/') {
      const body: Fields = JSON.parse(text);
      state.searches.push(body);
      const isBroken = String(body.yql).includes('nowhere');
      const errors = [{ code: 4, summary: 'Invalid query parameter', message: 'There is no schema nowhere.' }];
      return sendJson(response, isBroken ? 400 : 200, { root: isBroken ? { errors } : { fields: { totalCount: 1 } } });
    }
    if (type === undefined) return sendJson(response, 404, { message: 'Nothing at that path' });
    if (type !== 'logs')
      return sendJson(response, 400, { pathId: url.pathname, message: `Document type '${type}' does not exist` });
    if (request.method === 'DELETE') {
      for (const path of [...state.documents.keys()].slice(0, PAGE)) state.documents.delete(path);
      const more = state.documents.size > 0 ? { continuation: 'more' } : {};
      return sendJson(response, 200, { pathId: url.pathname, documentCount: PAGE, ...more });
    }
    if (request.method === 'GET') return sendJson(response, 200, { pathId: url.pathname, documents: [] });
    const { fields }: { readonly fields: Fields } = JSON.parse(text);
    if (fields.number === 13) return sendJson(response, 400, { pathId: url.pathname, message: 'No field unlucky' });
    state.documents.set(id ?? '', fields);
    return sendJson(response, 200, { pathId: url.pathname, id: `id:logs:logs::${id}` });
  });
}
