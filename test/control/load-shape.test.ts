// Load tests: which tasks get other clients, and that all of them send.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { controlledProcedure } from '../../src/coordinator/controlled-procedure.ts';
import { seconds } from '../../src/units.ts';
import { leafTasks, type ScheduleElement, type TestProcedure } from '../../src/workload/model.ts';
import { drive } from '../support/load.ts';
import { task, workloadOf } from '../support/small-model.ts';

const search = task('search', 'search', { index: 'idx', body: {} }, { clients: 3 });

function procedureOf(schedule: readonly ScheduleElement[]): TestProcedure {
  const [procedure] = workloadOf(schedule).testProcedures;
  assert.ok(procedure !== undefined);
  return procedure;
}

const loadTest = (schedule: readonly ScheduleElement[], clients: number): TestProcedure =>
  controlledProcedure(procedureOf(schedule), { control: { kind: 'load-test', clients }, workers: null });

test('a load test gives each task that is load N clients at one request per second each', () => {
  const schedule: readonly ScheduleElement[] = [
    task('make', 'create-index', {}),
    {
      kind: 'parallel',
      clients: 2,
      completedBy: null,
      tasks: [search, task('raw', 'raw-request', { path: '/' }), task('wait', 'sleep', { duration: 1 })],
    },
  ];
  const changed = loadTest(schedule, 7);
  assert.deepEqual(
    leafTasks(changed.schedule).map(({ name, clients, targetThroughput }) => [name, clients, targetThroughput?.value]),
    [
      ['make', 1, undefined],
      ['search', 7, 7],
      ['raw', 7, 7],
      ['wait', 1, undefined],
    ],
  );
  assert.deepEqual(
    changed.schedule.map(({ clients }) => clients),
    [1, 15],
  );
});

test('a load test without a task for it, or with more clients than fit, is refused', () => {
  assert.throws(() => loadTest([task('make', 'create-index', {})], 7), {
    code: 'CONFIG',
    message: '--load-test-qps finds no task to change: test procedure "test" has none that is load.',
  });
  assert.throws(() => loadTest([search], 1e12), {
    code: 'CONFIG',
    message: /^--load-test-qps asks for too much: 1000000000000 clients need at least .* GB of memory/,
  });
});

test('all clients of a load test send, on all threads, together N requests per second', async () => {
  const connections = new Set<unknown>();
  const server = createServer((request, response) => {
    connections.add(request.socket);
    response.writeHead(200, { 'content-length': 2 }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const raw = task('raw', 'raw-request', { path: '/' }, { timePeriod: seconds(2), clients: 4 });
  const { error, tasks } = await drive({
    targetHosts: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cores: 2,
    schedule: loadTest([raw], 30).schedule,
  });
  server.closeAllConnections();
  server.close();
  assert.equal(error, null);
  assert.deepEqual([connections.size, tasks.get('raw')?.requests, tasks.get('raw')?.clients], [30, 60, 30]);
});
