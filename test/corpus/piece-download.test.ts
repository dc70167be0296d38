// Downloads over several connections, from servers that take part in it and from those that do not.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { download } from '../../src/corpus/download.ts';
import { PieceMap } from '../../src/corpus/piece-map.ts';
import { startObjectStore, storeVariables } from '../fakes/object-store.ts';
import { serveFile, startFileServer } from './file-server.ts';
import { prepareOptions, temporaryDirectory } from './workspace.ts';

const PIECE = 50_000;
const content = Buffer.from(Array.from({ length: 1_020_000 }, (_, index) => (index * 31 + (index >> 8)) % 251));
const later = Buffer.from(content).reverse();

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** The beginning of the file over a slow line: the rest of it follows when others have asked for parts. */
function serveFront(response: ServerResponse, until: Promise<void>): void {
  response.writeHead(200, { 'content-length': content.length, 'accept-ranges': 'bytes', etag: '"1"' });
  response.write(content.subarray(0, PIECE / 2));
  void until.then(() => response.end(content.subarray(PIECE / 2)));
}

async function downloaded(context: TestContext, handle: Handler) {
  const server = await startFileServer(context, handle);
  const directory = await temporaryDirectory(context);
  const path = join(directory, 'documents.json.bz2');
  const options = { ...prepareOptions(directory), pieceBytes: PIECE };
  await download({ url: `${server.url}/d`, path, expectedBytes: content.length }, options);
  assert.deepEqual(await readdir(directory), ['documents.json.bz2']);
  return { server, bytes: await readFile(path), events: options.events };
}

