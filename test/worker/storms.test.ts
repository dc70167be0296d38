// Targets that take no requests: they are not stormed, what they refuse is visible, and a blip is not an outage.
// Needs: time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskResults } from '../../src/metrics/results.ts';
import { seconds } from '../../src/units.ts';
import type { TargetThroughput } from '../../src/workload/model.ts';
import { type FlakyHost, startFlakyHost } from '../fakes/flaky-host.ts';
import { type RawHandler, startRawServer } from '../fakes/http-raw-server.ts';
import { drive, type LoadOutcome, type LoadSettings } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const perSecond = (value: number): TargetThroughput => ({ value, unit: 'ops' });

async function ping(
  settings: Omit<LoadSettings, 'schedule'>,
  how: Parameters<typeof task>[3],
): Promise<LoadOutcome & { readonly results: TaskResults }> {
  const outcome = await drive({ ...settings, schedule: [task('ping', 'raw-request', { path: '/' }, how)] });
  const results = outcome.tasks.get('ping');
  assert.ok(results !== undefined);
  return { ...outcome, results };
}

const errorCounts = (results: TaskResults): Readonly<Record<string, number>> =>
  Object.fromEntries(results.errors.map(({ kind, count }) => [kind, count]));

/** Lets the host go away with one report of the worker, which come once a second, and come back with another. */
function away(host: FlakyHost, from: number, to: number): () => void {
  let reports = 0;
  return () => {
    reports++;
    if (reports === from) void host.stop();
    if (reports === to) void host.start();
  };
}

/** What one client may open in three seconds: eight attempts within the first second and a half, then one a second. */
const ATTEMPTS = 15;

describe('a target that takes no requests', { concurrency: true }, () => {
  const storms: readonly (readonly [
    string,
    RawHandler,
    Parameters<typeof startRawServer>[1],
    Parameters<typeof task>[3],
  ])[] = [
    [
      'accepts and closes',
      () => {},
      { onConnection: (socket) => void socket.end() },
      { targetThroughput: perSecond(8) },
    ],
    [
      'accepts and resets',
      () => {},
      { onConnection: (socket) => void socket.resetAndDestroy() },
      { targetThroughput: perSecond(8) },
    ],
    ['accepts, reads and closes', (socket) => void socket.end(), {}, {}],
    ['accepts, reads and resets', (socket) => void socket.resetAndDestroy(), {}, {}],
    ['answers garbage', (socket) => void socket.end('SSH-2.0-OpenSSH\r\n'), {}, {}],
  ];
  for (const [name, handler, options, how] of storms) {
    test(`${name}: a bounded number of connections`, async () => {
      const server = await startRawServer(handler, options);
      try {
        const { results } = await ping(
          { targetHosts: `127.0.0.1:${server.port}` },
          { clients: 8, timePeriod: seconds(3), ...how },
        );
        assert.ok(server.connections() <= 8 * ATTEMPTS, `${server.connections()} connections`);
        assert.ok(results.requests + results.refusedRequests <= 8 * ATTEMPTS);
        assert.equal(results.errorRate, 1);
        assert.equal(results.failedRequests, results.requests);
      } finally {
        await server.close();
      }
    });
  }

  test('a target that refuses for a second: error samples, and what was sent is what it saw', async () => {
    const host = await startFlakyHost();
    const { error, results, endpoints } = await ping(
      { targetHosts: host.host, onReport: away(host, 1, 2) },
      { clients: 4, timePeriod: seconds(3.5), targetThroughput: perSecond(100) },
    );
    await host.stop();
    assert.equal(error, null);
    const refused = errorCounts(results)['connection refused'] ?? 0;
    assert.ok(refused >= 4, JSON.stringify(results.errors));
    assert.equal(results.refusedRequests, refused);
    assert.equal(results.samples, results.requests + results.refusedRequests - results.repeats);
    assert.equal(results.requests - results.failedRequests, host.requests());
    const [endpoint] = endpoints;
    assert.ok(
      endpoint !== undefined && endpoint.connectionFailures >= refused && endpoint.connectionFailures <= 4 * ATTEMPTS,
    );
    assert.ok((results.latency?.percentiles.at(-1)?.[1] ?? 0) > 500, 'who waited is late');
  });

  test('a refusal is repeated where that was asked for', async () => {
    const host = await startFlakyHost();
    const { results } = await ping(
      { targetHosts: host.host, clientOptions: 'timeout:10,max_retries:20', onReport: away(host, 1, 2) },
      { clients: 2, timePeriod: seconds(3.5), targetThroughput: perSecond(50) },
    );
    await host.stop();
    assert.equal(results.errorRate, 0);
    assert.ok(results.retries > 0 && results.refusedRequests > 0);
  });

  test('a blip long after the last connection was opened is no outage', async () => {
    const host = await startFlakyHost();
    const { error, results } = await ping(
      { targetHosts: host.host, onReport: away(host, 11, 12) },
      { clients: 2, timePeriod: seconds(14), targetThroughput: perSecond(10) },
    );
    await host.stop();
    assert.equal(error, null);
    assert.ok(results.errorRate > 0 && results.errorRate < 0.2, String(results.errorRate));
  });
});
