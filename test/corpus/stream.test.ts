// Documents that are streamed from a store which speaks like S3.
// Needs: time.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { prepareCorpora } from '../../src/corpus/prepare.ts';
import { chunksOf } from '../../src/corpus/stream/stream-chunks.ts';
import { isStreamed, StreamReader, type StreamReaderOptions } from '../../src/corpus/stream/stream-reader.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { loadWorkload } from '../../src/workload/load.ts';
import { type ObjectStore, startObjectStore, storeVariables } from '../fakes/object-store.ts';
import { requestFor } from '../workload/small-workload.ts';
import { documentSetOf, prepareOptions, temporaryDirectory } from './workspace.ts';

const HEAD_ROOM = 16;
const ACTION = '{"index": {"_index": "test"}}\n';

const documentsFrom = (first: number, count: number, width = 30): readonly string[] =>
  Array.from({ length: count }, (_, index) => `{"id":${first + index},"text":"${'x'.repeat((index * 7) % width)}"}`);

async function streamOf(context: TestContext, store: ObjectStore, sourceFile: string) {
  const set = documentSetOf({ documentFile: sourceFile, baseUrl: 's3://bucket', documentCount: 0, isStreamed: true });
  const options = prepareOptions(await temporaryDirectory(context), { environment: storeVariables(store.url) });
  const [corpus] = await prepareCorpora([{ name: 'c', meta: new Map(), documentSets: [set] }], options);
  return corpus?.documentSets.filter(isStreamed) ?? [];
}

type Sets = Awaited<ReturnType<typeof streamOf>>;

/** The documents that one client sends, and the sizes of its bulks. */
async function sentBy(sets: Sets, options: Partial<StreamReaderOptions>) {
  const reader = new StreamReader(sets, {
    clientIndex: 0,
    clientCount: 1,
    bulkSize: 7,
    headRoom: HEAD_ROOM,
    looped: false,
    chunkBytes: 500,
    poll: 1,
    ...options,
  });
  const [documents, bulks, progress]: [string[], number[], (number | null)[]] = [[], [], []];
  try {
    for (;;) {
      await reader.ready();
      if (!reader.next()) break;
      bulks.push(reader.documents);
      progress.push(reader.progress());
      const lines = reader.buffer.toString('utf8', HEAD_ROOM, HEAD_ROOM + reader.length).split('\n');
      assert.equal(lines.pop(), '');
      for (let line = 0; line < lines.length; line += 2) {
        assert.equal(`${lines[line]}\n`, ACTION);
        documents.push(lines[line + 1] ?? '');
      }
      assert.equal(reader.documents, lines.length / 2);
    }
  } finally {
    await reader.close();
  }
  return { documents, bulks, progress };
}

async function sentByAll(sets: Sets, clientCount: number, options: Partial<StreamReaderOptions> = {}) {
  const all = Array.from({ length: clientCount }, (_, clientIndex) =>
    sentBy(sets, { clientIndex, clientCount, ...options }),
  );
  return (await Promise.all(all)).map(({ documents }) => documents);
}