describe('a large download', () => {
  it('comes over several connections, each byte but few once', async (context) => {
    let [sent, parts] = [0, 0];
    let release = (): void => undefined;
    const others = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { server, bytes, events } = await downloaded(context, (request, response) => {
      if (request.headers.range === undefined) return serveFront(response, others);
      sent += PIECE;
      if (++parts === 12) release();
      serveFile(request, response, content, '"1"');
    });
    assert.ok(bytes.equals(content));
    const ranges = server.requests.slice(1);
    assert.ok(ranges.length >= 12 && ranges.every(({ ifRange }) => ifRange === '"1"'));
    assert.equal(new Set(ranges.map(({ range }) => range)).size, ranges.length, 'no part is asked for twice');
    assert.equal(sent <= content.length, true);
    const last = events.findLast((event) => event.kind === 'preparation');
    assert.deepEqual(last?.kind === 'preparation' && [last.done, last.total], [content.length, content.length]);
  });

  const refusals: readonly (readonly [what: string, answer: Handler])[] = [
    ['ignores ranges', (_, response) => serveFile({ headers: {} } as IncomingMessage, response, content, '"1"')],
    ['wants no more connections', (_, response) => response.writeHead(429).end()],
    ['is overloaded', (_, response) => response.writeHead(503, { 'retry-after': '1' }).end()],
    ['breaks further connections off', (_, response) => response.destroy()],
    ['has another version by now', (request, response) => serveFile(request, response, later, '"2"')],
    [
      'sends another part than it was asked for',
      (_, response) => {
        const range = `bytes 0-${PIECE - 1}/${content.length}`;
        response.writeHead(206, { 'content-range': range, etag: '"1"' }).end(content.subarray(0, PIECE));
      },
    ],
    [
      'sends less than it says',
      (request, response) => {
        const [, from = '0', to = '0'] = /(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
        const range = `bytes ${from}-${to}/${content.length}`;
        response.writeHead(206, { 'content-range': range, etag: '"1"' }).end(later.subarray(0, 1000));
      },
    ],
    [
      'sends more than it says',
      (request, response) => {
        const [, from = '0', to = '0'] = /(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
        const range = `bytes ${from}-${to}/${content.length}`;
        const part = Buffer.concat([content.subarray(Number(from), Number(to) + 1), Buffer.alloc(10_000)]);
        response.writeHead(206, { 'content-range': range, etag: '"1"' }).end(part);
      },
    ],
  ];
  for (const [what, answer] of refusals) {
    it(`comes from its front if the server ${what}`, async (context) => {
      let release = (): void => undefined;
      const others = new Promise<void>((resolve) => {
        release = resolve;
      });
      let refused = 0;
      const { bytes } = await downloaded(context, (request, response, count) => {
        if (request.headers.range === undefined) return serveFront(response, others);
        if (++refused === 3) release();
        return answer(request, response, count);
      });
      assert.ok(bytes.equals(content));
      assert.ok(refused >= 3);
    });
  }

  it('starts again if the file changes while the front comes', async (context) => {
    let count = 0;
    const { bytes } = await downloaded(context, (request, response) => {
      if (++count > 4) return serveFile(request, response, later, '"2"');
      if (request.headers.range !== undefined) return serveFile(request, response, content, '"1"');
      response.writeHead(200, { 'content-length': content.length, 'accept-ranges': 'bytes', etag: '"1"' });
      return response.write(content.subarray(0, PIECE * 2), () => setTimeout(() => response.destroy(), 50));
    });
    assert.ok(bytes.equals(later));
  });

  it('goes on from what an earlier process left, wherever that lies in the file', async (context) => {
    const asked: string[] = [];
    const abort = new AbortController();
    const server = await startFileServer(context, (request, response) => {
      asked.push(request.headers.range ?? 'all');
      // The front stands still, so that all but the first pieces come from the end, until this one.
      if (asked.length === 14) abort.abort();
      if (request.headers.range !== undefined) return serveFile(request, response, content, '"1"');
      response.writeHead(200, { 'content-length': content.length, 'accept-ranges': 'bytes', etag: '"1"' });
      return response.write(content.subarray(0, PIECE + 10));
    });
    const directory = await temporaryDirectory(context);
    const file = { url: `${server.url}/d`, path: join(directory, 'documents.json'), expectedBytes: content.length };
    const options = { ...prepareOptions(directory), pieceBytes: PIECE };
    const first = download(file, { ...options, signal: abort.signal });
    await assert.rejects(first, { code: 'CANCELLED' });
    const before = asked.splice(0);
    await download(file, options);
    assert.ok((await readFile(file.path)).equals(content));
    assert.equal(asked[0], `bytes=${PIECE + 10}-`);
    const again = asked.filter((range) => before.includes(range));
    // What was on its way when the first one was cancelled is asked for again.
    assert.ok(again.length <= 4, String(again));
    assert.deepEqual(await readdir(directory), ['documents.json']);
  });
});

describe('pieces', () => {
  it('are each received once, whoever takes them, fails and gives them back', () => {
    const steps = fc.array(fc.record({ fromEnd: fc.boolean(), fails: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(1000),
        steps,
        (size, length, front, taken) => {
          const map = new PieceMap(size, length, { pieces: [], front: Math.min(front, size) });
          const received: number[] = [...map.done()];
          const all = [...taken, ...Array.from({ length: map.count }, () => ({ fromEnd: false, fails: false }))];
          for (const { fromEnd, fails } of all) {
            const piece = fromEnd ? map.takeLast() : map.takeFirst();
            if (piece === null) continue;
            if (fails) map.giveBack(piece);
            else {
              map.finish(piece);
              received.push(piece);
            }
          }
          assert.deepEqual(
            received.sort((a, b) => a - b),
            Array.from({ length: map.count }, (_, piece) => piece),
          );
          assert.equal(map.frontWith(0), size);
          const covered = received.reduce((sum, piece) => sum + map.rangeOf(piece).to - map.rangeOf(piece).from, 0);
          assert.equal(covered, size);
        },
      ),
    );
  });
});

describe('objects', () => {
  it('of S3 are asked for with a signature, over several connections', async (context) => {
    const store = await startObjectStore(context);
    store.objects.set('bucket/a b/documents+1.json', content);
    const directory = await temporaryDirectory(context);
    const path = join(directory, 'documents.json');
    const options = { ...prepareOptions(directory, { environment: storeVariables(store.url) }), pieceBytes: PIECE };
    await download({ url: 's3://bucket/a b/documents+1.json', path, expectedBytes: content.length }, options);
    assert.ok((await readFile(path)).equals(content));
    assert.equal(store.requests[0]?.target, '/bucket/a%20b/documents%2B1.json');
  });

  it('of S3 are looked for in the region that the store names', async (context) => {
    const store = await startObjectStore(context);
    store.objects.set('bucket/d', content);
    const directory = await temporaryDirectory(context);
    const server = await startFileServer(context, (request, response) => {
      // The store accepts signatures for its own region only.
      if (!/eu-west-1/.test(request.headers.authorization ?? ''))
        return response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end();
      return serveFile(request, response, content, null);
    });
    const environment = { ...storeVariables(server.url), AWS_REGION: 'us-east-1' };
    const path = join(directory, 'd');
    await download({ url: 's3://bucket/d', path, expectedBytes: null }, prepareOptions(directory, { environment }));
    assert.ok((await readFile(path)).equals(content));
    assert.equal(server.requests.length, 2);
  });

  it('that may not be read are named without what they were asked with', async (context) => {
    const store = await startObjectStore(context);
    const directory = await temporaryDirectory(context);
    const environment = { ...storeVariables(store.url), AWS_SECRET_ACCESS_KEY: 'wrong' };
    const file = { url: 's3://bucket/d', path: join(directory, 'd'), expectedBytes: null };
    await assert.rejects(download(file, prepareOptions(directory, { environment })), {
      code: 'CORPUS',
      message: 'Cannot download s3://bucket/d: the server answered with status 403.',
    });
    await assert.rejects(download({ ...file, url: 's3:///d' }, prepareOptions(directory, { environment })), {
      code: 'CORPUS',
      message: 's3:///d names no bucket.',
    });
  });

  it('of Google are asked for with the token of the environment', async (context) => {
    const server = await startFileServer(context, (request, response) => {
      if (request.headers.authorization !== 'Bearer token-1') response.writeHead(401).end();
      else serveFile(request, response, content, '"1"');
    });
    const directory = await temporaryDirectory(context);
    const path = join(directory, 'd');
    const host = { STORAGE_EMULATOR_HOST: server.url };
    const withToken = prepareOptions(directory, { environment: { ...host, GOOGLE_AUTH_TOKEN: 'token-1' } });
    await download({ url: 'gs://bucket/c/d', path, expectedBytes: null }, withToken);
    assert.ok((await readFile(path)).equals(content));
    assert.equal(server.requests[0]?.path, '/bucket/c/d');
    await assert.rejects(
      download(
        { url: 'gs://bucket/e', path: `${path}2`, expectedBytes: null },
        prepareOptions(directory, { environment: host }),
      ),
      { code: 'CORPUS', message: 'Cannot download gs://bucket/e: the server answered with status 401.' },
    );
  });
});
