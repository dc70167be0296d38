// Several endpoints of one cluster: requests go round robin, and round those that are down.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startFlakyHost } from '../fakes/flaky-host.ts';
import { createTestAuthority } from '../fakes/http-certificates.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port;

async function startServer(): Promise<{ readonly server: Server; readonly count: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-length': 2 }).end('{}'));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, count: () => count };
}

const ping = task('ping', 'raw-request', { path: '/' }, { clients: 3, iterations: 100 });

test('requests are spread evenly over the endpoints', async () => {
  const [first, second] = [await startServer(), await startServer()];
  const { error, tasks } = await drive({
    targetHosts: `127.0.0.1:${portOf(first.server)},127.0.0.1:${portOf(second.server)}`,
    schedule: [ping],
  });
  for (const { server } of [first, second]) {
    server.closeAllConnections();
    server.close();
  }
  assert.equal(error, null);
  assert.deepEqual([tasks.get('ping')?.requests, first.count(), second.count()], [300, 150, 150]);
});

test('an endpoint that is down is left out, and no request fails for it', async () => {
  const [up, down] = [await startServer(), await startServer()];
  const port = portOf(down.server);
  down.server.close();
  const { error, tasks } = await drive({
    targetHosts: `127.0.0.1:${portOf(up.server)},127.0.0.1:${port}`,
    schedule: [ping],
  });
  up.server.closeAllConnections();
  up.server.close();
  assert.equal(error, null);
  assert.deepEqual([tasks.get('ping')?.requests, tasks.get('ping')?.failedRequests, up.count()], [300, 0, 300]);
});

test('an outage that ends before the clock of the step runs is told while it lasts', async () => {
  const host = await startFlakyHost();
  await host.stop();
  let hasReturned = false;
  const { error, tasks, endpoints } = await drive({
    targetHosts: host.host,
    schedule: [ping],
    onReport: ({ endpoints: [endpoint], tasks: [first] }) => {
      if (hasReturned || endpoint?.downMillis === null) return;
      hasReturned = true;
      assert.deepEqual([first?.requests, first?.progress], [0, null]);
      void host.start();
    },
  });
  await host.stop();
  assert.equal(error, null);
  assert.equal(tasks.get('ping')?.requests, 300);
  const [outage] = endpoints[0]?.outages ?? [];
  assert.match(String(outage?.reason), /refused the connection/);
  assert.ok(outage !== undefined && outage.until !== null && outage.seconds > 0.5);
});

test('over TLS: counted like any other, and a certificate that is not trusted ends the run', async () => {
  const authority = createTestAuthority();
  const { key, cert } = authority.issue('IP:127.0.0.1');
  let count = 0;
  const server = createTlsServer({ key, cert }, (request, response) => {
    count++;
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-length': 2 }).end('{}'));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const trusting = await drive({
      targetHosts: `https://127.0.0.1:${portOf(server)}`,
      clientOptions: 'verify_certs:false,timeout:10',
      schedule: [ping],
    });
    assert.equal(trusting.error, null);
    assert.deepEqual([trusting.tasks.get('ping')?.requests, count], [300, 300]);
    const careful = await drive({
      targetHosts: `https://127.0.0.1:${portOf(server)}`,
      clientOptions: 'timeout:10',
      schedule: [ping],
    });
    assert.match(String(careful.error), /certificate/i);
    assert.equal(count, 300);
  } finally {
    authority.dispose();
    server.closeAllConnections();
    server.close();
  }
});
