// What errors of the Kafka client mean: made as the client makes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MultipleErrors,
  NetworkError,
  ProtocolError,
  ResponseError,
  TimeoutError,
  UserError,
} from '@platformatic/kafka';
import { readFailure } from '../../src/kafka/failure.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

test('a broker that cannot be reached is told by the error of its socket, however deep that lies', () => {
  const network = new NetworkError('Connection to 127.0.0.1:1 failed.', { cause: refused });
  for (const error of [network, new MultipleErrors('Cannot connect to any broker.', [network])])
    assert.deepEqual(readFailure(error), { kind: 'network', cause: refused });
  const timeout = new TimeoutError('Connection timed out.');
  assert.deepEqual(readFailure(timeout), { kind: 'network', cause: timeout });
});

test('an answer of a broker has the name that Kafka gives to it', () => {
  const full = new ProtocolError('NOT_ENOUGH_REPLICAS');
  const answer = new MultipleErrors('2 brokers failed.', [full]);
  assert.deepEqual(readFailure(answer), {
    kind: 'refused',
    refusal: { kind: 'Kafka NOT_ENOUGH_REPLICAS', description: `Kafka NOT_ENOUGH_REPLICAS: ${full.message}` },
  });
  const response = new ResponseError(0, 11, { '/topics/0/partitions/0': 3 }, {});
  assert.equal(kindOf(response), 'Kafka UNKNOWN_TOPIC_OR_PARTITION');
});

test('whatever else the client says is refused in its words', () => {
  assert.equal(kindOf(new UserError('Unknown topic nowhere.')), 'Kafka UNKNOWN_TOPIC');
  assert.equal(kindOf(new UserError('The key is wrong.')), 'Kafka client');
  assert.equal(kindOf('a text'), 'Kafka client');
});

function kindOf(error: unknown): string {
  const read = readFailure(error);
  assert.ok(read.kind === 'refused');
  return read.refusal.kind;
}
