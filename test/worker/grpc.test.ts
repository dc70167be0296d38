// Load over gRPC against servers of every kind: what is counted, what is said, and that nothing hangs.
// Needs: time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtoMessage } from '../../src/grpc/protobuf.ts';
import { outageWarnings } from '../../src/metrics/outage-text.ts';
import { type FakeGrpcServer, type GrpcReply, startGrpcServer } from '../fakes/grpc-server.ts';
import { drive, type LoadOutcome } from '../support/load.ts';
import { task } from '../support/small-model.ts';

/** Nothing of these tests is spoken over HTTP, so nobody needs to listen there. */
const NO_CLUSTER = '127.0.0.1:9';
const found = new ProtoMessage().integer(1, 3).encode();
const body = { query: { match_all: {} } };
const search = (settings: Parameters<typeof task>[3], params: object = {}) =>
  task('search', 'proto-search', { index: 'idx', body, ...params }, settings);

async function withServer(
  answer: (message: Buffer, count: number) => GrpcReply,
  use: (server: FakeGrpcServer) => Promise<void>,
): Promise<void> {
  const server = await startGrpcServer(answer);
  try {
    await use(server);
  } finally {
    server.stop();
  }
}

const load = (hosts: readonly string[], schedule: Parameters<typeof drive>[0]['schedule'], more: object = {}) =>
  drive({ targetHosts: NO_CLUSTER, grpcHosts: hosts, schedule, ...more });

const searchOf = ({ tasks }: LoadOutcome) => {
  const results = tasks.get('search');
  assert.ok(results !== undefined);
  return results;
};

const kindsOf = (outcome: LoadOutcome) => searchOf(outcome).errors.map(({ kind, count }) => [kind, count]);

describe('calls that are answered', () => {
  test('are counted one by one, and share the hosts', async () => {
    await withServer(
      () => found,
      (first) =>
        withServer(
          () => found,
          async (second) => {
            const outcome = await load([first.host, second.host], [search({ clients: 4, iterations: 50 })]);
            assert.equal(outcome.error, null);
            assert.deepEqual([searchOf(outcome).requests, searchOf(outcome).errorRate], [200, 0]);
            assert.deepEqual([first.messages.length, second.messages.length], [100, 100]);
            assert.deepEqual(
              outcome.endpoints.map(({ endpoint, protocol, requests }) => [endpoint, protocol, requests]),
              [
                [NO_CLUSTER, 'http', 0],
                [first.host, 'grpc', 100],
                [second.host, 'grpc', 100],
              ],
            );
          },
        ),
    );
  });

  test('tell the server how long they wait', async () => {
    await withServer(
      () => found,
      async (server) => {
        await load([server.host], [search({ iterations: 1 }, { 'request-timeout': 30 })]);
        const [limit = null] = server.limits;
        assert.ok(limit !== null && limit > 25_000 && limit <= 31_000, `${limit}`);
      },
    );
  });

  test('with a status other than OK are failures of that name, without stack traces', async () => {
    const codes = [3, 5, 8, 14, 13];
    await withServer(
      (_message, count) => ({ code: codes[count - 1] ?? 2, details: `no luck\n\tat org.opensearch.Some(Some.java:1)` }),
      async (server) => {
        const outcome = await load([server.host], [search({ iterations: 5 })]);
        assert.equal(outcome.error, null);
        assert.deepEqual(
          searchOf(outcome)
            .errors.map(({ kind, count, example }) => [kind, count, example])
            .sort(),
          ['INTERNAL', 'INVALID_ARGUMENT', 'NOT_FOUND', 'RESOURCE_EXHAUSTED', 'UNAVAILABLE'].map((name) => [
            `gRPC ${name}`,
            1,
            `gRPC ${name}: no luck`,
          ]),
        );
        assert.deepEqual([searchOf(outcome).requests, searchOf(outcome).failedRequests], [5, 5]);
      },
    );
  });

  test('are repeated by status if the client options say so', async () => {
    await withServer(
      (_message, count) => (count % 2 === 1 ? { code: 14, details: 'busy' } : found),
      async (server) => {
        const outcome = await load([server.host], [search({ iterations: 3 })], {
          clientOptions: 'timeout:60,max_retries:1',
        });
        assert.deepEqual([searchOf(outcome).errorRate, searchOf(outcome).retries, server.messages.length], [0, 3, 6]);
      },
    );
  });

  test('with bytes that are no message are failures where they have to be read', async () => {
    await withServer(
      () => Buffer.from('this is no message'),
      async (server) => {
        const outcome = await load([server.host], [search({ iterations: 2 }, { 'detailed-results': true })]);
        assert.deepEqual(kindsOf(outcome), [['unreadable answer', 2]]);
      },
    );
  });
});

describe('calls that are not answered', () => {
  test('end with their time limit, and the server is free of them', async () => {
    await withServer(
      () => 'silence',
      async (server) => {
        const outcome = await load([server.host], [search({ iterations: 2 }, { 'request-timeout': 0.2 })]);
        assert.equal(outcome.error, null);
        assert.deepEqual(kindsOf(outcome), [['timeout', 2]]);
        assert.match(searchOf(outcome).errors[0]?.example ?? '', /within 0\.2 s \(request-timeout of the operation\)/);
        assert.equal(server.messages.length, 2);
      },
    );
  });

  test('end at once when the run is cancelled', async () => {
    await withServer(
      () => 'silence',
      async (server) => {
        const outcome = await load([server.host], [search({ iterations: 1 })], {
          onReport: (_report: unknown, cancel: () => void) => cancel(),
        });
        assert.equal(outcome.error, null);
        assert.deepEqual([searchOf(outcome).requests, searchOf(outcome).errors.length], [1, 0]);
      },
    );
  });

  test('because the server died are told, and the load goes on when it is back', async () => {
    const server = await startGrpcServer((_message, count) => {
      if (count !== 5) return found;
      server.stop();
      setTimeout(() => void server.start(), 300);
      return 'silence';
    });
    const outcome = await load(
      [server.host],
      [search({ iterations: 60, targetThroughput: { value: 60, unit: 'ops' } })],
    );
    server.stop();
    assert.equal(outcome.error, null);
    // The call that was lost only reads, so it was sent once more, and was refused then, as those after it were.
    const [refused] = searchOf(outcome).errors;
    assert.deepEqual([searchOf(outcome).errors.length, refused?.kind], [1, 'connection refused']);
    assert.equal(searchOf(outcome).repeats, 1);
    assert.equal(server.messages.length - 1 + (refused?.count ?? 0), 60);
    assert.ok(server.messages.length > 20, `${server.messages.length}`);
  });
});

describe('hosts that cannot be used', () => {
  test('leave their share to the others, and the outage is told', async () => {
    await withServer(
      () => found,
      async (server) => {
        const outcome = await load(
          ['127.0.0.1:9', server.host],
          [search({ clients: 2, iterations: 30, targetThroughput: { value: 40, unit: 'ops' } })],
        );
        assert.equal(outcome.error, null);
        assert.deepEqual([searchOf(outcome).errorRate, server.messages.length], [0, 60]);
        assert.match(
          outageWarnings(outcome.endpoints).join(),
          /^127\.0\.0\.1:9 \(gRPC\) answered no request from .* to the end of the run: its share went to the other hosts/,
        );
      },
    );
  });
});
