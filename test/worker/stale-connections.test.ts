// Servers that end connections which were used before: what only reads is sent again on a fresh connection, and nothing
// else is.
// Needs: time.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { TaskResults } from '../../src/metrics/results.ts';
import { seconds } from '../../src/units.ts';
import { startRawServer } from '../fakes/http-raw-server.ts';
import { drive, type LoadSettings } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

interface TiredServer {
  readonly host: string;
  /** Requests that were answered, and those that a connection ended with. */
  readonly answered: () => number;
  readonly dropped: () => number;
  close(): Promise<void>;
}

/** Answers the first request of each connection and ends it with the second, unanswered. */
async function startTiredServer(): Promise<TiredServer> {
  const used = new Set<Socket>();
  let [answered, dropped] = [0, 0];
  const server = await startRawServer((socket) => {
    if (used.has(socket)) {
      dropped++;
      socket.resetAndDestroy();
      return;
    }
    used.add(socket);
    answered++;
    socket.write(OK);
  });
  return { host: `127.0.0.1:${server.port}`, answered: () => answered, dropped: () => dropped, close: server.close };
}

async function run(
  settings: Omit<LoadSettings, 'schedule'>,
  type: string,
  params: object,
  how: Parameters<typeof task>[3],
): Promise<TaskResults> {
  const { tasks, error } = await drive({ ...settings, schedule: [task('t', type, { ...params }, how)] });
  assert.equal(error, null);
  const results = tasks.get('t');
  assert.ok(results !== undefined);
  return results;
}

const get = { path: '/' };
const post = { path: '/', method: 'POST', body: '{}' };

describe('a connection that ends before it answers, though it did before', { concurrency: true }, () => {
  const rows: readonly (readonly [string, string, object, string, boolean])[] = [
    ['a GET is repeated', 'raw-request', get, 'timeout:10', true],
    ['a search is repeated', 'search', { index: 'idx', body: {} }, 'timeout:10', true],
    ['a request of a script that reads is repeated', 'cluster-health', {}, 'timeout:10', true],
    ['a POST is not', 'raw-request', post, 'timeout:10', false],
    [
      'a bulk is not',
      'raw-request',
      { path: '/_bulk', method: 'POST', body: '{"index":{}}\n{}\n' },
      'timeout:10',
      false,
    ],
    ['a refresh is not', 'refresh', {}, 'timeout:10', false],
    ['nothing is, if unwanted', 'raw-request', get, 'timeout:10,repeat_on_stale_connection:false', false],
  ];
  for (const [name, type, params, clientOptions, isRepeated] of rows) {
    test(name, async () => {
      const server = await startTiredServer();
      try {
        const results = await run({ targetHosts: server.host, clientOptions }, type, params, {
          clients: 2,
          iterations: 10,
        });
        assert.equal(results.samples, 20);
        assert.equal(results.requests, server.answered() + server.dropped(), 'both sendings count');
        assert.equal(results.failedRequests, server.dropped());
        assert.equal(results.repeats, isRepeated ? server.dropped() : 0);
        assert.ok(server.dropped() >= 10);
        if (isRepeated && type !== 'cluster-health') assert.equal(results.errorRate, 0);
        if (!isRepeated)
          assert.equal(results.errors.find(({ kind }) => kind === 'connection lost')?.count, server.dropped());
        assert.equal(results.refusedRequests, 0);
      } finally {
        await server.close();
      }
    });
  }

  test('the repeat goes to a fresh connection, though another host has an open one that may be as stale', async () => {
    const servers = [await startTiredServer(), await startTiredServer()];
    try {
      const targetHosts = servers.map(({ host }) => host).join(',');
      const results = await run({ targetHosts }, 'raw-request', get, { clients: 2, iterations: 20 });
      const dropped = servers.reduce((sum, server) => sum + server.dropped(), 0);
      assert.deepEqual([results.errorRate, results.repeats], [0, dropped]);
    } finally {
      for (const server of servers) await server.close();
    }
  });

  test('a request is repeated once', async () => {
    const sockets = new Set<Socket>();
    const server = await startRawServer((socket, _data, count) => {
      if (count > 1 || sockets.has(socket)) socket.resetAndDestroy();
      else socket.write(OK);
      sockets.add(socket);
    });
    try {
      const results = await run({ targetHosts: `127.0.0.1:${server.port}` }, 'raw-request', get, { iterations: 2 });
      assert.deepEqual(
        [results.requests, results.failedRequests, results.repeats, results.samples, results.errorRate],
        [3, 2, 1, 2, 0.5],
      );
    } finally {
      await server.close();
    }
  });

  test('a connection is replaced before the server gives it up, where the server says when', async () => {
    let given = 0;
    const server = await startRawServer((socket) => {
      socket.write(OK.replace('\r\n\r\n', '\r\nKeep-Alive: timeout=1\r\n\r\n'));
      socket.setTimeout(1000, () => {
        given++;
        socket.end();
      });
    });
    try {
      const results = await run({ targetHosts: `127.0.0.1:${server.port}` }, 'raw-request', post, {
        timePeriod: seconds(4),
        targetThroughput: { value: 2 / 3, unit: 'ops' },
      });
      assert.deepEqual([results.errorRate, results.failedRequests, given], [0, 0, 0]);
      assert.ok(server.connections() >= results.requests, 'each had to be replaced');
    } finally {
      await server.close();
    }
  });
});
