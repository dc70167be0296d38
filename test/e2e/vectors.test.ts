// Vector searches against a real OpenSearch with the k-NN plug-in: what is reported as recall is what counting gives.
// Needs: a JDK, minutes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startOpenSearch } from '../../scripts/opensearch.ts';
import { nearest, randomRows, writeHdf5 } from '../vectors/local-vectors.ts';
import { type Ended, Home, type TestRunDocument } from './benchmark-process.ts';
import { workloadJson } from './small-workloads.ts';

const COLUMNS = 8;
const ROWS = 600;
const QUERIES = 40;
const K = 10;
const THRESHOLD = 1.2;
const train = randomRows(ROWS * COLUMNS, 3);
const queries = randomRows(QUERIES * COLUMNS, 4);
const truth = nearest(train, queries, COLUMNS, K);

const query = (row: number): readonly number[] => Array.from(queries.subarray(row * COLUMNS, (row + 1) * COLUMNS));
const truthOf = (row: number): readonly string[] =>
  Array.from(truth.subarray(row * K, (row + 1) * K), (id) => String(id));

/** Three parents for each eight vectors, so that clients get parents that are divided between them. */
const parents = Int32Array.from({ length: ROWS }, (_, row) => 1000 + Math.floor((row * 3) / 8));

const knnField = {
  type: 'knn_vector',
  dimension: COLUMNS,
  method: { name: 'hnsw', engine: 'lucene', space_type: 'l2', parameters: { m: 4, ef_construction: 16 } },
};
const index = (properties: object): string =>
  JSON.stringify({
    settings: { index: { knn: true, number_of_shards: 1, number_of_replicas: 0 } },
    mappings: { properties },
  });

