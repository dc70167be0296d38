// Steps over the real load threads: join points, completing tasks, clients that wrap round.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { seconds } from '../../src/units.ts';
import type { CompletedBy, Parallel, Task } from '../../src/workload/model.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

let server: Server;
let host = '';
/** Paths in the order in which the server saw them. */
let seen: string[] = [];

before(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-length': 2 }).end('{}'));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const raw = (name: string, settings: Partial<Task>): Task => task(name, 'raw-request', { path: `/${name}` }, settings);

const parallel = (tasks: readonly Task[], completedBy: CompletedBy | null): Parallel => ({
  kind: 'parallel',
  clients: tasks.reduce((sum, { clients }) => sum + clients, 0),
  tasks,
  completedBy,
});

test('no request of a step is sent before all of the step before it have ended', async () => {
  seen = [];
  const { error, tasks } = await drive({
    targetHosts: host,
    cores: 2,
    schedule: [
      raw('first', { clients: 5, iterations: 20 }),
      raw('second', { clients: 2, iterations: 10 }),
      raw('third', { clients: 7 }),
    ],
  });
  assert.equal(error, null);
  assert.deepEqual(
    ['first', 'second', 'third'].map((name) => tasks.get(name)?.requests),
    [100, 20, 7],
  );
  assert.deepEqual(seen, [...Array(100).fill('/first'), ...Array(20).fill('/second'), ...Array(7).fill('/third')]);
});

test('the end of the completing task ends the others, on all threads', async () => {
  seen = [];
  const begin = performance.now();
  const { error, tasks } = await drive({
    targetHosts: host,
    cores: 2,
    schedule: [
      parallel(
        [
          raw('main', { clients: 2, timePeriod: seconds(1) }),
          raw('side', { clients: 4, timePeriod: seconds(60), targetThroughput: { value: 40, unit: 'ops' } }),
          raw('rare', { clients: 1, timePeriod: seconds(60), targetThroughput: { value: 0.05, unit: 'ops' } }),
        ],
        { kind: 'task', name: 'main' },
      ),
      raw('next', {}),
    ],
  });
  assert.equal(error, null);
  assert.ok(performance.now() - begin < 10_000);
  assert.equal(tasks.get('rare')?.requests, 1);
  assert.equal(seen.at(-1), '/next');
  const side = tasks.get('side')?.requests ?? 0;
  assert.ok(side >= 35 && side <= 50, `${side} requests beside the completing task`);
});

test('with "any", whichever task ends first ends the others: once all of its clients have ended, on all threads', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    seen = [];
    // The clients of `short` are on both threads; the one that has to wait holds the task open until its time is over.
    const members = [
      raw('short', { clients: 3, iterations: 4, targetThroughput: { value: 12, unit: 'ops' } }),
      raw('endless', { clients: 2, timePeriod: seconds(60), targetThroughput: { value: 40, unit: 'ops' } }),
    ];
    const begin = performance.now();
    const { error, tasks } = await drive({
      targetHosts: host,
      cores: 2,
      schedule: [
        parallel(
          order.flatMap((position) => members[position] ?? []),
          { kind: 'any' },
        ),
        raw('next', {}),
      ],
    });
    assert.equal(error, null);
    assert.ok(performance.now() - begin < 15_000);
    assert.equal(tasks.get('short')?.requests, 12);
    assert.ok((tasks.get('endless')?.requests ?? 0) >= 20);
    assert.deepEqual(
      seen.filter((path) => path === '/next'),
      ['/next'],
    );
    assert.equal(seen.at(-1), '/next');
  }
});

test('clients of a parallel element run its tasks one after another when there are more tasks than clients', async () => {
  seen = [];
  const tasks = ['a', 'b', 'c'].map((name) => raw(name, { iterations: 3 }));
  const { error } = await drive({ targetHosts: host, schedule: [{ ...parallel(tasks, null), clients: 1 }] });
  assert.equal(error, null);
  assert.deepEqual(seen, ['/a', '/a', '/a', '/b', '/b', '/b', '/c', '/c', '/c']);
});

test('clients of a throttled task are spread evenly from the first request on', async () => {
  const arrivals: number[] = [];
  const note = (): void => void arrivals.push(performance.now());
  server.on('request', note);
  const { error } = await drive({
    targetHosts: host,
    schedule: [raw('paced', { clients: 10, iterations: 5, targetThroughput: { value: 100, unit: 'ops' } })],
  });
  server.off('request', note);
  assert.equal(error, null);
  assert.equal(arrivals.length, 50);
  const span = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  // A busy machine delays the first arrival or the last; in phase the span would be 400 ms and 45 arrivals at once.
  assert.ok(span > 300 && span < 700, `50 requests at 100/s took ${span} ms`);
  const bursts = arrivals.filter((time, index) => index > 0 && time - (arrivals[index - 1] ?? 0) < 2).length;
  assert.ok(bursts < 30, `${bursts} requests came at once`);
});
