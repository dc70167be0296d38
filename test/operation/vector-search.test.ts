import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Outcome, type RequestOperation, type WorkloadFacts } from '../../src/operation/operation.ts';
import { Answer } from '../../src/transport/answer.ts';
import { factsOf, LocalVectors, writeHdf5 } from '../vectors/local-vectors.ts';
import { context, ONE_INDEX, RecordingFactory, spec, typeOf } from './play.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-vector-search-'));
const path = join(directory, 'set.hdf5');
const bare = join(directory, 'bare.hdf5');
let facts: WorkloadFacts;

before(async () => {
  const vectors = { data: Float32Array.from([0.5, 1, 2, 3, 4, 5]), shape: [3, 2] };
  const set = await writeHdf5(path, {
    test: vectors,
    neighbors: { data: Int32Array.from([1, 2, 3, 4, 5, 6]), shape: [3, 2] },
    radial_neighbors: { data: Int32Array.from([1, -1, 2, 3, -1, -1]), shape: [3, 2] },
    faiss_max_distance: { data: Float32Array.from([0.25, 1, 0.5, 2, 0.75, 3]), shape: [3, 2] },
  });
  facts = await factsOf(ONE_INDEX, set, await writeHdf5(bare, { test: vectors }));
});
after(() => rmSync(directory, { recursive: true }));

const base = { field: 'v', data_set_format: 'hdf5', data_set_path: path, k: 2 };

function start(params: object, clientIndex = 0, clientCount = 1): RequestOperation {
  const more = { vectors: new LocalVectors(), clientIndex, clientCount };
  const operation = typeOf('vector-search').create(context('vector-search', { ...base, ...params }, facts, more));
  assert.ok(operation.kind === 'request');
  return operation;
}

async function bodies(params: object): Promise<readonly unknown[]> {
  const operation = start(params);
  const found: unknown[] = [];
  for (;;) {
    await operation.ready();
    const request = operation.next();
    if (request === null) return found;
    found.push(JSON.parse(request.bytes(0).toString()));
  }
}

/** The body of the first search. */
const firstBody = async (params: object): Promise<unknown> => (await bodies(params))[0];

const problems = (params: object): readonly (readonly [string | undefined, string])[] =>
  typeOf('vector-search')
    .check(spec('vector-search', { ...base, ...params }), { ...facts, corpora: [] })
    .map(({ path: where, message }) => [where, message]);

const dataProblems = (params: object, clients = 1): readonly string[] =>
  (typeOf('vector-search').checkData?.(spec('vector-search', { ...base, ...params }), facts, clients) ?? []).map(
    ({ message }) => message,
  );

const knn = (more: object = {}) => ({ knn: { v: { vector: [0.5, 1], k: 2, ...more } } });

test('each query of the data set becomes a search, as often as repetitions say', async () => {
  const all = await bodies({ repetitions: 2, body: { _source: false, query: 'replaced' } });
  assert.equal(all.length, 6);
  assert.deepEqual(all[0], { _source: false, query: knn(), size: 2 });
  assert.deepEqual(all[3], all[0]);
  assert.equal((await bodies({ num_vectors: 2 })).length, 2);
  assert.deepEqual(await firstBody({ body: { size: 7 } }), { size: 7, query: knn() });
});

test('filters go where their type says', async () => {
  const filter_body = { term: { color: 'red' } };
  assert.deepEqual(await firstBody({ filter_type: {}, filter_body: {} }), { size: 2, query: knn() });
  assert.deepEqual(await firstBody({ filter_type: 'efficient', filter_body }), {
    size: 2,
    query: knn({ filter: filter_body }),
  });
  assert.deepEqual(await firstBody({ filter: filter_body }), { size: 2, query: knn({ filter: filter_body }) });
  assert.deepEqual(await firstBody({ filter_type: 'post_filter', filter_body }), {
    size: 2,
    query: knn(),
    post_filter: filter_body,
  });
  assert.deepEqual(await firstBody({ filter_type: 'boolean', filter_body }), {
    size: 2,
    query: { bool: { filter: filter_body, must: [knn()] } },
  });
  const params = { field: 'v', query_value: [0.5, 1], space_type: 'cosinesimil' };
  assert.deepEqual(await firstBody({ filter_type: 'script', filter_body, space_type: 'cosinesimil' }), {
    size: 2,
    query: {
      script_score: {
        query: { bool: { filter: filter_body } },
        script: { source: 'knn_score', lang: 'knn', params },
      },
    },
  });
});

test('nested fields, rescoring and thresholds have their own queries', async () => {
  assert.deepEqual(await firstBody({ field: 'list.v' }), {
    size: 2,
    query: { nested: { path: 'list', query: { knn: { 'list.v': { vector: [0.5, 1], k: 2 } } } } },
  });
  assert.deepEqual(await firstBody({ oversample_factor: 1.5 }), {
    size: 2,
    query: knn({ rescore: { oversample_factor: 1.5 } }),
  });
  assert.deepEqual(await firstBody({ k: null, max_distance: '0.5' }), {
    query: { knn: { v: { vector: [0.5, 1], max_distance: 0.5 } } },
  });
  assert.deepEqual(await firstBody({ radial_search_type: 'max_distance' }), {
    size: 2,
    query: { knn: { v: { vector: [0.5, 1], max_distance: 1 } } },
  });
});

test('an answer of some shards is no answer, unless the workload says so', () => {
  const pathOf = (params: object): string | undefined => {
    const requests = new RecordingFactory();
    const more = { vectors: new LocalVectors(), requests };
    typeOf('vector-search').create(context('vector-search', { ...base, ...params }, facts, more));
    return requests.prepared.at(-1)?.path;
  };
  assert.equal(pathOf({}), '/logs/_search?allow_partial_search_results=false');
  const given = { 'request-params': { allow_partial_search_results: 'true' } };
  assert.equal(pathOf(given), '/logs/_search?allow_partial_search_results=true');
});

