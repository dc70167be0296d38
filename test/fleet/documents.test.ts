// How documents come to nodes: generated there, or from the coordinator, which is asked only for what has no other
// source.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BenchmarkError } from '../../src/errors.ts';
import type { LocateDocuments } from '../../src/fleet/run/plan-server.ts';
import type { Corpus, DocumentSet, Task } from '../../src/workload/model.ts';
import { task, workloadOf } from '../support/small-model.ts';
import { randomRows, writeBigAnn } from '../vectors/local-vectors.ts';
import { NatsServer } from './nats-server.ts';
import { DistributedRun, startNode, type TestNode } from './nodes.ts';

let server: NatsServer;
let nodes: readonly TestNode[];
let directory: string;
/** Lines of bodies of bulk requests. */
const received = new Map<string, number>();
let target: Server;
let targetHosts = '';

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'osb-documents-'));
  server = await NatsServer.start();
  nodes = await Promise.all(['127.0.0.1', '127.0.0.2'].map((address) => startNode(server, address)));
  target = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const raw = Buffer.concat(parts);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const lines = body.toString('utf8').trimEnd().split('\n');
      for (const line of lines) if (!line.startsWith('{"index"')) received.set(line, (received.get(line) ?? 0) + 1);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"took":1,"errors":false,"items":[]}');
    });
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const address = target.address();
  targetHosts = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

after(async () => {
  for (const node of nodes) await node.close();
  target.closeAllConnections();
  target.close();
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function corpusOf(name: string, settings: Partial<DocumentSet>): Corpus {
  const documentSet: DocumentSet = {
    sourceFormat: 'bulk',
    documentFile: `${name}.json`,
    archiveFile: null,
    baseUrl: null,
    sourceUrl: null,
    parts: [],
    documentCount: 0,
    includesActionAndMetaData: false,
    compressedBytes: null,
    uncompressedBytes: null,
    targetIndex: 'idx',
    targetType: null,
    targetDataStream: null,
    meta: new Map(),
    generator: null,
    isStreamed: false,
    ...settings,
  };
  return { name, meta: new Map(), documentSets: [documentSet] };
}

const bulk = (corpus: Corpus, locate?: LocateDocuments) =>
  send(
    task('bulk', 'bulk', { 'bulk-size': 100, indices: ['idx'], corpora: corpus.name }, { clients: 4 }),
    corpus,
    locate,
  );

async function send(sending: Task, corpus: Corpus, locate?: LocateDocuments) {
  received.clear();
  const schedule = [sending];
  const workload = { ...workloadOf(schedule), corpora: [corpus] };
  const plan = { corpora: [corpus], workload };
  const run = await DistributedRun.create({
    server,
    nodes: nodes.map((node) => node.registered),
    targetHosts,
    schedule,
    plan,
    ...(locate === undefined ? {} : { locate }),
  });
  try {
    return { error: await run.drive(), run };
  } finally {
    await run.close();
  }
}

test('documents that only the coordinator has are fetched from it, each node once, whatever their size', async () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => JSON.stringify({ number: index, text: 'x'.repeat(40) }));
  const path = join(directory, 'own.json.gz');
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, gzipSync(text, { level: 0 }));
  const bytes = readFileSync(path).length;
  assert.ok(bytes > 3 * 512 * 1024);
  let asked = 0;
  const corpus = corpusOf('own', { archiveFile: 'own.json.gz', documentCount: lines.length });
  const { error, run } = await bulk(corpus, async () => {
    asked++;
    return { path, bytes, documents: sha256(text) };
  });
  assert.equal(error, null);
  assert.equal(asked, 1);
  assert.deepEqual([received.size, Math.max(...received.values())], [lines.length, 1]);
  for (const line of lines) assert.equal(received.get(line), 1);
  for (const node of nodes)
    assert.deepEqual(readFileSync(join(node.rootDirectory, 'data', 'own', 'own.json.gz')), readFileSync(path));
  assert.ok(run.tales.some((tale) => tale.includes('Fetching own.json.gz from the coordinator')));
  const again = await bulk(corpus, async () => ({ path, bytes, documents: sha256(text) }));
  assert.equal(again.error, null);
  assert.deepEqual(
    again.run.tales.filter((tale) => tale.includes('Fetching')),
    [],
  );
  assert.equal(received.size, lines.length);
});

const sendVectors = (params: object, corpus: Corpus, locate?: LocateDocuments) => {
  const given = { field: 'v', index: 'idx', bulk_size: 7, data_set_format: 'bigann', ...params };
  return send(task('vectors', 'bulk-vector-data-set', given, { clients: 3 }), corpus, locate);
};

const generated = corpusOf('made', { documentCount: 1000, generator: { name: 'eventdata', seed: 7 } });

