import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoopSettings, loopControl, rampUpWait } from '../../src/schedule/loop-control.ts';
import { millis, seconds } from '../../src/units.ts';

const none: LoopSettings = {
  clients: 4,
  iterations: null,
  warmupIterations: null,
  timePeriod: null,
  warmupTimePeriod: null,
  rampUpTimePeriod: null,
  rampDownTimePeriod: null,
};

/** Plays a client whose requests end at these times in ms. */
function play(task: LoopSettings, ends: readonly number[], isFiniteSource = false, client = 0): readonly string[] {
  const control = loopControl(task, client, isFiniteSource);
  const seen: string[] = [];
  let now = millis(0);
  for (const end of ends) {
    if (control.isOver(now)) break;
    const type = control.sampleType(now);
    control.advance();
    seen.push(`${type === 'warmup' ? 'W' : 'N'} ${control.progress(now) ?? '-'}`);
    now = millis(end);
  }
  return seen;
}

test('iterations: warm-up first, progress after each request', () => {
  const task = { ...none, warmupIterations: 2, iterations: 3 };
  assert.deepEqual(play(task, [1, 2, 3, 4, 5, 6, 7]), ['W 0.2', 'W 0.4', 'N 0.6', 'N 0.8', 'N 1']);
});

test('one iteration of an endless source, all of a finite one', () => {
  assert.equal(play(none, [1, 2, 3]).length, 1);
  assert.deepEqual(play(none, [1, 2, 3], true), ['N -', 'N -', 'N -']);
  assert.deepEqual(play({ ...none, warmupIterations: 1 }, [1, 2, 3], true), ['W -', 'N -', 'N -']);
});

test('time: type and end are those of the moment at which a request is due', () => {
  const control = loopControl({ ...none, warmupTimePeriod: seconds(0.3), timePeriod: seconds(1) }, 0, false);
  assert.deepEqual(
    [0, 250, 299.999, 300, 1299.999].map((due) => control.sampleType(millis(due))),
    ['warmup', 'warmup', 'warmup', 'normal', 'normal'],
  );
  assert.deepEqual(
    [0, 1299.999, 1300, 5000].map((due) => control.isOver(millis(due))),
    [false, false, true, true],
  );
  assert.equal(control.end, 1300);
});

test('a warm-up without a period ends with the source', () => {
  const task = { ...none, warmupTimePeriod: seconds(1) };
  assert.deepEqual(play(task, [500, 1500, 2500], true), ['W -', 'W -', 'N -']);
});

test('ramp-up waits and ramp-down ends of four clients', () => {
  const up = { ...none, rampUpTimePeriod: seconds(20) };
  assert.deepEqual(
    [0, 1, 2, 3].map((client) => rampUpWait(up, client, 4)),
    [0, 5000, 10000, 15000],
  );
  const down = { ...none, warmupTimePeriod: seconds(0), timePeriod: seconds(60), rampDownTimePeriod: seconds(20) };
  const ends = [0, 1, 2, 3].map((client) => {
    const control = loopControl(down, client, false);
    let end = 0;
    while (!control.isOver(millis(end))) end += 1000;
    return end;
  });
  assert.deepEqual(ends, [65000, 70000, 75000, 80000]);
});
