import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, toJson } from '../../src/json.ts';
import { lines, play, type Server } from './play.ts';

const body = {
  source: { index: 'logs', query: { term: { a: 1 } } },
  dest: { index: 'sums' },
  description: 'd',
  frequency: '90s',
  sync: { time: { field: 't' } },
  settings: { max_page_search_size: 7 },
  pivot: {
    group_by: {
      who: { terms: { field: 'w' } },
      size: { histogram: { field: 's', interval: 5 } },
      day: { date_histogram: { field: 't', calendar_interval: '1d', time_zone: 'UTC' } },
    },
    aggregations: { total: { sum: { field: 'n' } }, ps: { percentiles: { field: 'n' } } },
  },
};

test('the body of an Elasticsearch transform becomes that of an OpenSearch one', async () => {
  const { stage, error } = await play('create-transform', { 'transform-id': 't 1', body });
  assert.equal(error, undefined);
  const [request] = stage.requests;
  assert.deepEqual([request?.method, request?.path], ['PUT', '/_plugins/_transform/t%201']);
  assert.deepEqual(
    parseJson(String(request?.body)),
    toJson({
      transform: {
        enabled: false,
        continuous: true,
        schedule: { interval: { period: 2, unit: 'Minutes' } },
        description: 'd',
        source_index: 'logs',
        data_selection_query: { term: { a: 1 } },
        target_index: 'sums',
        page_size: 7,
        groups: [
          { terms: { source_field: 'w', target_field: 'who' } },
          { histogram: { source_field: 's', interval: 5, target_field: 'size' } },
          { date_histogram: { source_field: 't', calendar_interval: '1d', timezone: 'UTC', target_field: 'day' } },
        ],
        aggregations: { total: { sum: { field: 'n' } }, ps: { percentiles: { field: 'n' } } },
      },
    }),
  );
});

test('a body that says as little as it may has the usual page, schedule and query', async () => {
  const least = {
    source: { index: ['a'] },
    dest: { index: 'b' },
    pivot: { group_by: { x: { terms: { field: 'x' } } } },
  };
  const { stage } = await play('create-transform', { 'transform-id': 't', body: least });
  assert.equal(
    stage.requests[0]?.body,
    '{"transform":{"enabled":false,"continuous":false,"schedule":{"interval":{"period":1,"unit":"Minutes"}},' +
      '"description":"","source_index":"a","data_selection_query":{"match_all":{}},"target_index":"b","page_size":500,' +
      '"groups":[{"terms":{"source_field":"x","target_field":"x"}}],"aggregations":{}}}',
  );
});

test('a body in the form of OpenSearch stays as it is', async () => {
  const own = { transform: { anything: 1 } };
  const { stage } = await play('create-transform', { 'transform-id': 't', body: own });
  assert.equal(stage.requests[0]?.body, JSON.stringify(own));
});

test('all that has no counterpart is named, nothing is sent, and the run may go on', async () => {
  const { stage, outcome, error } = await play('create-transform', {
    'transform-id': 't',
    body: {
      source: { index: ['a', 'b'], runtime_mappings: {} },
      dest: { pipeline: 'p' },
      latest: {},
      frequency: 'often',
      settings: { docs_per_second: 5, max_page_search_size: 0 },
      pivot: {
        group_by: { tile: { geotile_grid: { field: 'g' } }, x: { terms: { field: 'x', missing_bucket: true } } },
        aggs: {
          stars: { top_metrics: {} },
          sub: { filter: { match_all: {} }, aggs: {} },
          words: { filter: { match: { a: 'b' } } },
          few: { terms: { field: 'a', order: {} } },
        },
      },
    },
  });
  assert.equal(error, undefined);
  assert.deepEqual([stage.requests.length, outcome.errorKind, outcome.weight], [0, 'unsupported', 0]);
  const lacking = (path: string): string => `${path} has no counterpart in the transforms of OpenSearch`;
  assert.deepEqual(outcome.errorDescription?.replace(/\.$/, '').split('; '), [
    `Transform "t" cannot be made: ${lacking('settings.docs_per_second')}`,
    'settings: "max_page_search_size" must be an integer of at least 1, but is 0.',
    lacking('latest'),
    'frequency must be a time such as "1m", but is "often"',
    'source.index must be one name or pattern, but is ["a","b"]',
    lacking('source.runtime_mappings'),
    'dest.index must be a name, but is null',
    lacking('dest.pipeline'),
    lacking('pivot.group_by.tile (geotile_grid)'),
    lacking('pivot.group_by.x.terms.missing_bucket'),
    lacking('pivot.aggs.stars (top_metrics)'),
    lacking('pivot.aggs.sub (filter, aggs)'),
    lacking('pivot.aggs.words (filter)'),
    lacking('pivot.aggs.few (terms)'),
  ]);
});