test('a data set of vectors comes from the coordinator like other documents, and clients share it', async () => {
  const path = join(directory, 'vectors.fbin');
  const count = 100;
  const { length: bytes } = readFileSync(writeBigAnn(path, count, 2, randomRows(count * 2)).path);
  const documents = createHash('sha256').update(readFileSync(path)).digest('hex');
  const corpus = corpusOf('vectors', { sourceFormat: 'big-ann', documentFile: 'vectors.fbin', documentCount: count });
  const { error } = await sendVectors({ data_set_corpus: 'vectors' }, corpus, async () => ({ path, bytes, documents }));
  assert.equal(error, null);
  assert.deepEqual([received.size, Math.max(...received.values())], [count, 1]);
});

test('a data set that is not on a node ends the run before any load, with the name of the node', async () => {
  const path = join(directory, 'nowhere.fbin');
  const { error } = await sendVectors({ data_set_path: path }, generated);
  assert.ok(error instanceof BenchmarkError);
  assert.match(error.message, /^Node 127\.0\.0\.[12]: Cannot open the data set .*nowhere\.fbin\.$/);
  assert.equal(received.size, 0);
});

test('generated documents are made on each node', async () => {
  const { error } = await bulk(generated);
  assert.equal(error, null);
  assert.equal(
    [...received.values()].reduce((sum, count) => sum + count, 0),
    1000,
  );
});

test('documents that nobody has end the run with the words of the coordinator and the name of the node', async () => {
  const { error } = await bulk(corpusOf('none', { documentCount: 10 }));
  assert.ok(error instanceof BenchmarkError);
  assert.match(error.message, /^Node 127\.0\.0\.[12]: The coordinator says: There are no documents\.$/);
});

/** A version of a file on the coordinator: lines that say which one it is. */
function version(name: string, lines: readonly string[], isPacked: boolean): LocateDocuments {
  const text = `${lines.join('\n')}\n`;
  const content = isPacked ? gzipSync(text) : Buffer.from(text);
  const path = join(directory, isPacked ? `${name}.json.gz` : `${name}.json`);
  writeFileSync(path, content);
  return async () => ({ path, bytes: content.length, documents: sha256(text) });
}

const linesOf = (mark: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `{"number":${index},"mark":"${mark}"}`);

for (const isPacked of [false, true]) {
  test(`documents that have changed on the coordinator are sent as they are now, ${isPacked ? 'packed' : 'plain'}`, async () => {
    const name = isPacked ? 'packed' : 'plain';
    const archiveFile = isPacked ? `${name}.json.gz` : null;
    // Of the same size and the same number of lines, larger, smaller, and back again.
    for (const [mark, count] of [
      ['a', 1000],
      ['b', 1000],
      ['longer', 1000],
      ['c', 500],
      ['a', 1000],
    ] as const) {
      const lines = linesOf(mark, count);
      const corpus = corpusOf(name, { archiveFile, documentCount: count });
      const { error } = await bulk(corpus, version(name, lines, isPacked));
      assert.equal(error, null);
      assert.deepEqual([...received.keys()].sort(), [...lines].sort(), mark);
    }
  });
}

test('a copy that somebody has edited on a node is kept under another name, and that is said', async () => {
  const lines = linesOf('mine', 200);
  const corpus = corpusOf('edited', { documentCount: 200 });
  assert.equal((await bulk(corpus, version('edited', lines, false))).error, null);
  const [node] = nodes;
  const path = join(node?.rootDirectory ?? '', 'data', 'edited', 'edited.json');
  const edited = readFileSync(path, 'utf8').replaceAll('mine', 'his!');
  writeFileSync(path, edited);
  const { error, run } = await bulk(corpus, version('edited', lines, false));
  assert.equal(error, null);
  assert.deepEqual([...received.keys()].sort(), [...lines].sort());
  assert.equal(readFileSync(`${path}.own`, 'utf8'), edited);
  assert.ok(run.tales.some((tale) => tale.includes(`somebody else has put it there: it is kept as ${path}.own`)));
});

test('documents that arrive as something else than the coordinator has end the run', async () => {
  const offer = version('wrong', linesOf('a', 10), false);
  const { error } = await bulk(corpusOf('wrong', { documentCount: 10 }), async (corpus, set) => ({
    ...(await offer(corpus, set)),
    documents: sha256('others'),
  }));
  assert.ok(error instanceof BenchmarkError);
  assert.match(error.message, /wrong\.json is not what the coordinator has, though it was fetched from there/);
});

test('documents that do not fit on the disk of a node are refused with path, size and a hint', async () => {
  const offer = version('huge', linesOf('a', 10), false);
  const { error } = await bulk(corpusOf('huge', { documentCount: 10 }), async (corpus, set) => ({
    ...(await offer(corpus, set)),
    bytes: 2 ** 52,
  }));
  assert.ok(error instanceof BenchmarkError);
  assert.equal(error.code, 'DISK');
  assert.match(
    error.message,
    /^Node 127\.0\.0\.[12]: Not enough space for \/.*huge\.json.*: 4503599627370496 bytes are needed, \d+ are free\./,
  );
  assert.match(error.hint ?? '', /local\.dataset\.cache/);
});
