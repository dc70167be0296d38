// Clients that somebody else lets send: paused ones send nothing, take nothing, and lose nothing.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seconds } from '../../src/units.ts';
import type { Task } from '../../src/workload/model.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

let server: Server;
let host = '';
let underWay = 0;
let mostUnderWay = 0;
let connections = new Set<unknown>();

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    connections.add(request.socket);
    underWay++;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    setTimeout(() => {
      underWay--;
      response.writeHead(200, { 'content-length': 2 }).end('{}');
    }, 5);
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  mostUnderWay = 0;
  connections = new Set();
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const raw = (settings: Partial<Task>): Task => task('raw', 'raw-request', { path: '/' }, settings);

test('so many clients send as may, on all threads, and those that end make room: all work is done', async () => {
  const { error, tasks } = await drive({
    targetHosts: host,
    cores: 2,
    schedule: [raw({ clients: 9, iterations: 4 })],
    control: async (activate) => activate(3),
  });
  assert.equal(error, null);
  assert.equal(tasks.get('raw')?.requests, 36);
  assert.equal(tasks.get('raw')?.unsent, 0);
  assert.ok(mostUnderWay <= 3, `${mostUnderWay} requests at the same time`);
});

test('nobody sends before being let, and a time period ends all the same', async () => {
  const { error, tasks } = await drive({
    targetHosts: host,
    schedule: [
      raw({ clients: 4, timePeriod: seconds(1), targetThroughput: { value: 100, unit: 'ops' } }),
      task('next', 'raw-request', { path: '/' }),
    ],
    control: async () => undefined,
  });
  assert.equal(error, null);
  assert.deepEqual([tasks.get('raw')?.requests, tasks.get('raw')?.unsent], [0, 0]);
});

test('more may send later, fewer after that; nobody catches up on what was due while it was paused', async () => {
  const { error, tasks } = await drive({
    targetHosts: host,
    schedule: [raw({ clients: 10, timePeriod: seconds(3), targetThroughput: { value: 100, unit: 'ops' } })],
    control: async (activate) => {
      activate(2);
      await sleep(1000);
      activate(10);
      await sleep(1000);
      activate(1);
    },
  });
  assert.equal(error, null);
  const requests = tasks.get('raw')?.requests ?? 0;
  // 2 of 10 clients for a second, all for one, and 1 for the last: of 100 per second 20, 100 and 10.
  assert.ok(requests >= 105 && requests <= 170, `${requests} requests`);
  assert.equal(connections.size, 10);
  assert.ok((tasks.get('raw')?.latency?.percentiles[0]?.[1] ?? 1000) < 200);
});

test('a completing task ends paused clients, and so does a cancellation', async () => {
  const schedule = [
    {
      kind: 'parallel' as const,
      clients: 3,
      completedBy: { kind: 'any' as const },
      tasks: [
        raw({ clients: 1, iterations: 2 }),
        task('side', 'raw-request', { path: '/' }, { clients: 2, iterations: 9 }),
      ],
    },
  ];
  const completed = await drive({ targetHosts: host, schedule, control: async (activate) => activate(1) });
  assert.deepEqual([completed.error, completed.tasks.get('raw')?.requests], [null, 2]);
  const cancelled = await drive({
    targetHosts: host,
    schedule: [raw({ clients: 5, iterations: 5 })],
    control: async (activate, cancel) => {
      activate(0);
      cancel();
    },
  });
  assert.deepEqual([cancelled.error, cancelled.tasks.get('raw')?.requests], [null, 0]);
});
