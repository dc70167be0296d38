import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailure } from '../../src/operation/operation.ts';
import { lines, ONE_INDEX, play, type Server } from './play.ts';

/** Hits `from`..`to` of `total`. */
function page(from: number, to: number, total: number, more: object = {}, relation = 'eq'): object {
  const hits = Array.from({ length: Math.max(0, to - from) }, (_, index) => ({
    _source: { sort: ['x'] },
    sort: [from + index, `k${from + index}`],
  }));
  return { took: 3, timed_out: false, ...more, hits: { total: { value: total, relation }, hits } };
}

/** A server with so many documents that pages through `size`, `search_after` or a scroll. */
function serverOf(documents: number, size: number): Server {
  let position = 0;
  return (request) => {
    if (request.method === 'DELETE') return { body: { succeeded: true } };
    const from = position;
    position = Math.min(position + size, documents);
    return { body: page(from, position, documents, { _scroll_id: `id"${from}` }) };
  };
}

const paginated = { body: { query: { match_all: {} }, sort: [{ id: 'asc' }] }, pages: 'all', 'results-per-page': 10 };

test('paginated search: 25 hits by 10 are 3 pages, found with search_after', async () => {
  const { stage, outcome } = await play('paginated-search', paginated, serverOf(25, 10), ONE_INDEX);
  const body = '{"query":{"match_all":{}},"sort":[{"id":"asc"}],"size":10';
  assert.deepEqual(lines(stage.requests), [
    `GET /logs/_search ${body}}`,
    `GET /logs/_search ${body},"search_after":[9,"k9"]}`,
    `GET /logs/_search ${body},"search_after":[19,"k19"]}`,
  ]);
  assert.deepEqual([outcome.weight, outcome.unit, outcome.success], [3, 'pages', true]);
  assert.deepEqual(Object.fromEntries(outcome.details ?? []), {
    hits: 25,
    hits_relation: 'eq',
    timed_out: false,
    took: 9,
    weight: 3,
    pages: 3,
  });
});

for (const [documents, pages, expected] of [
  [0, 'all', 1],
  [10, 'all', 1],
  [20, 'all', 2],
  [25, 2, 2],
  [25, '1', 1],
] as const) {
  test(`paginated search: ${documents} hits, ${pages} pages of 10: ${expected} requests`, async () => {
    const { stage, outcome } = await play(
      'paginated-search',
      { ...paginated, pages },
      serverOf(documents, 10),
      ONE_INDEX,
    );
    assert.equal(stage.requests.length, expected);
    assert.equal(outcome.weight, expected);
  });
}

test('paginated search goes beyond a total that is only a lower bound', async () => {
  const server: Server = (_request, count) => ({
    body: count < 4 ? page(count * 10, count * 10 + 10, 10, {}, 'gte') : page(0, 2, 10, {}, 'gte'),
  });
  const { outcome } = await play('paginated-search', paginated, server, ONE_INDEX);
  assert.equal(outcome.weight, 4);
});

