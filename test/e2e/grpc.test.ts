// Documents and searches over the gRPC interface of a real OpenSearch: what was sent is what is there and is found.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type OpenSearchServer, startOpenSearch } from '../../scripts/opensearch.ts';
import { Home, taskOf } from './benchmark-process.ts';
import { workloadJson } from './small-workloads.ts';

const DOCUMENTS = 1000;
const documentOf = (number: number) => ({
  number,
  level: ['info', 'warn', 'error'][number % 3],
  share: number / 7,
  text: `ü${number}`,
  tags: ['a', null],
});
const lines = (broken = (_number: number) => false): string =>
  Array.from({ length: DOCUMENTS }, (_, number) => {
    const document = documentOf(number);
    return `${JSON.stringify(broken(number) ? { ...document, number: 'none' } : document)}\n`;
  }).join('');

const searching = (name: string, query: unknown, hits: number): unknown => ({
  name,
  operation: {
    name,
    'operation-type': 'proto-search',
    index: 'json',
    'detailed-results': true,
    body: { query },
    assertions: [{ property: 'hits', condition: '==', value: hits }],
  },
  clients: 2,
  iterations: 5,
});

const bulk = (corpus: string, params: object = {}): unknown => ({
  name: corpus,
  operation: { name: corpus, 'operation-type': 'proto-bulk', 'bulk-size': 150, corpora: corpus, ...params },
  clients: 3,
});

const corpus = (name: string): unknown => ({
  name,
  'target-index': name,
  documents: [{ 'source-file': `${name}.json`, 'document-count': DOCUMENTS }],
});

const indexBody = {
  settings: { number_of_shards: 1, number_of_replicas: 0 },
  mappings: { properties: { number: { type: 'integer' }, level: { type: 'keyword' }, share: { type: 'double' } } },
};

const workload = {
  indices: ['json', 'cbor', 'broken'].map((name) => ({ name, body: 'index.json' })),
  corpora: ['json', 'cbor', 'broken'].map(corpus),
  schedule: [
    { operation: { name: 'make', 'operation-type': 'create-index' } },
    bulk('json'),
    bulk('cbor', { 'document-format': 'cbor' }),
    bulk('broken'),
    { operation: { name: 'refresh', 'operation-type': 'refresh' } },
    searching('all', { match_all: {} }, DOCUMENTS),
    searching('term', { term: { level: { value: 'error' } } }, 333),
    searching('number', { term: { number: 5 } }, 1),
    searching('terms', { terms: { level: ['error', 'warn'] } }, 666),
    searching('range', { range: { number: { gte: 10, lt: 20 } } }, 10),
    searching(
      'bool',
      {
        bool: {
          must: [{ term: { level: 'info' } }],
          filter: { range: { number: { lt: 30 } } },
          must_not: { term: { number: 0 } },
        },
      },
      9,
    ),
    searching('match', { match: { text: { query: 'ü7' } } }, 1),
    searching('prefix', { prefix: { level: 'in' } }, 334),
    searching('wildcard', { wildcard: { level: { value: 'e*r' } } }, 333),
    searching('constant', { constant_score: { filter: { exists: { field: 'share' } } } }, DOCUMENTS),
    {
      name: 'nowhere',
      operation: {
        name: 'nowhere',
        'operation-type': 'proto-search',
        index: 'nowhere',
        body: { query: { match_all: {} } },
      },
      iterations: 3,
    },
  ],
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

describe('the operations over gRPC', { timeout: 300_000 }, () => {
  const home = new Home();
  let server: OpenSearchServer;
  let stdout = '';

  before(async () => {
    const port = await freePort();
    server = await startOpenSearch({
      settings: {
        'aux.transport.types': '[transport-grpc]',
        'aux.transport.transport-grpc.port': port,
        'grpc.host': '127.0.0.1',
      },
    });
    const path = home.workload('grpc', {
      'workload.json': workloadJson(workload),
      'index.json': JSON.stringify(indexBody),
      'json.json': lines(),
      'cbor.json': lines(),
      'broken.json': lines((number) => number % 10 === 0),
    });
    const hosts = [`--target-hosts=127.0.0.1:${server.port}`, `--grpc-target-hosts=127.0.0.1:${port}`];
    const ended = await home.run(['run', `--workload-path=${path}`, ...hosts, '--enable-assertions']);
    assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
    ({ stdout } = ended);
  });

  after(async () => {
    home.dispose();
    await server.stop();
  });

  test('store the same documents in both formats', async () => {
    for (const index of ['json', 'cbor']) {
      const response = await fetch(`${server.url}/${index}/_search?size=${DOCUMENTS}&sort=number`);
      const { hits } = (await response.json()) as { hits: { hits: readonly { _source: unknown }[] } };
      assert.deepEqual(
        hits.hits.map(({ _source }) => _source),
        Array.from({ length: DOCUMENTS }, (_, number) => documentOf(number)),
      );
      const { requests, documents, errors } = taskOf(home.testRun(), index);
      // Each client sends its own slice, in bulks of 150: 333, 334 and 333 documents.
      assert.deepEqual([requests, errors, documents?.total, documents?.failed], [9, 0, DOCUMENTS, 0]);
    }
  });

  test('say which documents were not taken, and why', () => {
    const { documents, error_rate: rate } = taskOf(home.testRun(), 'broken');
    assert.deepEqual([documents?.failed, rate], [DOCUMENTS / 10, 1]);
    const kinds = documents?.reasons.map(({ kind, count }) => [kind, count]);
    assert.deepEqual(kinds, [['HTTP 400 mapper_parsing_exception', DOCUMENTS / 10]]);
  });

  test('find what the queries ask for', () => {
    for (const name of ['all', 'term', 'number', 'terms', 'range', 'bool', 'match', 'prefix', 'wildcard', 'constant'])
      assert.deepEqual([taskOf(home.testRun(), name).requests, taskOf(home.testRun(), name).errors], [10, 0], name);
    assert.match(stdout, /nowhere +gRPC NOT_FOUND +3 +gRPC NOT_FOUND: .*no such index \[nowhere\]/);
  });
});
