// Vectors over the gRPC interface of a real OpenSearch with k-NN: what was sent is what is there, and is searched.
// Needs: a JDK, minutes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type OpenSearchServer, startOpenSearch } from '../../scripts/opensearch.ts';
import { randomRows, writeHdf5 } from '../vectors/local-vectors.ts';
import { Home, taskOf } from './benchmark-process.ts';
import { workloadJson } from './small-workloads.ts';

const ROWS = 200;
const QUERIES = 20;
const COLUMNS = 8;

const train = randomRows(ROWS * COLUMNS);

const indexBody = {
  settings: { index: { knn: true, number_of_shards: 1, number_of_replicas: 0 } },
  mappings: {
    properties: {
      v: {
        type: 'knn_vector',
        dimension: COLUMNS,
        method: { name: 'hnsw', engine: 'lucene', space_type: 'l2' },
      },
    },
  },
};

/** The k-NN plug-in of this release cannot read documents in CBOR, so these go to an index without it. */
const plainBody = {
  settings: { number_of_shards: 1, number_of_replicas: 0 },
  mappings: { properties: { v: { type: 'float' } } },
};

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('vectors over gRPC', { timeout: 300_000 }, () => {
  const home = new Home();
  let server: OpenSearchServer;
  let stdout = '';

  before(async () => {
    const port = await freePort();
    server = await startOpenSearch({
      plugins: ['opensearch-knn'],
      settings: {
        'aux.transport.types': '[transport-grpc]',
        'aux.transport.transport-grpc.port': port,
        'grpc.host': '127.0.0.1',
      },
    });
    const bulk = (index: string, params: object = {}): unknown => ({
      name: index,
      operation: {
        name: index,
        'operation-type': 'proto-bulk-vector-data-set',
        index,
        field: 'v',
        bulk_size: 30,
        data_set_format: 'hdf5',
        data_set_path: home.path('vectors', 'vectors.hdf5'),
        ...params,
      },
      clients: 2,
    });
    const search = (name: string, params: object): unknown => ({
      name,
      operation: {
        name,
        'operation-type': 'proto-vector-search',
        index: 'json',
        field: 'v',
        data_set_format: 'hdf5',
        data_set_path: home.path('vectors', 'vectors.hdf5'),
        'calculate-recall': false,
        ...params,
      },
      clients: 2,
    });
    const path = home.workload('vectors', {
      'workload.json': workloadJson({
        indices: [
          { name: 'json', body: 'index.json' },
          { name: 'cbor', body: 'plain.json' },
        ],
        schedule: [
          { operation: { name: 'make', 'operation-type': 'create-index' } },
          bulk('json'),
          bulk('cbor', { 'document-format': 'cbor', 'id-field-name': 'number' }),
          { operation: { name: 'refresh', 'operation-type': 'refresh' } },
          search('nearest', { k: 5 }),
          search('repeated', { k: 3, repetitions: 2, 'request-params': { _source: 'true' } }),
          search('elsewhere', { k: 5, field: 'nowhere' }),
        ],
      }),
      'index.json': JSON.stringify(indexBody),
      'plain.json': JSON.stringify(plainBody),
    });
    await writeHdf5(home.path('vectors', 'vectors.hdf5'), {
      train: { data: train, shape: [ROWS, COLUMNS] },
      test: { data: train.subarray(0, QUERIES * COLUMNS), shape: [QUERIES, COLUMNS] },
    });
    const hosts = [`--target-hosts=127.0.0.1:${server.port}`, `--grpc-target-hosts=127.0.0.1:${port}`];
    const ended = await home.run(['run', `--workload-path=${path}`, ...hosts]);
    assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
    ({ stdout } = ended);
  });

  after(async () => {
    home.dispose();
    await server.stop();
  });

  for (const [index, idOf] of [
    ['json', ({ _id }: { _id: string }): number => Number(_id)],
    ['cbor', ({ _source }: { _source: { number: number } }): number => _source.number],
  ] as const) {
    test(`store each vector once, as ${index}`, async () => {
      const response = await fetch(`${server.url}/${index}/_search?size=${ROWS}`);
      const { hits } = (await response.json()) as {
        hits: { hits: readonly { _id: string; _source: { v: readonly number[]; number: number } }[] };
      };
      const stored = new Map(hits.hits.map((hit) => [idOf(hit), Array.from(Float32Array.from(hit._source.v))]));
      const expected = Array.from({ length: ROWS }, (_, row) => [
        row,
        Array.from(train.subarray(row * COLUMNS, (row + 1) * COLUMNS)),
      ]);
      assert.deepEqual(
        [...stored].sort(([left], [right]) => left - right),
        expected,
      );
      const { requests, documents, errors } = taskOf(home.testRun(), index);
      assert.deepEqual([requests, errors, documents?.total, documents?.failed], [8, 0, ROWS, 0]);
    });
  }

  test('are searched for, once or more often', () => {
    for (const [name, requests] of [
      ['nearest', QUERIES],
      ['repeated', 2 * QUERIES],
    ] as const)
      assert.deepEqual(
        [taskOf(home.testRun(), name).requests, taskOf(home.testRun(), name).errors],
        [requests, 0],
        stdout,
      );
    assert.match(stdout, /elsewhere +gRPC \w+ +20 /);
  });
});
