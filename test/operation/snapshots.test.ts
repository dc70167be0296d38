import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, play, type Server } from './play.ts';

const where = { repository: 'r 1', snapshot: 's/2' };
const status = (state: string, more: object = {}) => ({
  body: { snapshots: [{ state, shards_stats: { done: 1, failed: 1, total: 3 }, ...more }] },
});
const stats = { total: { size_in_bytes: 5000, file_count: 7 }, start_time_in_millis: 100, time_in_millis: 2500 };

/** Answers one after the other; the last one again and again. */
const inOrder =
  (...replies: readonly object[]): Server =>
  (_request, count) =>
    replies[Math.min(count, replies.length) - 1] ?? {};

const requests: readonly (readonly [string, object])[] = [
  ['create-snapshot-repository', { body: { type: 'fs' }, 'request-params': { verify: false } }],
  ['delete-snapshot-repository', {}],
  ['create-snapshot', { ...where, body: { indices: 'a' }, 'wait-for-completion': true }],
  ['create-snapshot', { ...where, body: {} }],
  ['restore-snapshot', { ...where, 'request-params': { request_timeout: 3600, a: 1 } }],
];

test('repositories and snapshots are made, restored and forgotten by one request each', async () => {
  const sent: string[] = [];
  for (const [type, params] of requests) {
    const { stage, outcome, error } = await play(type, { ...where, ...params });
    assert.deepEqual([error, outcome.weight, outcome.unit], [undefined, 1, 'ops']);
    sent.push(...lines(stage.requests));
  }
  assert.deepEqual(sent, [
    'PUT /_snapshot/r%201?verify=false {"type":"fs"}',
    'DELETE /_snapshot/r%201',
    'PUT /_snapshot/r%201/s%2F2?wait_for_completion=true {"indices":"a"}',
    'PUT /_snapshot/r%201/s%2F2?wait_for_completion=false {}',
    'POST /_snapshot/r%201/s%2F2/_restore?a=1&wait_for_completion=false',
  ]);
});

test('the time limit among the query parameters is kept back, as the Python client does', async () => {
  const { stage } = await play('restore-snapshot', { ...where, 'request-params': { request_timeout: 3600 } });
  assert.equal(stage.requests[0]?.timeout, 3_600_000);
  const both = await play('restore-snapshot', {
    ...where,
    'request-timeout': 5,
    'request-params': { request_timeout: 3600 },
  });
  assert.equal(both.stage.requests[0]?.timeout, 5000);
});

test('a snapshot is waited for until the repository has it, and its size over its time is the throughput', async () => {
  const { stage, outcome, error } = await play(
    'wait-for-snapshot-create',
    where,
    inOrder(
      status('STARTED'),
      status('SUCCESS', { stats }),
      { body: { snapshots: [{ state: 'IN_PROGRESS' }] } },
      { body: { snapshots: [{ state: 'SUCCESS' }] } },
    ),
  );
  assert.equal(error, undefined);
  assert.deepEqual(stage.log, [
    '0 GET /_snapshot/r%201/s%2F2/_status?ignore_unavailable=true',
    '0 sleep 1000',
    '1000 GET /_snapshot/r%201/s%2F2/_status?ignore_unavailable=true',
    '1000 GET /_snapshot/r%201/s%2F2?ignore_unavailable=true',
    '1000 sleep 1000',
    '2000 GET /_snapshot/r%201/s%2F2?ignore_unavailable=true',
  ]);
  assert.deepEqual([outcome.weight, outcome.unit, outcome.throughput], [5000, 'byte', 2000]);
  assert.deepEqual(Object.fromEntries(outcome.details ?? []), {
    start_time_millis: 100,
    stop_time_millis: 2600,
    duration: 2500,
    file_count: 7,
  });
});

test('a snapshot of nothing that took no time has a throughput, too', async () => {
  const empty = { total: { size_in_bytes: 208, file_count: 1 }, start_time_in_millis: 1, time_in_millis: 0 };
  const { outcome } = await play(
    'wait-for-snapshot-create',
    where,
    inOrder(status('SUCCESS', { stats: empty }), { body: { snapshots: [] } }),
  );
  assert.equal(outcome.throughput, 208_000);
});

for (const [what, reply, description] of [
  ['failed', status('FAILED'), 'The snapshot "s/2" in repository "r 1" ended as FAILED: 1 of 3 shards done, 1 failed.'],
  [
    'is incomplete',
    status('PARTIAL'),
    'The snapshot "s/2" in repository "r 1" ended as PARTIAL: 1 of 3 shards done, 1 failed.',
  ],
  ['is not there', { body: { snapshots: [] } }, 'There is no snapshot "s/2" in repository "r 1".'],
  ['is not told of', { body: 'half an ans' }, 'There is no snapshot "s/2" in repository "r 1".'],
] as const) {
  test(`a snapshot that ${what} is a failure without work`, async () => {
    const { outcome, error } = await play('wait-for-snapshot-create', where, inOrder(reply));
    assert.equal(error, undefined);
    assert.deepEqual(
      [outcome.success, outcome.weight, outcome.throughput, outcome.errorKind, outcome.errorDescription],
      [false, 0, null, 'snapshot', description],
    );
  });
}

test('a snapshot that does not come is given up when the operation is over, with what was seen last', async () => {
  const params = { ...where, 'completion-recheck-wait-period': 4 };
  const { stage, error } = await play(
    'wait-for-snapshot-create',
    params,
    inOrder(status('STARTED')),
    undefined,
    {},
    9000,
  );
  assert.equal(stage.requests.length, 3);
  assert.equal(
    String(error),
    'RequestFailure: Waited in vain for snapshot "s/2" in repository "r 1" to be complete: the limit is over; ' +
      'it was last seen as STARTED, 1 of 3 shards done, 1 failed.',
  );
});

