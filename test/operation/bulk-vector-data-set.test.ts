import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Outcome, RequestFailure, type WorkloadFacts } from '../../src/operation/operation.ts';
import { factsOf, LocalVectors, writeBigAnn, writeHdf5 } from '../vectors/local-vectors.ts';
import { context, ONE_INDEX, PlayedSession, type Reply, Stage, spec, typeOf } from './play.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-bulk-vectors-'));
const path = join(directory, 'set.fbin');
const parents = join(directory, 'parents.hdf5');
let facts: WorkloadFacts;

before(async () => {
  const set = writeBigAnn(path, 5, 1, Float32Array.from([0, 1, 2, 3, 4]));
  const other = await writeHdf5(parents, {
    test: { data: new Float32Array(3), shape: [3, 1] },
    parents: { data: Int32Array.from([1, 1, 2]), shape: [3] },
    attributes: { data: ['a', 'b', 'c', 'd', 'e'], shape: [5, 1], dtype: 'S4' },
  });
  facts = await factsOf(ONE_INDEX, set, other);
});
after(() => rmSync(directory, { recursive: true }));

const base = { field: 'v', index: 'idx', bulk_size: 5, data_set_format: 'bigann', data_set_path: path };

/** The ids of the documents of each request. */
type Sent = (readonly number[])[];

async function send(params: object, answers: readonly Reply[]) {
  const more = { vectors: new LocalVectors() };
  const operation = typeOf('bulk-vector-data-set').create(
    context('bulk-vector-data-set', { ...base, ...params }, facts, more),
  );
  assert.ok(operation.kind === 'script');
  await operation.ready?.();
  assert.ok(operation.next());
  const sent: Sent = [];
  const stage = new Stage((request, count) => {
    const body = String(request.body);
    sent.push([...body.matchAll(/"_id":(\d+)/g)].map(([, id]) => Number(id)));
    const answer = answers[count - 1] ?? answers.at(-1);
    assert.ok(answer !== undefined);
    return answer;
  });
  const outcome = new Outcome();
  const error = await stage.finish(operation.run(new PlayedSession(stage), outcome));
  operation.close?.();
  return { outcome, error, sent, stage };
}

const items = (...statuses: readonly number[]): Reply => ({
  body: {
    took: 4,
    errors: statuses.some((status) => status > 299),
    items: statuses.map((status) => ({
      index: { status, ...(status > 299 ? { error: { type: 'busy', reason: `status ${status}` } } : {}) },
    })),
  },
});
const noErrors: Reply = { body: { took: 4, errors: false, items: [] } };

test('a request without errors is one sample of its documents', async () => {
  const { outcome, error, sent } = await send({}, [noErrors]);
  assert.equal(error, undefined);
  assert.deepEqual(sent, [[0, 1, 2, 3, 4]]);
  assert.deepEqual([outcome.weight, outcome.unit, outcome.success, outcome.documents], [5, 'docs', true, 5]);
  assert.deepEqual(
    [...(outcome.details ?? [])],
    [
      ['took', 4],
      ['success-count', 5],
      ['error-count', 0],
    ],
  );
});

test('documents that were refused are sent again, after pauses that double up to the longest', async () => {
  const answers = [items(201, 429, 201, 429, 429), items(429, 201, 429), items(429, 201), noErrors];
  const params = { 'retry-wait-period': 2, 'retry-max-wait-period': 5 };
  const { outcome, sent, stage } = await send(params, answers);
  assert.deepEqual(sent, [[0, 1, 2, 3, 4], [1, 3, 4], [1, 4], [1]]);
  assert.deepEqual(
    stage.log.filter((line) => line.includes('sleep')).map((line) => line.replace(/^\d+ /, '')),
    ['sleep 2000', 'sleep 4000', 'sleep 5000'],
  );
  assert.deepEqual([outcome.success, outcome.weight, stage.retries], [true, 5, 3]);
});