test('parameters that contradict each other are problems', () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ k: null }), [
    ['k', 'A vector search needs "k", "max_distance", "min_score" or "radial_search_type".'],
  ]);
  assert.deepEqual(problems({ min_score: 1, max_distance: 2 }), [
    ['max_distance', '"max_distance" and "k" exclude each other.'],
    ['min_score', '"min_score" and "k" exclude each other.'],
  ]);
  const [placeholder] = problems({ k: null, max_distance: '<your-threshold>' });
  assert.match(placeholder?.[1] ?? '', /"max_distance" must be a number, but is "<your-threshold>"/);
  assert.match(problems({ k: null, radial_search_type: 'min_score' })[0]?.[1] ?? '', /needs "k"/);
  assert.match(problems({ radial_search_type: 'min_score', min_score: 1 })[0]?.[1] ?? '', /exclude each other/);
  assert.match(problems({ k: null, min_score: 1, oversample_factor: 2 })[0]?.[1] ?? '', /only in a search for the "k"/);
  assert.match(problems({ filter_type: 'slow', filter_body: {} })[0]?.[1] ?? '', /must be one of "efficient"/);
  assert.match(problems({ filter_type: 'boolean' })[0]?.[1] ?? '', /needs "filter_body"/);
  assert.match(problems({ field: 'a.b.c' })[0]?.[1] ?? '', /one nested field and a field in it/);
  assert.match(problems({ field: 'a.b', filter_type: 'script', filter_body: { a: 1 } })[0]?.[1] ?? '', /nested field/);
  assert.match(problems({ data_set_corpus: 'c' })[0]?.[1] ?? '', /"data_set_path" and "data_set_corpus" exclude/);
  assert.match(problems({ data_set_path: '' })[0]?.[1] ?? '', /names no data set/);
  assert.match(problems({ data_set_path: '', data_set_corpus: 'c' })[0]?.[1] ?? '', /has no corpus "c"/);
  assert.match(problems({ data_set_format: '' })[0]?.[1] ?? '', /"data_set_format" must not be empty/);
  assert.match(problems({ body: '{}' })[0]?.[1] ?? '', /"body" must be an object/);
});

test('what the data sets do not have is said before the load', () => {
  assert.deepEqual(dataProblems({}), []);
  assert.match(dataProblems({ data_set_path: bare })[0] ?? '', /bare\.hdf5 has no part "neighbors"/);
  assert.deepEqual(dataProblems({ data_set_path: bare, 'calculate-recall': false }), []);
  assert.deepEqual(dataProblems({ data_set_path: bare, neighbors_data_set_path: path }), []);
  assert.match(dataProblems({ k: 3 })[0] ?? '', /has 2 entries for each query, fewer than "k" \(3\)/);
  assert.match(dataProblems({}, 4)[0] ?? '', /4 clients share 3 vectors of .*set\.hdf5/);
  const radial = { k: 2, radial_search_type: 'max_distance', radial_engine: 'lucene' };
  assert.match(dataProblems(radial)[0] ?? '', /has no part "lucene_max_distance"/);
});

function answerOf(body: unknown): Answer {
  const answer = new Answer();
  answer.status = 200;
  answer.body = Buffer.from(JSON.stringify(body));
  answer.bodyLength = answer.body.length;
  answer.isWhole = true;
  return answer;
}

async function judge(params: object, body: unknown): Promise<Outcome> {
  const operation = start(params);
  await operation.ready();
  operation.next();
  const outcome = new Outcome();
  operation.read(answerOf(body), outcome);
  operation.close?.();
  return outcome;
}

const found = (...ids: readonly string[]) => ({
  took: 3,
  timed_out: false,
  hits: { total: { value: ids.length, relation: 'eq' }, hits: ids.map((_id) => ({ _id })) },
});

test('each answer gives recall and details; those that cannot be judged are failures', async () => {
  const good = await judge({ 'detailed-results': true }, found('1', '9'));
  assert.deepEqual(
    good.recall.map(({ name, value }) => [name, value]),
    [
      ['recall@k', 0.5],
      ['recall@1', 1],
    ],
  );
  assert.deepEqual([good.success, good.details?.get('hits'), good.details?.get('took')], [true, 2, 3]);
  const radial = await judge({ k: null, max_distance: 1 }, found('1', '9'));
  assert.deepEqual(
    radial.recall.map(({ name, value }) => [name, value]),
    [
      ['recall@max_distance', 1],
      ['recall@max_distance_1', 1],
    ],
  );
  const nameless = await judge({ 'id-field-name': 'id' }, found('1', '9'));
  assert.equal(nameless.errorKind, 'recall');
  assert.match(nameless.errorDescription ?? '', /2 of 2 hits have no field "id"/);
  assert.deepEqual(nameless.recall, []);
  const broken = await judge({}, { took: 3 });
  assert.match(broken.errorDescription ?? '', /hits of a search cannot be read/);
  const plain = await judge({ 'calculate-recall': false }, found('1'));
  assert.deepEqual([plain.success, plain.recall], [true, []]);
});

test('clients share the queries, each with neighbours of its own', async () => {
  const operations = [start({}, 0, 3), start({}, 1, 3), start({}, 2, 3)];
  for (const operation of operations) await operation.ready();
  for (const operation of operations) operation.next();
  const recalls = operations.map((operation, index) => {
    const outcome = new Outcome();
    operation.read(answerOf(found(String(2 * index + 1), String(2 * index + 2))), outcome);
    return outcome.recall.map(({ value }) => value);
  });
  assert.deepEqual(recalls, [
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
});
