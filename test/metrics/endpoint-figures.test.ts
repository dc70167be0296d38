// What becomes of the reports about the hosts of the target.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EndpointFigures } from '../../src/metrics/endpoint-figures.ts';
import { failingHostWarnings, outageWarnings, tellOutage } from '../../src/metrics/outage-text.ts';
import type { EndpointReport, WorkerReport } from '../../src/metrics/report.ts';
import { epochMillis } from '../../src/units.ts';

const hosts = (...endpoints: readonly string[]) =>
  endpoints.map((endpoint) => ({ endpoint, protocol: 'http' as const }));

const NOON = Date.UTC(2026, 10, 27, 12);
const at = (seconds: number) => epochMillis(NOON + seconds * 1000);
const quiet: EndpointReport = {
  requests: 10,
  failedRequests: 1,
  connections: 2,
  connectionFailures: 0,
  downMillis: null,
  downReason: null,
};
const down = (seconds: number): EndpointReport => ({
  ...quiet,
  downMillis: seconds * 1000,
  downReason: 'h:2 refused the connection',
  connectionFailures: 4,
});

const report = (worker: number, ...endpoints: readonly EndpointReport[]): WorkerReport => ({
  worker,
  step: 0,
  sequence: 0,
  at: 1000,
  clientsLeft: 1,
  tasks: [],
  endpoints,
  health: { eventLoopUtilisation: 0, sendLagP99: null, cpuMillis: 0, intervalMillis: 1000, standstills: [] },
});

describe('EndpointFigures', () => {
  test('an outage is told once when it begins and once when it is over, whatever the number of threads', () => {
    const figures = new EndpointFigures(hosts('h:1', 'h:2'));
    const told: string[] = [];
    const add = (one: WorkerReport, second: number): void => {
      told.push(...figures.add(one, null, at(second)).map((change) => tellOutage(change, figures.results())));
    };
    add(report(0, quiet, quiet), 1);
    add(report(0, quiet, down(0.5)), 4.5);
    add(report(1, quiet, down(0.4)), 4.6);
    add(report(0, quiet, down(1.5)), 5.5);
    add(report(0, quiet, quiet), 20);
    add(report(1, quiet, quiet), 21);
    assert.deepEqual(told, [
      'h:2 answers no request since 12:00:04 UTC: h:2 refused the connection. Its share goes to the other hosts.',
      'h:2 answers again, after 17 s.',
    ]);
    const [first, second] = figures.results();
    assert.deepEqual(first, {
      endpoint: 'h:1',
      protocol: 'http',
      requests: 60,
      errors: 6,
      connections: 12,
      connectionFailures: 0,
      outages: [],
    });
    assert.deepEqual(second?.outages, [
      { since: at(4), until: at(21), seconds: 17, node: null, reason: 'h:2 refused the connection' },
    ]);
    assert.deepEqual([second?.requests, second?.connectionFailures], [60, 12]);
    assert.deepEqual(outageWarnings(figures.results()), [
      'h:2 answered no request from 12:00:04 UTC for 17 s: its share went to the other hosts.',
    ]);
  });

  test('each machine has its own outages, and names itself', () => {
    const figures = new EndpointFigures(hosts('h:1'));
    const changes = [
      ...figures.add(report(0, down(2)), '10.0.0.1', at(10)),
      ...figures.add(report(1, down(1)), '10.0.0.2', at(11)),
      ...figures.add(report(0, quiet), '10.0.0.1', at(14)),
    ];
    assert.deepEqual(
      changes.map((change) => tellOutage(change, figures.results())),
      [
        'h:1 answers no request to node 10.0.0.1 since 12:00:08 UTC: h:2 refused the connection.',
        'h:1 answers no request to node 10.0.0.2 since 12:00:10 UTC: h:2 refused the connection.',
        'h:1 answers again to node 10.0.0.1, after 6.0 s.',
      ],
    );
    assert.deepEqual(outageWarnings(figures.results()), [
      'h:1 answered no request to node 10.0.0.1 from 12:00:08 UTC for 6.0 s.',
      'h:1 answered no request to node 10.0.0.2 from 12:00:10 UTC for 1.0 s, to the end of the run.',
    ]);
  });

  test('a host that is listed twice is one', () => {
    const figures = new EndpointFigures(hosts('h:1', 'h:2', 'h:2'));
    figures.add(report(0, quiet, quiet, quiet), null, at(0));
    assert.deepEqual(
      figures.results().map(({ endpoint, requests }) => [endpoint, requests]),
      [
        ['h:1', 10],
        ['h:2', 20],
      ],
    );
  });
});

describe('a host that fails far more than the others', () => {
  const host = (endpoint: string, requests: number, errors: number) => ({
    endpoint,
    protocol: 'http' as const,
    requests,
    errors,
    connections: 1,
    connectionFailures: 0,
    outages: [],
  });

  test('is named, with the numbers of both', () => {
    assert.deepEqual(failingHostWarnings([host('h:1', 21, 0), host('h:2', 16, 16)]), [
      'h:2 failed 16 of the 16 requests that it was sent; the other hosts failed 0 of 21.',
    ]);
  });

  test('is not seen where all fail alike, where there is one, or where it had no request', () => {
    for (const hosts of [
      [host('h:1', 100, 0), host('h:2', 100, 0)],
      [host('h:1', 100, 40), host('h:2', 100, 60)],
      [host('h:1', 100, 4), host('h:2', 100, 0)],
      [host('h:1', 100, 100)],
      [host('h:1', 100, 100), host('h:2', 0, 0)],
    ]) {
      assert.deepEqual(failingHostWarnings(hosts), []);
    }
  });
});