const shard = (stage: string, bytes: number, start: number, stop: number) => ({
  stage,
  start_time_in_millis: start,
  stop_time_in_millis: stop,
  index: { size: { recovered_in_bytes: bytes } },
});

test('recoveries are waited for, and what they moved over the time of all of them is the throughput', async () => {
  const done = [shard('DONE', 600, 1000, 3000), shard('DONE', 400, 500, 2500)];
  const { stage, outcome, error } = await play(
    'wait-for-recovery',
    { index: ['a', 'b-*'], 'completion-recheck-wait-period': 0.5 },
    inOrder(
      { body: {} },
      { body: { a: { shards: [done[0]] }, b: { shards: [shard('INDEX', 1, 500, 0)] } } },
      { body: { a: { shards: [done[0]] }, b: { shards: [done[1]] } } },
    ),
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    stage.log.filter((line) => !line.includes('sleep')),
    ['0 GET /a,b-*/_recovery', '500 GET /a,b-*/_recovery', '1000 GET /a,b-*/_recovery'],
  );
  assert.deepEqual([outcome.weight, outcome.unit, outcome.throughput], [1000, 'byte', 400]);
  assert.deepEqual(Object.fromEntries(outcome.details ?? []), { start_time_millis: 500, stop_time_millis: 3000 });
});

test('an answer about recoveries that is none is a failed request', async () => {
  for (const body of ['[', { a: { shards: [{ stage: 'DONE' }] } }]) {
    const { error } = await play('wait-for-recovery', { index: 'a' }, inOrder({ body }));
    assert.match(String(error), /^RequestFailure: The answer about recoveries /);
  }
});

const shrinking = (request: { readonly method: string; readonly path: string }, count: number) => {
  if (request.path === '/big-*') return { body: { 'big-1': {}, 'big-2': {} } };
  if (request.path === '/_nodes')
    return { body: { nodes: { x: { name: 'm', roles: ['cluster_manager'] }, y: { name: 'd', roles: ['data'] } } } };
  if (request.path.startsWith('/_cat/shards'))
    return {
      body: [
        { shard: '0', state: 'STARTED', node: 'd' },
        { shard: '1', state: 'STARTED', node: count < 5 ? 'e' : 'd' },
        { shard: '1', state: 'UNASSIGNED', node: null },
      ],
    };
  if (request.path.startsWith('/_cluster/health'))
    return { body: { status: 'yellow', initializing_shards: 0, relocating_shards: 0, unassigned_shards: 1 } };
  return {};
};

test('an index is shrunk once a node has all of its shards, and its successor is free again', async () => {
  const { stage, outcome, error } = await play(
    'shrink-index',
    {
      'source-index': 'big-*',
      'target-index': 'small-',
      'target-body': { settings: { 'index.number_of_shards': 1 }, aliases: {} },
    },
    shrinking,
  );
  assert.equal(error, undefined);
  const body =
    '{"settings":{"index.number_of_shards":1,"index.routing.allocation.require._name":null,"index.blocks.write":null},' +
    '"aliases":{}}';
  const settings = '{"settings":{"index.routing.allocation.require._name":"d","index.blocks.write":"true"}}';
  assert.deepEqual(lines(stage.requests), [
    'GET /big-*',
    'GET /_nodes',
    `PUT /big-1/_settings?preserve_existing=true ${settings}`,
    'GET /_cat/shards/big-1?format=json&h=shard,state,node',
    'GET /_cat/shards/big-1?format=json&h=shard,state,node',
    `PUT /big-1/_shrink/small-1 ${body}`,
    'GET /_cluster/health/small-1',
    `PUT /big-2/_settings?preserve_existing=true ${settings}`,
    'GET /_cat/shards/big-2?format=json&h=shard,state,node',
    `PUT /big-2/_shrink/small-2 ${body}`,
    'GET /_cluster/health/small-2',
  ]);
  assert.deepEqual([outcome.weight, outcome.unit], [2, 'ops']);
});

test('what cannot be shrunk is named', async () => {
  const params = { 'source-index': 'big-*', 'target-index': 'small', 'target-body': {} };
  assert.match(String((await play('shrink-index', params, inOrder({ body: {} }))).error), /There is no index "big-\*"/);
  const noNode = await play('shrink-index', params, inOrder({ body: { 'big-1': {} } }, { body: { nodes: {} } }));
  assert.match(String(noNode.error), /No node has the role "data"/);
  const never = await play(
    'shrink-index',
    { ...params, 'shrink-node': 'd' },
    inOrder({ body: { a: {} } }, {}, { body: [] }),
    undefined,
    {},
    2000,
  );
  assert.match(String(never.error), /a copy of each shard of a to be on one node.*with 0 of 0 shards on one node/);
});

test('searching by several threads is switched on and off', async () => {
  const type = 'update-concurrent-segment-search-settings';
  const bodies: unknown[] = [];
  for (const params of [{}, { enable: 'true', max_slice_count: 4 }])
    bodies.push(...lines((await play(type, params)).stage.requests));
  assert.deepEqual(bodies, [
    'PUT /_cluster/settings {"persistent":{"search.concurrent_segment_search.enabled":"false"}}',
    'PUT /_cluster/settings {"persistent":{"search.concurrent_segment_search.enabled":"true",' +
      '"search.concurrent.max_slice_count":4}}',
  ]);
});
