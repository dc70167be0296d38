// The alarms of a timeline: they ring for each time, not early, and the waiting costs little.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MakeAlarm, threadAlarm, timerAlarm } from '../../src/worker/alarm.ts';
import { Timeline, type Waiter } from '../../src/worker/timeline.ts';

/**
 * Waits for `count` times that are `interval` ms apart; resolves with how late each was called, and the CPU time of
 * the process in ms.
 */
async function pace(
  makeAlarm: MakeAlarm,
  count: number,
  interval: number,
): Promise<{ readonly late: readonly number[]; readonly cpu: number }> {
  const timeline = new Timeline(makeAlarm);
  // What is set first finds the alarm ready: its thread has started.
  await new Promise<void>((resolve) => timeline.wait({ onDue: () => resolve() }, performance.now() + 1));
  const before = process.cpuUsage();
  const late: number[] = [];
  await new Promise<void>((resolve) => {
    let due = performance.now() + interval;
    const waiter: Waiter = {
      onDue: () => {
        late.push(performance.now() - due);
        due += interval;
        if (late.length === count) resolve();
        else timeline.wait(waiter, due);
      },
    };
    timeline.wait(waiter, due);
  });
  timeline.close();
  const { user, system } = process.cpuUsage(before);
  return { late, cpu: (user + system) / 1000 };
}

for (const [name, makeAlarm] of [
  ['timers', timerAlarm],
  ['a thread', threadAlarm],
] as const) {
  test(`${name}: every time is kept, none is early, and the event loop sleeps in between`, async () => {
    const { late, cpu } = await pace(makeAlarm, 300, 4);
    assert.equal(late.length, 300);
    assert.ok(late.every((millis) => millis >= 0));
    // The waits last 1,200 ms.
    assert.ok(cpu < 600, `${cpu} ms of CPU`);
  });

  test(`${name}: an earlier time replaces a later one, and a time that was given up harms nobody`, async () => {
    const timeline = new Timeline(makeAlarm);
    const calls: string[] = [];
    const base = performance.now();
    const waiter = (name: string): Waiter => ({ onDue: () => calls.push(name) });
    const [late, given, early] = [waiter('late'), waiter('given up'), waiter('early')];
    timeline.wait(late, base + 30);
    timeline.wait(given, base + 10);
    timeline.wait(early, base + 5);
    timeline.cancel(given);
    timeline.cancel(early);
    timeline.wait(early, base + 3);
    await new Promise<void>((resolve) => timeline.wait({ onDue: () => resolve() }, base + 31));
    timeline.close();
    assert.deepEqual(calls, ['early', 'late']);
  });
}

test('a thread: it rings for all of many times that come close together', async () => {
  const { late } = await pace(threadAlarm, 2000, 0.1);
  assert.equal(late.length, 2000);
});
