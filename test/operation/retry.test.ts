import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestFailure } from '../../src/operation/operation.ts';
import { EMPTY, play, type Reply } from './play.ts';

const timeout = { failure: new RequestFailure('timeout', 'no answer') };
const lost = { failure: new RequestFailure('connection', 'reset') };
const ok = {};
const yellow = { body: { status: 'yellow', relocating_shards: 0 } };
const green = { body: { status: 'green', relocating_shards: 0 } };

// [what, parameters, answers in order, attempts, retries, failed?]
const rows: readonly (readonly [string, object, readonly Reply[], number, number, boolean])[] = [
  ['no retries by default', {}, [timeout, ok], 1, 0, true],
  ['timeouts are repeated', { retries: 2 }, [timeout, timeout, green], 3, 2, false],
  ['lost connections are repeated', { retries: 1 }, [lost, green], 2, 1, false],
  ['HTTP 408 is repeated', { retries: 1 }, [{ status: 408 }, green], 2, 1, false],
  ['other statuses are not', { retries: 5 }, [{ status: 503 }, green], 1, 0, true],
  ['the last failure stands', { retries: 1 }, [timeout, timeout, green], 2, 1, true],
  ['timeouts are not repeated if unwanted', { retries: 5, 'retry-on-timeout': false }, [timeout, green], 1, 0, true],
  ['an unsuccessful answer is not repeated by default', { retries: 5 }, [yellow, green], 1, 0, true],
  [
    'an unsuccessful answer is repeated on demand',
    { retries: 5, 'retry-on-error': true },
    [yellow, green],
    2,
    1,
    false,
  ],
  [
    'the last unsuccessful answer stands',
    { retries: 1, 'retry-on-error': 'true' },
    [yellow, yellow, green],
    2,
    1,
    true,
  ],
  [
    'until success, however long it takes',
    { 'retry-until-success': true },
    [yellow, timeout, yellow, lost, yellow, green],
    6,
    5,
    false,
  ],
  [
    'until success, but not after other errors',
    { 'retry-until-success': true },
    [yellow, { status: 500 }, green],
    2,
    1,
    true,
  ],
];

for (const [what, params, replies, attempts, retries, isFailed] of rows) {
  test(what, async () => {
    const health = { 'request-params': { wait_for_status: 'green' }, ...params };
    let made = 0;
    const { stage, outcome, error } = await play('cluster-health', health, ({ path }) =>
      path.includes('level=indices') ? {} : (replies[made++] ?? green),
    );
    assert.equal(made, attempts);
    assert.equal(stage.retries, retries);
    assert.equal(error !== undefined || !outcome.success, isFailed);
    assert.equal(stage.time, 1000 + retries * 500, 'half a second between attempts');
  });
}

test('the pause between attempts is a parameter', async () => {
  const { stage, error } = await play('refresh', { retries: 3, 'retry-wait-period': 2 }, () => timeout);
  assert.deepEqual(
    stage.log.filter((line) => line.includes('sleep')),
    ['0 sleep 2000', '2000 sleep 2000', '4000 sleep 2000'],
  );
  assert.equal(error, timeout.failure);
});

test('the limit of the whole operation ends the repeats, without a pause too', async () => {
  for (const pause of [0.5, 0]) {
    const params = {
      'retry-until-success': true,
      'retry-wait-period': pause,
      'request-params': { wait_for_status: 'green' },
    };
    const { stage, error } = await play('cluster-health', params, () => ({ ...yellow, delay: 60 }), EMPTY, {}, 3000);
    assert.ok(error instanceof RequestFailure);
    assert.equal(error.kind, 'timeout');
    assert.match(error.message, /; the last attempt: The cluster is not green: yellow\.$/);
    assert.equal(stage.time, 4000);
  }
});

test('a wait for health that ends says which state was seen, also if the server itself waited in vain', async () => {
  const state = {
    status: 'yellow',
    unassigned_shards: 1,
    initializing_shards: 0,
    relocating_shards: 0,
    number_of_pending_tasks: 2,
  };
  const params = { 'retry-until-success': true, 'request-params': { wait_for_status: 'green' } };
  const waited = await play(
    'cluster-health',
    params,
    () => ({ status: 408, body: { ...state, timed_out: true } }),
    EMPTY,
    {},
    3000,
  );
  assert.match(String(waited.error), /; the last attempt: HTTP 408: yellow, 1 unassigned shard, 2 pending tasks$/);
  const once = await play('cluster-health', { 'request-params': { wait_for_status: 'green' } }, () => ({
    body: state,
  }));
  assert.equal(once.outcome.errorDescription, 'The cluster is not green: yellow, 1 unassigned shard, 2 pending tasks.');
  const moving = {
    body: { ...state, status: 'green', unassigned_shards: 0, relocating_shards: 3, number_of_pending_tasks: 0 },
  };
  const relocating = await play(
    'cluster-health',
    { 'request-params': { wait_for_no_relocating_shards: true } },
    () => moving,
  );
  assert.equal(
    relocating.outcome.errorDescription,
    'The cluster is not without relocating shards: green, 3 relocating shards.',
  );
});