describe('a stream of documents', () => {
  it('sends every document once, whole, whatever the number of clients and the length of lines', async (context) => {
    const store = await startObjectStore(context);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 25 }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 9 }),
        async (lengths, hasLastEnd, clients, chunkBytes, bulkSize) => {
          store.objects.clear();
          const all = lengths.map((widths, object) =>
            widths.map((width, line) => `{"o":${object},"l":${line},"t":"${'é'.repeat(width)}"}`),
          );
          for (const [index, lines] of all.entries())
            store.objects.set(`bucket/logs-${index}`, Buffer.from(lines.join('\n') + (hasLastEnd ? '\n' : '')));
          const sets = await streamOf(context, store, 'logs-*');
          const sent = await sentByAll(sets, clients, { chunkBytes, bulkSize });
          assert.deepEqual(sent.flat().sort(), all.flat().sort());
          // The documents of a client keep the order of the object.
          for (const own of sent) {
            const places = own.map((text) => /"o":(\d+),"l":(\d+)/.exec(text)?.slice(1).map(Number) ?? []);
            const sorted = [...places].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
            assert.deepEqual(places, sorted);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tells how far it has come, and makes bulks of whole documents', async (context) => {
    const store = await startObjectStore(context);
    const documents = documentsFrom(0, 100);
    store.objects.set('bucket/dir/documents.json', Buffer.from(`${documents.join('\n')}\n`));
    const sets = await streamOf(context, store, 'dir/documents.json');
    const sent = await sentBy(sets, { chunkBytes: 1 << 20 });
    assert.deepEqual(sent.documents, documents);
    assert.deepEqual(sent.bulks, [...Array.from({ length: 14 }, () => 7), 2]);
    assert.equal(sent.progress.at(-1), 1);
    assert.ok(sent.progress.every((value, index) => value !== null && value > (sent.progress[index - 1] ?? 0)));
  });

  it('goes on with objects that come later, until an empty one does', async (context) => {
    const store = await startObjectStore(context);
    const [first, second, third] = [documentsFrom(0, 20), documentsFrom(20, 20), documentsFrom(40, 20)];
    store.objects.set('bucket/logs-2', Buffer.from(`${first.join('\n')}\n`));
    const sets = await streamOf(context, store, 'logs-**');
    let lists = 0;
    store.interfere = ({ url = '' }) => {
      if (!url.includes('list-type')) return false;
      lists++;
      // One whose key comes before that of the first one, then another one, then the end.
      if (lists === 3) store.objects.set('bucket/logs-1', Buffer.from(`${second.join('\n')}\n`));
      if (lists === 8) store.objects.set('bucket/logs-3', Buffer.from(`${third.join('\n')}\n`));
      if (lists === 16) store.objects.set('bucket/logs-9-end', Buffer.alloc(0));
      return false;
    };
    const sent = await sentByAll(sets, 3, { chunkBytes: 100 });
    assert.deepEqual(sent.flat().sort(), [...first, ...second, ...third].sort());
    assert.equal((await sentBy(sets, {})).progress[0], null);
  });

  it('starts again if it is looped', async (context) => {
    const store = await startObjectStore(context);
    const documents = documentsFrom(0, 10);
    store.objects.set('bucket/d', Buffer.from(documents.join('\n')));
    const reader = new StreamReader(await streamOf(context, store, 'd'), {
      clientIndex: 0,
      clientCount: 1,
      bulkSize: 10,
      headRoom: 0,
      looped: true,
    });
    for (let round = 0; round < 3; round++) {
      await reader.ready();
      assert.equal(reader.next(), true);
      assert.equal(reader.documents, 10);
    }
    await reader.close();
  });

  it('asks again when the store cannot answer, and names what it cannot get', async (context) => {
    const store = await startObjectStore(context);
    const documents = documentsFrom(0, 60);
    store.objects.set('bucket/d', Buffer.from(documents.join('\n')));
    const sets = await streamOf(context, store, 'd');
    let failures = 0;
    store.interfere = (_, response) => {
      failures++;
      if (failures === 1) response.writeHead(503).end();
      else if (failures === 2) response.destroy();
      else if (failures === 3) response.writeHead(429).end();
      else return false;
      return true;
    };
    assert.deepEqual((await sentBy(sets, {})).documents, documents);
    store.interfere = () => false;
    store.objects.set('bucket/d', Buffer.from('{"changed":true}\n'));
    await assert.rejects(sentBy(sets, {}), {
      code: 'CORPUS',
      message: /^Cannot stream s3:\/\/bucket\/d: it was changed while/,
    });
    store.objects.clear();
    await assert.rejects(sentBy(sets, {}), {
      code: 'CORPUS',
      message: 'Cannot stream s3://bucket/d: the server answered with status 404.',
    });
    await assert.rejects(streamOf(context, store, 'nothing-*'), {
      code: 'CORPUS',
      message: 'There are no documents at s3://bucket/nothing-*.',
    });
  });

  it('ends at once when it is closed while it waits', async (context) => {
    const store = await startObjectStore(context);
    const sets = await streamOf(context, store, 'logs-**');
    const options = { clientIndex: 0, clientCount: 1, bulkSize: 1, headRoom: 0, looped: false };
    const reader = new StreamReader(sets, options);
    const waiting = reader.ready()?.catch(() => undefined);
    await reader.close();
    await waiting;
    assert.equal(reader.next(), false);
  });
});

describe('a streamed corpus', () => {
  it('is of plain documents without action lines', async (context) => {
    const directory = await temporaryDirectory(context);
    const documents = { 'source-file': 'd.json.bz2', 'includes-action-and-meta-data': true };
    const text = JSON.stringify({
      indices: [{ name: 'i' }],
      corpora: [{ name: 'c', 'base-url': 's3://b', 'streaming-ingestion': 'aws', documents: [documents] }],
      schedule: [{ operation: 'refresh' }],
    });
    await writeFile(join(directory, 'workload.json'), text);
    const loading = loadWorkload(requestFor(directory));
    await assert.rejects(loading, (error: unknown) => {
      assert.ok(error instanceof BenchmarkError);
      assert.deepEqual(
        error.problems.map(({ path, message }) => `${path} ${message}`),
        [
          'corpora[0].documents[0].source-file must not be an archive, as the corpus is streamed',
          'corpora[0].documents[0].includes-action-and-meta-data must be false, as the corpus is streamed',
        ],
      );
      return true;
    });
  });
});

describe('chunks of an object', () => {
  it('cover it once, by all clients together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 999 }),
        fc.string(),
        (size, clients, chunkBytes, url) => {
          const all = Array.from({ length: clients }, (_, index) => [
            ...chunksOf({ url, size }, index, clients, chunkBytes),
          ]).flat();
          let end = 0;
          for (const { from, to } of all.sort((a, b) => a.from - b.from)) {
            assert.equal(from, end);
            end = to;
          }
          assert.equal(end, size);
        },
      ),
    );
  });
});
