// What waits beside others does not make them late.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { seconds } from '../../src/units.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

/** Answers at once; every `closesAfter`th answer closes its connection. */
async function startServer(closesAfter: number): Promise<{ readonly server: Server; readonly host: string }> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () =>
      response
        .writeHead(200, { 'content-length': 2, ...(++count % closesAfter === 0 ? { connection: 'close' } : {}) })
        .end('{}'),
    );
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}

test('connections that come and go do not delay the requests of a task beside them', async () => {
  const [closing, dying] = [await startServer(50), await startServer(Number.POSITIVE_INFINITY)];
  const how = { timePeriod: seconds(5) };
  const killer = setTimeout(() => end(dying.server), 1000);
  const { error, tasks } = await drive({
    targetHosts: `${closing.host},${dying.host}`,
    clientOptions: 'timeout:10',
    schedule: [
      {
        kind: 'parallel',
        completedBy: null,
        clients: 8,
        tasks: [
          task('busy', 'raw-request', { path: '/' }, { ...how, clients: 4 }),
          task(
            'paced',
            'raw-request',
            { path: '/' },
            { ...how, clients: 4, targetThroughput: { value: 20, unit: 'ops' } },
          ),
        ],
      },
    ],
  });
  clearTimeout(killer);
  end(closing.server);
  assert.equal(error, null);
  const latency = new Map(tasks.get('paced')?.latency?.percentiles);
  // A request that its waiter was not called for is late by as much as the back-off of a connection, again and again.
  assert.ok(
    (latency.get(100) ?? Number.POSITIVE_INFINITY) < 1500,
    `the latest request was ${latency.get(100)} ms late`,
  );
});