test('two clients that page at the same time do not disturb each other', async () => {
  const params = {
    requests: [
      { stream: [{ 'operation-type': 'paginated-search', ...paginated }] },
      { stream: [{ 'operation-type': 'paginated-search', ...paginated }] },
    ],
  };
  const positions = new Map<string, number>();
  const { stage, error } = await play(
    'composite',
    params,
    (request) => {
      const after = /"search_after":\[(\d+)/.exec(String(request.body))?.[1];
      const from = after === undefined ? 0 : Number(after) + 1;
      positions.set(String(from), (positions.get(String(from)) ?? 0) + 1);
      return { body: page(from, Math.min(from + 10, 25), 25), delay: 5 };
    },
    ONE_INDEX,
  );
  assert.equal(error, undefined);
  assert.equal(stage.requests.length, 6);
  assert.deepEqual(
    [...positions],
    [
      ['0', 2],
      ['10', 2],
      ['20', 2],
    ],
  );
});

test('paginated search says what is missing in an answer', async () => {
  const noSort = await play(
    'paginated-search',
    paginated,
    () => ({ body: { hits: { hits: Array(10).fill({ _id: '1' }) } } }),
    ONE_INDEX,
  );
  assert.match(String(noSort.error), /no "sort"/);
  const noHits = await play('paginated-search', paginated, () => ({ body: 'nothing' }), ONE_INDEX);
  assert.match(String(noHits.error), /no list of hits/);
});

test('scroll search: 25 hits by 10 are 4 pages, and the scroll is freed untimed', async () => {
  for (const type of ['scroll-search', 'search']) {
    const params = {
      body: { query: {} },
      pages: 'all',
      'results-per-page': 10,
      'request-params': { preference: '_local' },
      cache: true,
    };
    const { stage, outcome, error } = await play(type, params, serverOf(25, 10), ONE_INDEX);
    assert.equal(error, undefined);
    assert.deepEqual(lines(stage.requests), [
      'GET /logs/_search?preference=_local&request_cache=true&sort=_doc&scroll=10s&size=10 {"query":{}}',
      'GET /_search/scroll {"scroll_id":"id\\"0","scroll":"10s"}',
      'GET /_search/scroll {"scroll_id":"id\\"10","scroll":"10s"}',
      'GET /_search/scroll {"scroll_id":"id\\"20","scroll":"10s"}',
      'DELETE /_search/scroll {"scroll_id":["id\\"25"]}',
    ]);
    assert.deepEqual(
      stage.requests.map((request) => request.untimed ?? false),
      [false, false, false, false, true],
    );
    assert.deepEqual(
      stage.requests.map((request) => request.isRepeatable),
      [undefined, false, false, false, undefined],
      'a repeat could leave out a page',
    );
    assert.deepEqual([outcome.weight, outcome.unit, outcome.details?.get('took')], [4, 'pages', 12]);
  }
});

for (const [documents, pages, expected] of [
  [0, 'all', 1],
  [9, 'all', 1],
  [10, 'all', 2],
  [25, 2, 2],
] as const) {
  test(`scroll search: ${documents} hits, ${pages} pages of 10: ${expected} pages`, async () => {
    const params = { body: {}, pages, 'results-per-page': 10 };
    const { stage, outcome } = await play('scroll-search', params, serverOf(documents, 10), ONE_INDEX);
    assert.equal(outcome.weight, expected);
    assert.equal(stage.requests.length, expected + 1, 'and one to free it');
  });
}

test('a scroll is freed after a failure too, and a failure to free it fails nothing', async () => {
  const failing: Server = (request, count) =>
    count === 1 ? { body: page(0, 10, 100, { _scroll_id: 'a' }) } : { status: request.method === 'DELETE' ? 200 : 500 };
  const failed = await play('scroll-search', { body: {}, pages: 3, 'results-per-page': 10 }, failing, ONE_INDEX);
  assert.match(String(failed.error), /HTTP 500/);
  assert.equal(lines(failed.stage.requests).at(-1), 'DELETE /_search/scroll {"scroll_id":["a"]}');

  const unfreed: Server = (request) =>
    request.method === 'DELETE'
      ? { failure: new RequestFailure('connection', 'reset') }
      : { body: page(0, 3, 3, { _scroll_id: 'a' }) };
  const { outcome, error } = await play(
    'scroll-search',
    { body: {}, pages: 3, 'results-per-page': 10 },
    unfreed,
    ONE_INDEX,
  );
  assert.deepEqual([error, outcome.success, outcome.weight], [undefined, true, 1]);
});

test('assertions on paged searches count only when they are enabled', async () => {
  const params = { ...paginated, assertions: [{ property: 'pages', condition: '>=', value: 4 }] };
  const ignored = await play('paginated-search', params, serverOf(25, 10), ONE_INDEX);
  assert.equal(ignored.outcome.success, true);
  const checked = await play('paginated-search', params, serverOf(25, 10), ONE_INDEX, { checksAssertions: true });
  assert.deepEqual(
    [checked.outcome.errorKind, checked.outcome.errorDescription],
    ['assertion', 'Expected pages >= 4, but it was 3.'],
  );
});
