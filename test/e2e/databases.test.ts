// Load on databases other than OpenSearch, against servers that behave as their documentation says.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type MilvusState, startMilvus, startVespa } from '../fakes/foreign-databases.ts';
import { type Home, taskOf, temporaryHome } from './benchmark-process.ts';
import { numberedDocuments, workloadJson } from './small-workloads.ts';

const DOCUMENTS = 100;

const operation = (type: string, params: object = {}, task: object = {}): unknown => ({
  name: type,
  operation: { name: type, 'operation-type': type, 'include-in-reporting': true, ...params },
  ...task,
});

const files = (schedule: readonly unknown[], index: object) => ({
  'workload.json': workloadJson({
    indices: [{ name: 'logs', body: 'index.json' }],
    corpora: [
      {
        name: 'logs',
        'target-index': 'logs',
        documents: [{ 'source-file': 'documents.json', 'document-count': DOCUMENTS }],
      },
    ],
    schedule,
  }),
  'index.json': JSON.stringify(index),
  'documents.json': numberedDocuments(DOCUMENTS),
});

const run = (home: Home, name: string, host: string, path: string) =>
  home.run(['run', `--workload-path=${path}`, `--target-hosts=${host}`, `--database-type=${name}`]);

const bulk = operation('bulk', { 'bulk-size': 15 }, { clients: 3 });

/** All numbers but the one that both refuse. */
const numbers = Array.from({ length: DOCUMENTS }, (_, number) => number);

describe('Milvus', () => {
  test('is given collections, entities and searches', async (context) => {
    const home = temporaryHome(context);
    const { host, state, stop } = await startMilvus();
    const schedule = [
      operation('delete-index'),
      operation('create-index'),
      bulk,
      operation('search', { body: { data: [[0.5]], annsField: 'v', limit: 3 } }, { iterations: 4 }),
    ];
    const ended = await run(home, 'milvus', host, home.workload('milvus', files(schedule, { dimension: 1 })));
    await stop();
    assert.equal(ended.code, 0, ended.stderr);
    const collection = state.collections.get('logs');
    assert.deepEqual(collection?.made, { collectionName: 'logs', dimension: 1 });
    // The request in which the unlucky document was is refused whole: the fifth of its client, or an earlier one.
    const { documents, requests, errors } = taskOf(home.testRun(), 'bulk');
    assert.deepEqual([requests, errors, documents?.total, documents?.failed], [9, 1, DOCUMENTS, 15]);
    assert.deepEqual(
      documents?.reasons.map(({ kind, count }) => [kind, count]),
      [['Milvus 1804', 15]],
    );
    const stored = new Set(collection?.entities.map(({ number }) => number));
    assert.deepEqual([stored.size, stored.has(13), stored.has(99)], [DOCUMENTS - 15, false, true]);
    assert.deepEqual(state.searches[0], {
      path: '/v2/vectordb/entities/search',
      collectionName: 'logs',
      data: [[0.5]],
      annsField: 'v',
      limit: 3,
    } satisfies MilvusState['searches'][number]);
    assert.equal(taskOf(home.testRun(), 'search').errors, 0);
  });

  test('refuses what it does not have before the load, and names what answers otherwise', async (context) => {
    const home = temporaryHome(context);
    const milvus = await startMilvus();
    const schedule = [operation('force-merge'), operation('search', { body: { query: { match_all: {} } } })];
    const path = home.workload('milvus', files(schedule, {}));
    const refused = await run(home, 'milvus', milvus.host, path);
    await milvus.stop();
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /force-merge.*Milvus has none/s);
    const vespa = await startVespa();
    const other = await run(home, 'milvus', vespa.host, path);
    await vespa.stop();
    assert.match(
      other.stderr,
      /answers, but not like Milvus: POST \/v2\/vectordb\/collections\/list has HTTP status 404/,
    );
    assert.match(other.stdout, /TARGET_NOT_OPENSEARCH/);
  });
});

describe('Vespa', () => {
  test('is given documents, searches and the order to remove them', async (context) => {
    const home = temporaryHome(context);
    const { host, state, stop } = await startVespa();
    const schedule = [
      operation('create-index'),
      bulk,
      operation('search', { body: { yql: 'select * from logs where true', hits: 3 } }, { iterations: 4 }),
    ];
    const ended = await run(home, 'vespa', host, home.workload('vespa', files(schedule, {})));
    assert.equal(ended.code, 0, ended.stderr);
    const { documents, requests, errors } = taskOf(home.testRun(), 'bulk');
    assert.deepEqual([requests, errors, documents?.total, documents?.failed], [DOCUMENTS, 1, DOCUMENTS, 1]);
    const stored = [...state.documents].map(([id, { number }]) => [Number(id), number]);
    assert.deepEqual(
      stored.sort(([left = 0], [right = 0]) => Number(left) - Number(right)),
      numbers.filter((number) => number !== 13).map((number) => [number + 1, number]),
    );
    assert.deepEqual(state.searches, Array(4).fill({ yql: 'select * from logs where true', hits: 3 }));
    const removing = home.workload('remove', files([operation('delete-index')], {}));
    assert.equal((await run(home, 'vespa', host, removing)).code, 0);
    assert.equal(state.documents.size, 0);
    await stop();
  });

  test('names a document type that its application does not have, and a search that it refuses', async (context) => {
    const home = temporaryHome(context);
    const { host, stop } = await startVespa();
    const schedule = [
      operation('create-index', { index: 'nowhere' }),
      operation('search', { body: { yql: 'select * from nowhere where true' } }, { iterations: 2 }),
    ];
    const ended = await run(home, 'vespa', host, home.workload('vespa', files(schedule, {})));
    await stop();
    assert.match(ended.stdout, /create-index +HTTP 400 +1 +HTTP 400: Document type 'nowhere' does not exist/);
    assert.match(ended.stdout, /search +HTTP 400 +2 /);
  });
});
