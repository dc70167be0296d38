import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outcome, type RequestOperation, type WorkloadFacts } from '../../src/operation/operation.ts';
import { answerOf, context, EMPTY, ONE_INDEX, RecordingFactory, typeOf } from './play.ts';

function start(type: string, params: object, facts: WorkloadFacts = ONE_INDEX, checksAssertions = false) {
  const requests = new RecordingFactory();
  const operation = typeOf(type).create(context(type, params, facts, { requests, checksAssertions }));
  if (operation.kind !== 'request') throw new Error(`${type} is a script.`);
  return { operation, requests };
}

function read(operation: RequestOperation, answer = answerOf({})): Outcome {
  const outcome = new Outcome();
  operation.read(answer, outcome);
  return outcome;
}

const wire: readonly (readonly [string, string, object, WorkloadFacts, string])[] = [
  [
    'search of the only index',
    'search',
    { body: { query: { match_all: {} } } },
    ONE_INDEX,
    'GET /logs/_search\n{"query":{"match_all":{}}}',
  ],
  ['search without a body', 'search', {}, ONE_INDEX, 'GET /logs/_search\n'],
  ['search of several indices', 'search', { index: 'a,b-*', body: {} }, EMPTY, 'GET /a,b-*/_search\n{}'],
  ['search of a data stream', 'search', { 'data-stream': 's', body: {} }, EMPTY, 'GET /s/_search\n{}'],
  [
    'search of the only data stream',
    'search',
    { body: {} },
    { ...EMPTY, dataStreams: ['d/1'] },
    'GET /d%2F1/_search\n{}',
  ],
  ['search without an index', 'search', { index: null, body: {} }, ONE_INDEX, 'GET /_search\n{}'],
  ['search with a type', 'search', { index: 'a', type: 't', body: {} }, EMPTY, 'GET /a/t/_search\n{}'],
  [
    'search with cache',
    'search',
    { body: {}, cache: 'true', 'request-params': { a: false } },
    ONE_INDEX,
    'GET /logs/_search?a=false&request_cache=true\n{}',
  ],
  [
    'search with a size',
    'search',
    { body: { size: 1, query: { x: 'ä' } }, 'results-per-page': 7 },
    ONE_INDEX,
    'GET /logs/_search\n{"size":7,"query":{"x":"ä"}}',
  ],
  ['search with a body of text', 'search', { body: '{"a": 1.0}' }, ONE_INDEX, 'GET /logs/_search\n{"a": 1.0}'],
  ['raw request', 'raw-request', { path: '/_cat/indices' }, EMPTY, 'GET /_cat/indices\n'],
  [
    'raw request with a query of its own',
    'raw-request',
    { path: '/_x?v', 'request-params': { h: ['a', 'b'] } },
    EMPTY,
    'GET /_x?v&h=a,b\n',
  ],
  [
    'raw request with what may not be on a request line',
    'raw-request',
    { path: '/a b\r\nc/ä%20', method: 'post' },
    EMPTY,
    'POST /a%20b%0D%0Ac/%C3%A4%20\n',
  ],
  [
    'raw request with a list as body',
    'raw-request',
    { path: '/', method: 'PUT', body: [1, { a: null }] },
    EMPTY,
    'PUT /\n[1,{"a":null}]',
  ],
  [
    'raw request with a text as body',
    'raw-request',
    { path: '/_bulk', method: 'POST', body: '{"index":{}}\n{}\n' },
    EMPTY,
    'POST /_bulk\n{"index":{}}\n{}\n',
  ],
];

for (const [what, type, params, facts, expected] of wire) {
  test(`${what}: one request, made once`, () => {
    const { operation, requests } = start(type, params, facts);
    const first = operation.next();
    assert.equal(first?.bytes(0).toString(), expected);
    assert.equal(operation.next(), first);
    assert.equal(requests.prepared.length, 1);
    assert.deepEqual(
      [operation.bodyUse, operation.isFinite, operation.progress(), operation.ready()],
      ['none', false, null, null],
    );
    const outcome = read(operation);
    assert.deepEqual([outcome.success, outcome.weight, outcome.unit], [true, 1, 'ops']);
  });
}

test('headers of a search', () => {
  const { requests } = start('search', {
    body: {},
    'response-compression-enabled': false,
    headers: { 'X-A': 'b' },
    'opaque-id': 'me',
  });
  assert.deepEqual(requests.prepared[0]?.headers, { 'accept-encoding': 'identity', 'X-A': 'b', 'x-opaque-id': 'me' });
});

