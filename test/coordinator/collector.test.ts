import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/clock.ts';
import { Collector } from '../../src/coordinator/collector.ts';
import type { RunEvent } from '../../src/coordinator/events.ts';
import type { WorkerReport } from '../../src/metrics/report.ts';
import { Outcome } from '../../src/operation/operation.ts';
import { allocate } from '../../src/schedule/allocation.ts';
import { epochMillis, monoMillis } from '../../src/units.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';
import { task } from '../support/small-model.ts';

class ManualClock implements Clock {
  time = 0;
  now = () => monoMillis(this.time);
  wall = () => epochMillis(this.time);
}

const steps = allocate([task('first', 'search', {}), task('second', 'search', {})]);
const settings = { latencyPercentiles: [50, 100], throughputPercentiles: [] };
const identities = ['first', 'second'].map((name) => ({
  task: name,
  operation: name,
  operationType: 'search',
  clients: 1,
  isReportable: true,
  meta: {},
}));

const HOST = { endpoint: '127.0.0.1:9200', protocol: 'http' } as const;

function setUp(): { readonly collector: Collector; readonly events: RunEvent[]; readonly clock: ManualClock } {
  const clock = new ManualClock();
  const events: RunEvent[] = [];
  return {
    collector: new Collector(clock, (event) => events.push(event), [HOST], steps, identities, settings),
    events,
    clock,
  };
}

/** A report about requests of `millis` each, one after another. */
function report(
  name: string,
  worker: number,
  sequence: number,
  requests: number,
  millis: number,
  progress: number | null,
): WorkerReport {
  const recorder = new TaskRecorder(name, false);
  recorder.begin(0);
  for (let request = 0; request < requests; request++) {
    recorder.requestSent();
    const [start, end] = [request * millis, (request + 1) * millis];
    const times = {
      processingStart: start,
      requestStart: start,
      requestEnd: end,
      processingEnd: end,
      intended: Number.NaN,
    };
    recorder.sample('normal', times, new Outcome());
  }
  const health = { eventLoopUtilisation: 0.1, sendLagP99: null, cpuMillis: 100, intervalMillis: 1000, standstills: [] };
  return {
    worker,
    step: name === 'first' ? 0 : 1,
    sequence,
    at: 1000,
    clientsLeft: 1,
    tasks: [recorder.drain(progress)],
    endpoints: [],
    health,
  };
}

test('the reports of all workers make the results of a task', () => {
  const { collector } = setUp();
  const [first] = steps;
  assert.ok(first !== undefined);
  collector.beginStep(first);
  collector.add(report('first', 0, 0, 3, 10, 0.5));
  collector.add(report('first', 1, 0, 1, 50, 0.5));
  collector.add(report('first', 0, 1, 1, 10, 1));
  collector.endStep(first);
  const [results, ...rest] = collector.results();
  assert.equal(rest.length, 0, 'a task that has not begun has no results');
  assert.deepEqual([results?.requests, results?.samples], [5, 5]);
  assert.deepEqual(results?.serviceTime?.percentiles, [
    [50, 10],
    [100, 50],
  ]);
});

test('a report that is missing or comes twice is an error', () => {
  const { collector } = setUp();
  collector.add(report('first', 0, 0, 1, 10, null));
  assert.throws(
    () => collector.add(report('first', 0, 2, 1, 10, null)),
    /Worker 0 sent report 2 where report 1 was due/,
  );
  assert.throws(
    () => collector.add(report('first', 0, 0, 1, 10, null)),
    /Worker 0 sent report 0 where report 1 was due/,
  );
});

test('progress is told once a second, with what is left', () => {
  const { collector, events, clock } = setUp();
  const [first] = steps;
  assert.ok(first !== undefined);
  collector.beginStep(first);
  clock.time = 500;
  collector.add(report('first', 0, 0, 10, 10, 0.1));
  clock.time = 2000;
  collector.add(report('first', 0, 1, 10, 10, 0.4));
  collector.add(report('first', 1, 0, 10, 10, 0.6));
  collector.endStep(first);
  const seen = events.map((event) =>
    event.kind === 'progress' ? [event.progress, event.secondsLeft, event.requests] : event.kind,
  );
  assert.deepEqual(seen, [[null, null, 0], [0.4, 3, 20], 'step-end']);
});

test('a request that was repeated is no failure, unless its repeat is one', () => {
  const { collector, events } = setUp();
  const [first] = steps;
  assert.ok(first !== undefined);
  collector.beginStep(first);
  const recorder = new TaskRecorder('first', false);
  recorder.begin(0);
  const lose = (isRepeatLost: boolean): void => {
    recorder.requestSent();
    recorder.requestFailed();
    recorder.requestRepeated();
    recorder.requestSent();
    if (isRepeatLost) recorder.requestFailed();
  };
  for (const isRepeatLost of [false, false, true]) lose(isRepeatLost);
  recorder.requestRefused();
  collector.add({ ...report('first', 0, 0, 0, 10, 1), tasks: [recorder.drain(1)] });
  collector.endStep(first);
  const end = events.find((event) => event.kind === 'step-end');
  assert.equal(end?.errors, 2);
});
