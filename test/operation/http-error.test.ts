import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, describeHttpError } from '../../src/operation/http-error.ts';
import { RequestFailure } from '../../src/operation/operation.ts';
import { answerOf } from './play.ts';

const rejected = {
  error: { root_cause: [], type: 'circuit_breaking_exception', reason: '[parent] Data too\nlarge' },
  status: 429,
};

test('an error answer becomes one line with type and reason', () => {
  assert.deepEqual(describeHttpError(answerOf(rejected, { status: 429 })), {
    kind: 'HTTP 429',
    description: 'HTTP 429: circuit_breaking_exception: [parent] Data too large',
  });
  assert.equal(
    describeHttpError(answerOf(rejected, { status: 429, encoding: 'gzip' })).description.includes('Data too large'),
    true,
  );
  assert.equal(describeHttpError(answerOf('Unauthorized', { status: 401 })).description, 'HTTP 401: Unauthorized');
  assert.equal(describeHttpError(answerOf('', { status: 502 })).description, 'HTTP 502');
  assert.equal(
    describeHttpError(answerOf({ error: 'no handler' }, { status: 400 })).description,
    'HTTP 400: no handler',
  );
  assert.equal(
    describeHttpError(answerOf({ message: 'Forbidden' }, { status: 403 })).description,
    'HTTP 403: Forbidden',
  );
});

test('a body that is cut off, long or broken is described as far as it goes', () => {
  const long = { error: { type: 'x', reason: 'r'.repeat(5000) } };
  assert.equal(describeHttpError(answerOf(long, { status: 400 })).description.length, 'HTTP 400: '.length + 300);
  const cut = JSON.stringify({ error: { type: 'mapper_parsing_exception', reason: 'r'.repeat(5000) } });
  assert.equal(
    describeHttpError(answerOf(cut, { status: 400, kept: 100 })).description,
    'HTTP 400: mapper_parsing_exception',
  );
  assert.equal(describeHttpError(answerOf(rejected, { status: 429, encoding: 'gzip', kept: 12 })).kind, 'HTTP 429');
  assert.equal(
    describeHttpError(answerOf('<html>\n<b>Bad\u0000 Gateway</b>', { status: 502 })).description,
    'HTTP 502: <html> <b>Bad Gateway</b>',
  );
});

test('failures of scripts have kinds of low cardinality', () => {
  assert.deepEqual(describeFailure(new RequestFailure('timeout', 'no answer within 10 s')), {
    kind: 'timeout',
    description: 'no answer within 10 s',
  });
  assert.deepEqual(describeFailure(new RequestFailure('connection', 'reset by\r\npeer')), {
    kind: 'connection lost',
    description: 'reset by peer',
  });
  const status = new RequestFailure('status', 'HTTP 429', 429, Buffer.from(JSON.stringify(rejected)));
  assert.equal(describeFailure(status).kind, 'HTTP 429');
  assert.equal(describeFailure(new RequestFailure('status', 'HTTP 404', 404)).description, 'HTTP 404');
});

test('below "all shards failed" stands the cause', () => {
  const shard = (reason: object) => [{ shard: 0, index: 'logs', node: 'n', reason }];
  const top = { type: 'search_phase_execution_exception', reason: 'all shards failed', phase: 'query', grouped: true };
  const cause = {
    type: 'query_shard_exception',
    reason: 'failed to create query',
    index: 'logs',
    caused_by: { type: 'x', reason: 'For input string: "a"' },
  };
  const describe = (body: object): string => describeHttpError(answerOf(body, { status: 400 })).description;
  const wrapped = 'HTTP 400: search_phase_execution_exception: all shards failed';
  const below = '; caused by query_shard_exception: failed to create query';
  assert.equal(
    describe({ error: { root_cause: [cause], ...top, failed_shards: shard(cause) } }),
    `${wrapped}${below}; caused by x: For input string: "a"`,
  );
  // The list of root causes may be empty, or repeat the error itself.
  assert.equal(
    describe({ error: { root_cause: [], ...top, failed_shards: shard({ ...cause, caused_by: null }) } }),
    `${wrapped}${below}`,
  );
  assert.equal(describe({ error: { root_cause: [top], ...top, failed_shards: [] } }), wrapped);
  assert.equal(
    describe({ took: 3, failures: [{ index: 'i', cause: { type: 'version_conflict', reason: 'r' }, status: 409 }] }),
    'HTTP 400: version_conflict: r',
  );
  // What was kept of the answer may end before the shards.
  const cut = JSON.stringify({ error: { root_cause: [cause], ...top, failed_shards: shard(cause) } });
  const kept = cut.indexOf('"failed_shards"') + 30;
  assert.equal(describeHttpError(answerOf(cut, { status: 400, kept })).description, `${wrapped}${below}`);
});
