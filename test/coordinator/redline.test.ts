// A redline test as a whole, against a target that refuses requests when too many clients send.
// Needs: time.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { RedlineSettings } from '../../src/control/redline-settings.ts';
import type { RunEvent } from '../../src/coordinator/events.ts';
import { type RunOutcome, runTest } from '../../src/coordinator/run.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { testRunDocument } from '../../src/store/test-run-document.ts';
import { seconds } from '../../src/units.ts';
import { sendJson, startFakeOpenSearch } from '../e2e/fake-opensearch.ts';
import { task, workloadOf } from '../support/small-model.ts';

/** A cluster that refuses searches while more than `capacity` connections have sent one within 1.3 seconds. */
async function startTarget(capacity: number, cpuOf: (clients: number) => number | null) {
  const lastSearch = new Map<unknown, number>();
  const counts = { searches: 0, refused: 0 };
  const clients = (): number => [...lastSearch.values()].filter((at) => performance.now() - at < 1300).length;
  const { host, close } = await startFakeOpenSearch((request, response) => {
    if (request.url === '/_nodes/stats/process') {
      const percent = cpuOf(clients());
      sendJson(response, 200, {
        nodes: percent === null ? {} : { id: { name: 'node-a', process: { cpu: { percent } } } },
      });
      return true;
    }
    if (!request.url?.includes('_search')) return false;
    counts.searches++;
    lastSearch.set(request.socket, performance.now());
    const isRefused = clients() > capacity;
    if (isRefused) counts.refused++;
    sendJson(response, isRefused ? 429 : 200, {});
    return true;
  });
  after(close);
  return { host, counts };
}

const settings: RedlineSettings = { maxClients: 30, scaleStep: 5, scaleDown: 0.2, sleep: seconds(2), cpu: null };

async function redline(host: string, change: Partial<RedlineSettings>, events: RunEvent[] = []): Promise<RunOutcome> {
  const search = task('find', 'search', { index: 'idx', body: {} }, { timePeriod: seconds(12) });
  const workload = workloadOf([task('wait', 'sleep', { duration: 0 }), search]);
  const [testProcedure] = workload.testProcedures;
  assert.ok(testProcedure !== undefined);
  const { targets } = await parseTargets({ targetHosts: host, clientOptions: 'timeout:60' });
  return runTest(
    {
      load: {
        targets,
        workload: { workload, testProcedure, notices: [], params: new Map(), plugin: null },
        onError: 'abort',
        cores: 2,
        control: { kind: 'redline', ...settings, ...change },
      },
    },
    { listener: (event) => events.push(event) },
  );
}

test('clients are added until requests fail; the most that held is the result, and every error is counted', async () => {
  const target = await startTarget(12, () => null);
  const events: RunEvent[] = [];
  const { status, results, testRun } = await redline(target.host, {}, events);
  assert.equal(status, 'success');
  const [step] = results.redline?.steps ?? [];
  assert.deepEqual(step?.tasks, ['find']);
  assert.ok(step.maxStableClients >= 10 && step.maxStableClients <= 12, `${step.maxStableClients} stable clients`);
  assert.ok(step.scaleDowns >= 1 && target.counts.refused >= 1);
  assert.match(step.course.find(({ reason }) => reason !== null)?.reason ?? '', /^\d+ failed requests?$/);
  const find = results.tasks.find(({ task: name }) => name === 'find');
  assert.deepEqual([find?.requests, find?.failedRequests], [target.counts.searches, target.counts.refused]);
  assert.equal(events.filter(({ kind }) => kind === 'redline').length >= 10, true);
  assert.equal(testRunDocument(testRun).get('redline') instanceof Map, true);
});

test('a node above the limit of CPU counts as an error, and is named', async () => {
  const target = await startTarget(1000, (clients) => (clients > 12 ? 97 : 20));
  const cpu = { most: 90, window: seconds(1), interval: seconds(1) };
  const { results } = await redline(target.host, { cpu });
  const [step] = results.redline?.steps ?? [];
  assert.equal(target.counts.refused, 0);
  assert.ok((step?.scaleDowns ?? 0) >= 1);
  assert.match(step?.course.find(({ reason }) => reason !== null)?.reason ?? '', /^node node-a used 97 % CPU$/);
});

test('a limit of CPU is refused before the load if the cluster does not tell its usage', async () => {
  const target = await startTarget(1000, () => null);
  const cpu = { most: 90, window: seconds(1), interval: seconds(1) };
  await assert.rejects(redline(target.host, { cpu }), { code: 'TARGET_REJECTED' });
  assert.equal(target.counts.searches, 0);
});
