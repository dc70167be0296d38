// The figures of a task are those of its own time, wherever its clients begin within the step.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { seconds } from '../../src/units.ts';
import type { Task } from '../../src/workload/model.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

async function withTarget(use: (host: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => response.writeHead(200).end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const search = (name: string, how: Partial<Task>): Task => task(name, 'search', { index: 'idx', body: {} }, how);

test('a task that waits for a client of its parallel element has the throughput and duration of its own time', async () => {
  await withTarget(async (targetHosts) => {
    const how = { timePeriod: seconds(2), targetThroughput: { value: 50, unit: 'ops' } };
    const progress: (number | null)[] = [];
    const { tasks, error } = await drive({
      targetHosts,
      onReport: (report) => {
        const [first, second] = report.tasks;
        progress.push(first?.progress == null || second?.progress == null ? null : first.progress + second.progress);
      },
      schedule: [
        { kind: 'parallel', clients: 1, tasks: [search('first', how), search('second', how)], completedBy: null },
      ],
    });
    assert.equal(error, null);
    // A task that waits is at 0 and one that has ended at 1: the sum never falls.
    assert.equal(progress.at(-1), 2);
    for (const [index, value] of progress.entries())
      assert.ok(value !== null && value >= (progress[index - 1] ?? 0), `progress ${progress}`);
    for (const name of ['first', 'second']) {
      const results = tasks.get(name);
      // Counted from the start of the step, the second would last 4 s and have at most 25 ops/s.
      assert.ok(
        results !== undefined && results.duration > 1_500 && results.duration < 3_500,
        `${name} lasted ${results?.duration} ms`,
      );
      const { median } = results.throughput;
      assert.ok(median !== null && median > 30 && median < 60, `${name}: ${median} ops/s`);
    }
  });
});

test('what is not due before the end of the time period is not sent, and nobody ends earlier', async () => {
  await withTarget(async (targetHosts) => {
    const began = performance.now();
    const { tasks, error } = await drive({
      targetHosts,
      schedule: [
        search('rare', { clients: 20, timePeriod: seconds(1.1), targetThroughput: { value: 5, unit: 'ops' } }),
      ],
    });
    const lasted = performance.now() - began;
    assert.equal(error, null);
    // Due at 0, 0.2, ... 1 s, each by another client; on a machine that stands still meanwhile some come too late.
    const { requests = 0, unsent = 0 } = tasks.get('rare') ?? {};
    assert.equal(requests + unsent, 6);
    assert.ok(lasted >= 1_100, `${lasted} ms`);
  });
});