test('what is left after the last attempt has failed, and the rest has not', async () => {
  const { outcome, sent } = await send({ retries: 1 }, [items(201, 429, 201, 429, 201), items(201, 429)]);
  assert.deepEqual(
    sent.map((ids) => ids.length),
    [5, 2],
  );
  assert.deepEqual([outcome.success, outcome.errorKind, outcome.weight], [false, 'bulk', 5]);
  assert.deepEqual(outcome.failedDocuments, [{ kind: 'HTTP 429 busy', count: 1, example: 'status 429' }]);
  assert.equal(outcome.details?.get('success-count'), 4);
});

test('without detailed results nothing that was refused is sent again', async () => {
  const { outcome, sent } = await send({ 'detailed-results': false }, [items(201, 429, 201, 201, 201)]);
  assert.equal(sent.length, 1);
  assert.deepEqual([outcome.success, outcome.failedDocuments[0]?.count, outcome.details], [false, 1, null]);
});

const timeout: Reply = { failure: new RequestFailure('timeout', 'no answer') };

test('a request that timed out is sent again as a whole', async () => {
  const { outcome, sent } = await send({}, [timeout, noErrors]);
  assert.deepEqual(sent, [
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
  assert.equal(outcome.success, true);
  const last = await send({ retries: 2 }, [timeout]);
  assert.ok(last.error instanceof RequestFailure && last.error.kind === 'timeout');
  assert.equal(last.sent.length, 3);
});

test('a failed request is not repeated, and what was indexed before it still counts', async () => {
  const refused: Reply = { status: 503, body: {} };
  const first = await send({}, [refused]);
  assert.ok(first.error instanceof RequestFailure && first.error.status === 503);
  const { outcome, error, sent } = await send({}, [items(201, 201, 429, 429, 201), refused]);
  assert.equal(error, undefined);
  assert.deepEqual(sent, [
    [0, 1, 2, 3, 4],
    [2, 3],
  ]);
  assert.deepEqual([outcome.success, outcome.errorKind, outcome.weight], [false, 'HTTP 503', 5]);
  assert.equal(outcome.failedDocuments[0]?.count, 2);
});

test('an answer that is none counts its documents as failed, and one that is short is completed', async () => {
  const { outcome } = await send({}, [{ body: 'oops' }]);
  assert.deepEqual(outcome.failedDocuments[0], {
    kind: 'unreadable answer',
    count: 5,
    example: 'The answer to a bulk request cannot be read. Its items count as failed.',
  });
  const { sent } = await send({}, [items(201, 500, 201), noErrors]);
  assert.deepEqual(sent[1], [1, 3, 4]);
});

const problems = (params: object): readonly string[] =>
  typeOf('bulk-vector-data-set')
    .check(spec('bulk-vector-data-set', { ...base, ...params }), { ...facts, corpora: [] })
    .map(({ message }) => message);

const dataProblems = (params: object, clients = 1): readonly string[] =>
  (
    typeOf('bulk-vector-data-set').checkData?.(spec('bulk-vector-data-set', { ...base, ...params }), facts, clients) ??
    []
  ).map(({ message }) => message);

test('wrong parameters and data sets are problems', () => {
  assert.deepEqual(problems({ filter_attributes: [], 'id-field-name': '' }), []);
  assert.match(problems({ index: '' })[0] ?? '', /"index" must not be empty/);
  assert.match(problems({ bulk_size: 0 })[0] ?? '', /"bulk_size" must be an integer of at least 1/);
  assert.match(problems({ field: 'a.b', filter_attributes: ['x'] })[0] ?? '', /nested vectors cannot have/);
  assert.deepEqual(dataProblems({}), []);
  assert.match(dataProblems({}, 6)[0] ?? '', /6 clients share 5 vectors/);
  assert.match(dataProblems({ num_vectors: 2 }, 3)[0] ?? '', /3 clients share 2 vectors/);
  assert.match(dataProblems({ field: 'a.b' })[0] ?? '', /set\.fbin has no part "parents"/);
  const side = { data_set_format: 'hdf5', data_set_path: parents };
  assert.match(dataProblems(side)[0] ?? '', /parents\.hdf5 has no part "train"/);
});