test('transforms are started, and deleted whether they are there or not', async () => {
  const id = { 'transform-id': 't' };
  const started = await play('start-transform', { ...id, timeout: '30m' });
  const deleted = await play('delete-transform', { ...id, force: true }, () => ({ status: 404 }));
  assert.deepEqual([started.error, deleted.error], [undefined, undefined]);
  assert.deepEqual(
    [...lines(started.stage.requests), ...lines(deleted.stage.requests)],
    ['POST /_plugins/_transform/t/_start', 'DELETE /_plugins/_transform/t?force=true'],
  );
});

test('without the plug-in the answer of the target is the error, and it is said once', async () => {
  const answer = { status: 400, body: { error: 'no handler found for uri [/_plugins/_transform/t] and method [PUT]' } };
  const { stage, error } = await play('create-transform', { 'transform-id': 't', body }, () => answer);
  assert.match(String(error), /HTTP 400/);
  assert.equal(stage.requests.length, 1);
});

const explained = (status: string, more: object = {}) => ({
  body: {
    t: {
      metadata_id: 'm',
      transform_metadata: {
        status,
        failure_reason: status === 'failed' ? 'no space' : null,
        stats: { documents_processed: 9000, index_time_in_millis: 1000, search_time_in_millis: 2000 },
        ...more,
      },
    },
  },
});
const inOrder =
  (...replies: readonly object[]): Server =>
  (_request, count) =>
    replies[Math.min(count, replies.length) - 1] ?? {};

test('a transform is waited for, and its documents over the time that it worked are the throughput', async () => {
  const notBegun = { body: { t: { metadata_id: null, transform_metadata: null } } };
  const { stage, outcome, error } = await play(
    'wait-for-transform',
    { 'transform-id': 't' },
    inOrder(notBegun, explained('init'), explained('started'), explained('finished')),
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    stage.log.filter((line) => !line.includes('sleep')),
    [0, 500, 1000, 1500].map((at) => `${at} GET /_plugins/_transform/t/_explain`),
  );
  assert.deepEqual([outcome.weight, outcome.unit, outcome.throughput], [9000, 'docs', 3000]);
});

test('a continuous transform is stopped when it has caught up', async () => {
  const behind = (documents: number) =>
    explained('started', { continuous_stats: { documents_behind: { a: documents } } });
  const { stage, outcome } = await play(
    'wait-for-transform',
    { 'transform-id': 't' },
    inOrder(behind(5), behind(0), {}),
  );
  assert.deepEqual(lines(stage.requests), [
    'GET /_plugins/_transform/t/_explain',
    'GET /_plugins/_transform/t/_explain',
    'POST /_plugins/_transform/t/_stop',
  ]);
  assert.equal(outcome.weight, 9000);
});

test('a transform is stopped at once if nobody wants its checkpoint, and looked at once if nobody waits', async () => {
  const id = { 'transform-id': 't' };
  const stopped = await play('wait-for-transform', { ...id, force: true }, inOrder({}, explained('stopped')));
  assert.deepEqual(lines(stopped.stage.requests), [
    'POST /_plugins/_transform/t/_stop',
    'GET /_plugins/_transform/t/_explain',
  ]);
  const looked = await play(
    'wait-for-transform',
    { ...id, 'wait-for-completion': false },
    inOrder(explained('started')),
  );
  assert.equal(looked.stage.requests.length, 1);
});

for (const [what, reply, expected] of [
  ['failed', explained('failed'), 'Transform "t" failed: no space'],
  ['is not there', { body: {} }, 'There is no transform "t".'],
  ['is not told of', { body: '<html>' }, 'There is no transform "t".'],
] as const) {
  test(`a transform that ${what} is a failure without work`, async () => {
    const { outcome, error } = await play('wait-for-transform', { 'transform-id': 't' }, inOrder(reply));
    assert.deepEqual([error, outcome.errorDescription, outcome.weight], [undefined, expected, 0]);
  });
}

test('a transform that takes longer than it may is a failure that says how far it is', async () => {
  const { error } = await play(
    'wait-for-transform',
    { 'transform-id': 't', 'transform-timeout': 2, 'poll-interval': 1 },
    inOrder(explained('started')),
  );
  assert.match(String(error), /transform "t" to end: 2 s are over; it was last seen started, with 9000 documents/);
});
