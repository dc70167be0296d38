import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DriverHealthMonitor, type TaskLoad } from '../../src/metrics/driver-health.ts';
import type { DriverHealth } from '../../src/metrics/report.ts';

const health = (
  eventLoopUtilisation: number,
  sendLagP99: number | null,
  cpuMillis = eventLoopUtilisation * 1000,
): DriverHealth => ({
  eventLoopUtilisation,
  sendLagP99,
  cpuMillis,
  intervalMillis: 1000,
  standstills: [],
});
const throttled = (medianLatency: number | null): readonly TaskLoad[] => [
  { task: 'search', isThrottled: true, medianLatency },
];
const unthrottled: readonly TaskLoad[] = [{ task: 'index', isThrottled: false, medianLatency: 4 }];

function monitorOf(reports: Readonly<Record<string, readonly DriverHealth[]>>): DriverHealthMonitor {
  const monitor = new DriverHealthMonitor();
  for (const [worker, healths] of Object.entries(reports)) for (const one of healths) monitor.record(3, worker, one);
  return monitor;
}

const repeated = (count: number, one: DriverHealth): readonly DriverHealth[] =>
  new Array<DriverHealth>(count).fill(one);

describe('a throttled task', () => {
  test('is not warned about when requests leave in time, however busy the thread is', () => {
    assert.deepEqual(monitorOf({ 'worker 0': repeated(20, health(0.99, 0.4)) }).warnings(3, throttled(4)), []);
  });

  test('is warned about with worker, task and figures when requests leave late', () => {
    const monitor = monitorOf({
      'worker 0': repeated(20, health(0.5, 0.1)),
      'worker 1': [...repeated(15, health(0.5, 0.2)), ...repeated(5, health(0.9, 12.34))],
    });
    assert.deepEqual(monitor.warnings(3, throttled(4)), [
      'Requests of "search" left late on 1 of 2 workers. The worst is worker 1: in 5 of 20 reports the 99th percentile of the delay was above 2 ms, ' +
        'at most 12.3 ms. The latencies contain this delay of the load driver. Use more worker threads or nodes, or ' +
        'a lower target throughput.',
    ]);
  });

  test('is not warned about when the delay is small beside the latency', () => {
    const monitor = monitorOf({ 'worker 0': repeated(20, health(0.5, 4)) });
    assert.deepEqual(monitor.warnings(3, throttled(100)), []);
    assert.equal(monitor.warnings(3, throttled(15)).length, 1);
    assert.equal(monitor.warnings(3, throttled(null)).length, 1);
  });

  test('is not warned about for a single pause, unless nothing else was seen', () => {
    assert.deepEqual(
      monitorOf({ 'worker 0': [health(0.5, 50), ...repeated(8, health(0.5, 0.1))] }).warnings(3, throttled(4)),
      [],
    );
    assert.equal(monitorOf({ 'worker 0': [health(0.5, 50)] }).warnings(3, throttled(4)).length, 1);
  });
});

describe('an unthrottled task', () => {
  test('is warned about when a thread is busy all the time', () => {
    const monitor = monitorOf({
      'worker 0': repeated(10, health(0.99, null)),
      'worker 1': repeated(10, health(0.6, null)),
    });
    assert.deepEqual(monitor.warnings(3, unthrottled), [
      'The load driver was the limit of "index": 1 of 2 workers had no time to spare. The busiest is worker 0, busy 99 % of the time. ' +
        'The cluster may be able to do more than the throughput says, and faster than the service times say. Use ' +
        'more worker threads or nodes.',
    ]);
  });

  test('names the lack of CPU when other programs take it', () => {
    const [warning = ''] = monitorOf({ 'worker 0': repeated(10, health(1, null, 400)) }).warnings(3, unthrottled);
    assert.match(warning, /worker 0, busy 100 % of the time, with only 40 % of a core: other programs/);
  });

  test('is not warned about for short peaks, other steps or steps too short to judge', () => {
    const peaks = monitorOf({ 'worker 0': [...repeated(3, health(1, null)), ...repeated(7, health(0.5, null))] });
    assert.deepEqual(peaks.warnings(3, unthrottled), []);
    assert.deepEqual(monitorOf({ 'worker 0': repeated(10, health(1, null)) }).warnings(4, unthrottled), []);
    assert.deepEqual(
      monitorOf({ 'worker 0': [{ ...health(1, null), intervalMillis: 200, standstills: [] }] }).warnings(
        3,
        unthrottled,
      ),
      [],
    );
  });
});

test('a driver that stood still says from when to when, once for all threads of a process', () => {
  const still = (from: number, to: number): DriverHealth => ({ ...health(0.1, null), standstills: [{ from, to }] });
  const monitor = monitorOf({
    'worker 0': [still(5000, 9000), still(20_000, 22_000)],
    'worker 1': [still(5010, 9001)],
  });
  const [first = '', second = '', ...more] = monitor.warnings(3, unthrottled);
  assert.match(
    first,
    /^The load driver stood still: worker 0, worker 1 from 1970-01-01T00:00:05\.000Z to 1970-01-01T00:00:09\.001Z \(4\.0 s\)\./,
  );
  assert.match(
    second,
    /^The load driver stood still: worker 0 from 1970-01-01T00:00:20\.000Z to 1970-01-01T00:00:22\.000Z \(2\.0 s\)\./,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(monitor.warnings(2, unthrottled), []);
});