describe('vector searches', () => {
  const home = new Home();
  let server: Awaited<ReturnType<typeof startOpenSearch>>;
  let ended: Ended;
  let results: TestRunDocument;

  before(async () => {
    server = await startOpenSearch({ plugins: ['opensearch-knn'] });
    const set = { data_set_format: 'hdf5', data_set_path: home.path('set.hdf5') };
    await writeHdf5(home.path('set.hdf5'), {
      train: { data: train, shape: [ROWS, COLUMNS] },
      test: { data: queries, shape: [QUERIES, COLUMNS], chunks: [7, 3] },
      neighbors: { data: truth, shape: [QUERIES, K] },
      radial_neighbors: { data: radialTruth(), shape: [QUERIES, K] },
      parents: { data: parents, shape: [ROWS] },
      attributes: { data: Array.from({ length: ROWS }, () => 'red'), shape: [ROWS, 1], dtype: 'S4' },
    });
    const search = (name: string, params: object, clients = 3): unknown => ({
      operation: { name, 'operation-type': 'vector-search', index: 'flat', field: 'v', ...set, ...params },
      clients,
    });
    const onlyIds = { docvalue_fields: ['_id'], stored_fields: '_none_', _source: false };
    const bulk = { 'operation-type': 'bulk-vector-data-set', bulk_size: 50, ...set };
    const red = { term: { color: 'red' } };
    const path = home.workload('vectors', {
      'flat.json': index({ v: knnField, color: { type: 'keyword' } }),
      'nested.json': index({ list: { type: 'nested', properties: { v: knnField } } }),
      'workload.json': workloadJson({
        indices: [
          { name: 'flat', body: 'flat.json' },
          { name: 'nested', body: 'nested.json' },
        ],
        schedule: [
          { operation: { 'operation-type': 'create-index' } },
          { operation: { name: 'fill', index: 'flat', field: 'v', filter_attributes: ['color'], ...bulk }, clients: 4 },
          { operation: { name: 'fill-nested', index: 'nested', field: 'list.v', ...bulk }, clients: 7 },
          { operation: { 'operation-type': 'refresh' } },
          search('nearest', { k: K, body: onlyIds, repetitions: 2, 'detailed-results': true }),
          search('exact', { k: K, filter_type: 'script', filter_body: red, body: onlyIds }),
          search('radial', { max_distance: THRESHOLD, body: { size: ROWS } }),
        ],
      }),
    });
    ended = await home.run([
      'run',
      `--workload-path=${path}`,
      `--target-hosts=${new URL(server.url).host}`,
      '--test-run-id=vectors',
    ]);
    results = home.testRun('vectors');
  });

  after(async () => {
    home.dispose();
    await server.stop();
  });

  const ask = async (path: string, body: object): Promise<Hits> => {
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Hits;
  };
  const idsOf = async (body: object): Promise<readonly string[]> =>
    (await ask('/flat/_search', body)).hits.hits.map(({ _id }) => _id);
  const recallOf = (task: string, name: string): number => {
    const entries = (results.results?.correctness_metrics ?? []) as readonly Readonly<Record<string, unknown>>[];
    const stats = entries.find((entry) => entry.task === task && entry[name] !== undefined)?.[name];
    return (stats as { readonly mean: number }).mean;
  };
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  test('run without an error, and are shown with their recall', () => {
    assert.equal(ended.code, 0, ended.stderr);
    const failed = results.results?.op_metrics.filter(({ errors }) => errors > 0);
    assert.deepEqual(failed, [], ended.stdout);
    assert.match(ended.stdout, /Mean recall@k +\| +nearest \| +(0\.\d+|1) \|/);
    assert.match(ended.stdout, /Mean recall@1 +\| +exact \| +1 \|/);
    assert.match(ended.stdout, /Mean recall@max_distance_1 +\| +radial \|/);
  });

  test('find what an exact search finds', () => {
    assert.equal(recallOf('exact', 'recall@k'), 1);
    assert.equal(recallOf('exact', 'recall@1'), 1);
  });

  test('report the recall that counting the hits of each query gives', async () => {
    const recalls: number[] = [];
    for (let row = 0; row < QUERIES; row++) {
      const ids = await idsOf({ size: K, query: { knn: { v: { vector: query(row), k: K } } } });
      recalls.push(ids.filter((id) => truthOf(row).includes(id)).length / K);
    }
    assert.ok(Math.abs(recallOf('nearest', 'recall@k') - meanOf(recalls)) < 1e-9, `${meanOf(recalls)}`);
  });

  test('report the recall of all neighbours within a distance', async () => {
    const recalls: number[] = [];
    for (let row = 0; row < QUERIES; row++) {
      const ids = await idsOf({ size: ROWS, query: { knn: { v: { vector: query(row), max_distance: THRESHOLD } } } });
      const due = radialOf(row);
      recalls.push(due.length === 0 ? 1 : due.filter((id) => ids.includes(String(id))).length / due.length);
    }
    const reported = recallOf('radial', 'recall@max_distance');
    assert.ok(Math.abs(reported - meanOf(recalls)) < 1e-9, `${reported}, not ${meanOf(recalls)}`);
  });

  test('index each vector as it is, and each parent once with all of its vectors', async () => {
    const { count } = (await (await fetch(`${server.url}/flat/_count`)).json()) as { readonly count: number };
    assert.equal(count, ROWS);
    const { hits } = await ask('/nested/_search', { size: ROWS });
    const due = new Map<string, number>();
    for (const parent of parents) due.set(String(parent), (due.get(String(parent)) ?? 0) + 1);
    assert.deepEqual(
      new Map(hits.hits.map(({ _id, _source }) => [_id, _source?.list?.length ?? 0] as const).sort()),
      new Map([...due].sort()),
    );
    const one = await ask('/flat/_search', { query: { ids: { values: ['17'] } } });
    const stored = Float32Array.from(one.hits.hits[0]?._source?.v ?? []);
    assert.deepEqual(stored, train.slice(17 * COLUMNS, 18 * COLUMNS));
  });
});

interface Hits {
  readonly hits: {
    readonly hits: readonly {
      readonly _id: string;
      readonly _source?: { readonly v?: readonly number[]; readonly list?: readonly unknown[] };
    }[];
  };
}

/** The neighbours of a query within the threshold, at most {@link K}. */
function radialOf(row: number): readonly number[] {
  const distance = (id: number): number =>
    query(row).reduce((sum, value, column) => sum + (value - (train[id * COLUMNS + column] ?? 0)) ** 2, 0);
  return Array.from(truth.subarray(row * K, (row + 1) * K)).filter((id) => distance(id) <= THRESHOLD);
}

function radialTruth(): Int32Array {
  return Int32Array.from(
    Array.from({ length: QUERIES }, (_, row) => {
      const near = radialOf(row);
      return [...near, ...Array.from({ length: K - near.length }, () => -1)];
    }).flat(),
  );
}
