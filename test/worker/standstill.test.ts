import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Standstill } from '../../src/metrics/report.ts';
import { StandstillWatch } from '../../src/worker/standstill.ts';

/** Clocks that are set by hand. The monotonic one stands still while the machine sleeps. */
class ManualTime {
  now = 1000;
  private wallTime = 1_000_000;
  private up = 50_000;
  readonly clocks = { wall: () => this.wallTime, uptime: () => this.up };

  run(millis: number): void {
    this.now += millis;
    this.wallTime += millis;
    this.up += millis;
  }

  sleep(millis: number): void {
    this.wallTime += millis;
    this.up += millis;
  }

  setWall(millis: number): void {
    this.wallTime += millis;
  }
}

interface Told {
  readonly standstill: Standstill;
  readonly skipped: number;
}

function watched(mayGoOn = true): {
  readonly time: ManualTime;
  readonly watch: StandstillWatch;
  readonly told: Told[];
} {
  const time = new ManualTime();
  const watch = new StandstillWatch(time.clocks);
  const told: Told[] = [];
  const onStandstill = (standstill: Standstill, skipped: number): boolean => {
    told.push({ standstill, skipped });
    return mayGoOn;
  };
  watch.begin(time.now, time.now, { onStandstill });
  return { time, watch, told };
}

test('pauses of up to a second are none', () => {
  const { time, watch, told } = watched();
  for (const pause of [0, 50, 1000]) {
    time.run(pause);
    assert.equal(watch.look(time.now), true);
  }
  assert.deepEqual(told, []);
});

test('a suspended process: from when to when, and by how much its schedule is late', () => {
  const { time, watch, told } = watched();
  time.run(40);
  watch.look(time.now);
  time.run(5500);
  assert.equal(watch.look(time.now), true);
  assert.deepEqual(told, [{ standstill: { from: 1_000_040, to: 1_005_540 }, skipped: 5500 }]);
  time.run(10);
  watch.look(time.now);
  assert.equal(told.length, 1);
});

test('a machine that slept, though its monotonic clock did not go on: nothing is overdue', () => {
  const { time, watch, told } = watched();
  time.run(40);
  watch.look(time.now);
  time.sleep(60_000);
  time.run(2);
  watch.look(time.now);
  assert.deepEqual(told, [{ standstill: { from: 1_000_040, to: 1_060_042 }, skipped: 2 }]);
});

test('a wall clock that is set says nothing', () => {
  const { time, watch, told } = watched();
  for (const step of [3_600_000, -3_600_000, 1500]) {
    time.setWall(step);
    time.run(5);
    watch.look(time.now);
  }
  assert.deepEqual(told, []);
});

test('a step whose start was missed begins with a standstill', () => {
  const { time, watch, told } = watched();
  time.run(3000);
  watch.begin(time.now - 2500, time.now, {
    onStandstill: (standstill, skipped) => told.push({ standstill, skipped }) > 0,
  });
  watch.look(time.now);
  assert.deepEqual(told, [{ standstill: { from: 1_000_500, to: 1_003_000 }, skipped: 2500 }]);
});

test('who may not go on is told so at every look', () => {
  const { time, watch, told } = watched(false);
  time.run(5000);
  assert.equal(watch.look(time.now), false);
  time.run(5);
  assert.equal(watch.look(time.now), false);
  watch.end();
  assert.equal(watch.look(time.now), false);
  assert.equal(told.length, 1);
});