test('statuses that a raw request ignores', () => {
  assert.deepEqual(start('raw-request', { path: '/', ignore: [404, '409'] }).operation.ignoredStatus, [404, 409]);
  assert.deepEqual(start('raw-request', { path: '/', ignore: 404 }).operation.ignoredStatus, [404]);
});

const found = {
  took: 12,
  timed_out: true,
  _shards: { total: 1 },
  hits: { total: { value: 10000, relation: 'gte' }, hits: [{ took: 99 }] },
};
const details = { hits: 10000, hits_relation: 'gte', timed_out: true, took: 12 };

test('detailed results are read from the first bytes, whatever the encoding', () => {
  for (const encoding of ['identity', 'gzip'] as const) {
    const { operation } = start('search', { body: {}, 'detailed-results': true });
    operation.next();
    assert.equal(operation.bodyUse, 'peek');
    const peeked = answerOf(found, { encoding, ...(encoding === 'identity' ? { kept: 120 } : {}) });
    assert.equal(operation.needsWholeBody?.(peeked), false);
    assert.deepEqual(Object.fromEntries(read(operation, answerOf('')).details ?? []), details);
  }
});

test('detailed results that do not stand at the start are read from the whole', () => {
  const { operation } = start('search', { body: {}, 'detailed-results': true });
  operation.next();
  assert.equal(operation.needsWholeBody?.(answerOf(found, { kept: 40 })), true);
  assert.deepEqual(Object.fromEntries(read(operation, answerOf(found)).details ?? []), details);
  operation.next();
  assert.equal(operation.needsWholeBody?.(answerOf({ took: 1, timed_out: false, hits: { hits: [] } })), true);
  const none = read(operation, answerOf({ took: 1, timed_out: false, hits: { hits: [] } }));
  assert.deepEqual(Object.fromEntries(none.details ?? []), { hits: 0, hits_relation: 'eq', timed_out: false, took: 1 });
});

test('the first requests of a client are profiled, and only they', () => {
  const { operation } = start('search', {
    body: { query: {} },
    'profile-metrics': ['score', 'next_doc'],
    'profile-metrics-sample-size': 2,
  });
  const query = (time: number, score: number, children: object[] = []) => ({
    time_in_nanos: time,
    breakdown: { score, other: 5 },
    children,
  });
  const answer = {
    profile: {
      shards: [
        { searches: [{ query: [query(4_000_000, 1_000_000, [query(1, 500_000)])] }] },
        { searches: [{ query: [query(1_000_000, 0)] }] },
      ],
    },
  };
  for (let round = 0; round < 2; round++) {
    assert.equal(operation.next()?.bytes(0).toString(), 'GET /logs/_search\n{"query":{},"profile":true}');
    assert.equal(operation.bodyUse, 'all');
    assert.deepEqual(Object.fromEntries(read(operation, answerOf(answer)).profile ?? []), {
      query_time: 5,
      score: 1.5,
      next_doc: 0,
    });
  }
  assert.equal(operation.next()?.bytes(0).toString(), 'GET /logs/_search\n{"query":{}}');
  assert.equal(operation.bodyUse, 'none');
  assert.equal(read(operation).profile, null);
});

test('a profiled answer without a profile is a failure', () => {
  const { operation } = start('search', { body: {}, 'profile-metrics-sample-size': 1 });
  operation.next();
  assert.equal(read(operation, answerOf('no json')).errorKind, 'profile');
});

const assertions: readonly (readonly [string, string, unknown, boolean])[] = [
  ['hits', '>', 9999, true],
  ['hits', '>', 10000, false],
  ['hits', '>=', 10000, true],
  ['took', '<', 12, false],
  ['took', '<=', 12.0, true],
  ['hits_relation', '==', 'gte', true],
  ['timed_out', '==', false, false],
  ['hits', '<', 'many', false],
];

for (const [property, condition, value, holds] of assertions) {
  test(`assertion ${property} ${condition} ${JSON.stringify(value)}: ${holds}`, () => {
    const params = { body: {}, 'detailed-results': true, assertions: [{ property, condition, value }] };
    const run = (enabled: boolean): Outcome => {
      const { operation } = start('search', params, ONE_INDEX, enabled);
      operation.next();
      operation.needsWholeBody?.(answerOf(found));
      return read(operation, answerOf(found));
    };
    assert.equal(run(true).errorKind, holds ? null : 'assertion');
    assert.equal(run(false).success, true);
  });
}

test('a page of a proxy is no answer to a search, even if nothing of it is read', () => {
  const { operation } = start('search', { body: {} });
  operation.next();
  const page = answerOf('<html>');
  page.isOtherThanJson = true;
  const outcome = read(operation, page);
  assert.deepEqual([outcome.success, outcome.errorKind], [false, 'search']);
});
