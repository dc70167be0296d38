// A search for the highest rate as a whole, against a target that serves one search after the other.
// Needs: time.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { parseConditions } from '../../src/control/condition.ts';
import type { RateSettings } from '../../src/control/rate-settings.ts';
import type { RunEvent } from '../../src/coordinator/events.ts';
import { type RunOutcome, runTest } from '../../src/coordinator/run.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { testRunDocument } from '../../src/store/test-run-document.ts';
import { seconds } from '../../src/units.ts';
import type { ScheduleElement, Task } from '../../src/workload/model.ts';
import { sendJson, startFakeOpenSearch } from '../e2e/fake-opensearch.ts';
import { task, workloadOf } from '../support/small-model.ts';

/** A cluster that needs so many ms for each search, and serves one at a time. */
async function startTarget(serviceMillis: number) {
  const counts = { searches: 0 };
  let free = 0;
  const { host, close } = await startFakeOpenSearch((request, response) => {
    if (!request.url?.includes('_search')) return false;
    counts.searches++;
    const now = performance.now();
    free = Math.max(now, free) + serviceMillis;
    setTimeout(() => sendJson(response, 200, {}), free - now);
    return true;
  });
  after(close);
  return { host, counts };
}

const search = (name: string, settings: Partial<Task> = {}): Task =>
  task(name, 'search', { index: 'idx', body: {} }, { clients: 2, ...settings });

interface Search {
  readonly host: string;
  readonly schedule: readonly ScheduleElement[];
  readonly settings?: Partial<RateSettings>;
  readonly events?: RunEvent[];
  readonly signal?: AbortSignal;
}

async function find({ host, schedule, settings, events = [], signal }: Search): Promise<RunOutcome> {
  const workload = workloadOf(schedule);
  const [testProcedure] = workload.testProcedures;
  assert.ok(testProcedure !== undefined);
  const { targets } = await parseTargets({ targetHosts: host, clientOptions: 'timeout:60' });
  const conditions = parseConditions('p90 latency < 400ms, error rate < 1%');
  return runTest(
    {
      load: {
        targets,
        workload: { workload, testProcedure, notices: [], params: new Map(), plugin: null },
        cores: 2,
        control: { kind: 'rate', conditions, task: null, time: seconds(40), clients: 80, ...settings },
      },
    },
    { listener: (event) => events.push(event), ...(signal === undefined ? {} : { signal }) },
  );
}

test('the highest rate is that of the target; every request of every level is counted somewhere', async () => {
  const target = await startTarget(10);
  const events: RunEvent[] = [];
  const schedule = [task('before', 'sleep', { duration: 0 }), search('find'), task('after', 'refresh', {})];
  const { status, results, testRun } = await find({ host: target.host, schedule, events });
  assert.equal(status, 'success');
  const found = results.maxThroughput;
  assert.ok(found !== undefined && found.rate !== null);
  assert.ok(found.rate >= 40 && found.rate <= 110, `${found.rate} requests/s`);
  const levels = events.flatMap((event) => (event.kind === 'level' ? [event.level] : []));
  assert.deepEqual(levels, found.levels);
  const best = levels.filter(({ rate, holds }) => holds && rate === found.rate).at(-1);
  const [find0] = results.tasks.filter(({ task: name }) => name === 'find');
  assert.equal(find0?.samples, best?.samples);
  assert.equal(
    results.endpoints.reduce((sum, { requests }) => sum + requests, 0),
    target.counts.searches + 1,
  );
  const document = testRunDocument(testRun).get('max-throughput');
  assert.ok(document instanceof Map && Array.isArray(document.get('levels')));
});

test('it is not guessed which task is meant', async () => {
  const target = await startTarget(1);
  const [one, other] = [search('one'), search('other')];
  await assert.rejects(find({ host: target.host, schedule: [one, other] }), {
    code: 'CONFIG',
    hint: 'Name one with --find-max-task: one, other.',
  });
  const named = { task: 'third' };
  await assert.rejects(find({ host: target.host, schedule: [one, other], settings: named }), {
    code: 'CONFIG',
    message: 'Test procedure "test" has no task "third" that is load.',
  });
  const parallel = { kind: 'parallel' as const, clients: 4, completedBy: null, tasks: [one, other] };
  await assert.rejects(find({ host: target.host, schedule: [parallel], settings: { task: 'one' } }), {
    code: 'CONFIG',
    message: 'Task "one" runs beside others, so its highest rate would depend on theirs.',
  });
  assert.equal(target.counts.searches, 0);
});

test('a cancelled search says what it knows', async () => {
  const target = await startTarget(1);
  const aborter = new AbortController();
  setTimeout(() => aborter.abort(), 4000);
  const { status, results } = await find({ host: target.host, schedule: [search('find')], signal: aborter.signal });
  assert.equal(status, 'cancelled');
  assert.equal(results.maxThroughput?.limitedBy, 'cancelled');
  assert.ok(target.counts.searches > 0);
});
