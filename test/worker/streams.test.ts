// The connections of composites: kept over executions, opened before the clock runs, and shared out over the hosts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTargets } from '../../src/http/targets.ts';
import { allocate } from '../../src/schedule/allocation.ts';
import { connectionsOf } from '../../src/worker/connection-count.ts';
import { type FlakyHost, startFlakyHost } from '../fakes/flaky-host.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const part = { 'operation-type': 'raw-request', path: '/' };
const stream = (parts: number) => ({ stream: Array.from({ length: parts }, () => part) });

async function withHosts(count: number, use: (hosts: readonly FlakyHost[]) => Promise<void>): Promise<void> {
  const hosts: FlakyHost[] = [];
  for (let index = 0; index < count; index++) hosts.push(await startFlakyHost());
  try {
    await use(hosts);
  } finally {
    for (const host of hosts) await host.stop();
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the streams of composites', () => {
  const rows: readonly (readonly [string, Readonly<Record<string, unknown>>, number, number])[] = [
    ['two streams', { requests: [part, stream(2), stream(2), part] }, 6, 2],
    ['streams within streams', { requests: [{ stream: [stream(1), stream(2), part] }, stream(2), part] }, 7, 3],
    [
      'bounded by max-connections',
      { requests: [stream(2), stream(2), stream(2), stream(2)], 'max-connections': 2 },
      8,
      2,
    ],
    ['no stream', { requests: [part, part] }, 2, 1],
  ];
  for (const [name, params, requests, concurrency] of rows) {
    test(`${name}: as many connections as requests at the same time, and hosts in turn`, async () => {
      await withHosts(2, async (hosts) => {
        const targetHosts = hosts.map(({ host }) => host).join(',');
        const schedule = [task('c', 'composite', params, { clients: 4, iterations: 50 })];
        const { tasks, error } = await drive({ targetHosts, schedule });
        assert.equal(error, null);
        assert.deepEqual([tasks.get('c')?.requests, tasks.get('c')?.errorRate], [4 * 50 * requests, 0]);
        assert.equal(sum(hosts.map((host) => host.connections())), 4 * 2 * concurrency);
        const target = (await parseTargets({ targetHosts })).targets.default;
        assert.equal(
          connectionsOf(allocate(schedule), { target, grpcHosts: [] }),
          4 * 2 * concurrency,
          'and so it was foretold',
        );
        for (const host of hosts)
          assert.ok(Math.abs(host.requests() - 4 * 25 * requests) <= 4, `${host.requests()} requests`);
      });
    });
  }

  test('their connections are open before the first request', async () => {
    let open = 0;
    const host = await startFlakyHost((request, response) => {
      if (open === 0) open = host.connections();
      request.resume();
      request.on('end', () => response.end('{}'));
    });
    const params = { requests: [stream(1), stream(1), stream(1)] };
    await drive({ targetHosts: host.host, schedule: [task('c', 'composite', params, { clients: 3, iterations: 1 })] });
    await host.stop();
    assert.equal(open, 9);
  });

  test('a host that is listed twice gets twice its share', async () => {
    await withHosts(2, async ([once, twice]) => {
      assert.ok(once !== undefined && twice !== undefined);
      const targetHosts = [once, twice, twice].map(({ host }) => host).join(',');
      const { endpoints } = await drive({
        targetHosts,
        schedule: [task('p', 'raw-request', { path: '/' }, { clients: 3, iterations: 100 })],
      });
      assert.deepEqual([once.requests(), twice.requests()], [100, 200]);
      assert.deepEqual(
        endpoints.map(({ endpoint, requests }) => [endpoint, requests]),
        [
          [once.host, 100],
          [twice.host, 200],
        ],
      );
    });
  });
});
