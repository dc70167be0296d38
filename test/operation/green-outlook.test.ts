// A wait for a green cluster ends at once if the cluster has too few nodes for its replicas.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailure } from '../../src/operation/operation.ts';
import { play, type Server, spec, typeOf } from './play.ts';

const params = { 'request-params': { wait_for_status: 'green' }, 'retry-until-success': true };
const health = (nodes: unknown, replicas: readonly number[], status = 'yellow') => ({
  status,
  relocating_shards: 0,
  unassigned_shards: 1,
  number_of_data_nodes: nodes,
  indices: Object.fromEntries(replicas.map((number, index) => [`i${index}`, { number_of_replicas: number }])),
});

/** Waits for green as long as it can, like the target itself; tells `looks` one after the other. */
const cluster = (...looks: readonly object[]): Server => {
  let seen = 0;
  return ({ path }) =>
    path.includes('level=indices')
      ? { body: looks[Math.min(seen++, looks.length - 1)] }
      : { status: 408, body: { ...health(1, [], 'yellow'), timed_out: true }, delay: 30_000 };
};

test('a replica that no node can take is said after two looks, not when the time is over', async () => {
  const { stage, outcome, error } = await play('cluster-health', { ...params, index: 'a' }, cluster(health(1, [0, 1])));
  assert.equal(error, undefined);
  assert.deepEqual(stage.log, [
    '0 GET /_cluster/health/a?wait_for_status=green',
    '0 sleep 1000',
    '1000 GET /_cluster/health/a?level=indices',
    '1000 sleep 500',
    '1500 GET /_cluster/health/a?level=indices',
  ]);
  assert.deepEqual(
    [outcome.success, outcome.errorKind, outcome.errorDescription],
    [
      false,
      'cluster-health',
      'The cluster cannot become green: it has 1 data node and needs 2 for "i1", one for each copy of a shard. ' +
        'Use fewer replicas or more nodes, or wait for yellow.',
    ],
  );
});

test('many indices are not all named', async () => {
  const { outcome } = await play('cluster-health', params, cluster(health(3, [3, 2, 4, 5, 6, 2])));
  assert.match(
    outcome.errorDescription ?? '',
    /has 3 data nodes and needs 4 for "i0", 5 for "i2", 6 for "i3" and 1 more,/,
  );
});

test('a cluster that gets its nodes, its replicas set, or says nothing is waited for', async () => {
  const looks: readonly (readonly object[])[] = [
    [health(1, [1]), health(2, [1])],
    [health(1, [1]), health(1, [0])],
    [health(2, [1])],
    [health(undefined, [1])],
    [health(0, [1])],
    [{}],
  ];
  for (const some of looks) {
    const { error, stage } = await play('cluster-health', params, cluster(...some), undefined, {}, 60_000);
    assert.ok(error instanceof RequestFailure && error.kind === 'timeout', JSON.stringify(some));
    assert.equal(stage.time, 61_000);
  }
});

test('a target that does not tell of its indices, or loses the connection, is waited for', async () => {
  for (const reply of [{ status: 403 }, { failure: new RequestFailure('connection', 'reset') }]) {
    const server: Server = ({ path }, count) =>
      path.includes('level=indices')
        ? reply
        : count < 4
          ? { body: health(1, [1]), delay: 2000 }
          : { body: { status: 'green' } };
    const { outcome, error } = await play('cluster-health', params, server);
    assert.deepEqual([error, outcome.success, outcome.details?.get('cluster-status')], [undefined, true, 'green']);
  }
});

test('a cluster that is soon green is not asked for more', async () => {
  const { stage } = await play('cluster-health', params, () => ({ body: { status: 'green' }, delay: 900 }));
  assert.deepEqual([stage.requests.length, stage.forks, stage.released], [1, 1, 1]);
});

test('a workload that waits for nodes, or for less than green, is left to wait', async () => {
  for (const query of [{ wait_for_status: 'green', wait_for_nodes: '>=2' }, { wait_for_status: 'yellow' }, {}]) {
    const { stage } = await play('cluster-health', { 'request-params': query }, () => ({ body: { status: 'green' } }));
    assert.equal(stage.forks, 0);
    assert.equal(typeOf('cluster-health').concurrency(spec('cluster-health', { 'request-params': query })), 1);
  }
  assert.equal(typeOf('cluster-health').concurrency(spec('cluster-health', params)), 2);
});
