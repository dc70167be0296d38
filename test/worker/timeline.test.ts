import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Timeline, type Waiter } from '../../src/worker/timeline.ts';

/** A waiter that does what it is told when its time has come. */
class Recorded implements Waiter {
  private readonly whenDue: (now: number, waiter: Recorded) => void;
  constructor(whenDue: (now: number, waiter: Recorded) => void) {
    this.whenDue = whenDue;
  }
  onDue(now: number): void {
    this.whenDue(now, this);
  }
}

/** Resolves when everything that waits until `due` must have been called. */
const until = (timeline: Timeline, due: number): Promise<void> =>
  new Promise((resolve) => timeline.wait(new Recorded(() => resolve()), due));

test('law: waiters are called once and in the order of their last times, cancelled ones never', async () => {
  const anyPlan = fc.array(
    fc.record({
      delays: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
      isCancelled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => {
      const timeline = new Timeline();
      const called: number[] = [];
      const base = performance.now();
      const due = plan.map(({ delays }) => base + (delays.at(-1) ?? 0));
      const waiters = plan.map(
        (_, index) =>
          new Recorded((now) => {
            assert.ok(now >= (due[index] ?? 0));
            called.push(index);
          }),
      );
      plan.forEach(({ delays, isCancelled }, index) => {
        const waiter = waiters[index];
        if (waiter === undefined) return;
        for (const delay of delays) timeline.wait(waiter, base + delay);
        if (isCancelled) timeline.cancel(waiter);
      });
      await until(timeline, base + 13);
      timeline.close();
      const expected = plan.flatMap(({ isCancelled }, index) => (isCancelled ? [] : [index]));
      assert.deepEqual(
        called.map((index) => due[index]),
        expected.map((index) => due[index]).sort((a = 0, b = 0) => a - b),
      );
      assert.deepEqual(called.toSorted(), expected.toSorted());
    }),
    { numRuns: 30 },
  );
});

/** What a waiter does when it is called: lets somebody wait for a time from now, or no longer. */
const anyDeed = fc.record({ whom: fc.nat({ max: 7 }), delay: fc.option(fc.integer({ min: -2, max: 3 })) });

test('law: whatever waiters do to each other when they are called, each is called when it is its turn', async () => {
  const anyPlan = fc.array(fc.array(anyDeed, { maxLength: 4 }), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(anyPlan, async (plan) => {
      const timeline = new Timeline();
      /** Who waits for which time, kept beside the timeline. */
      const waiting = new Map<Waiter, number>();
      const calls = [...plan];
      await new Promise<void>((resolve, reject) => {
        const obey = (now: number, self: Waiter): void => {
          const due = waiting.get(self) ?? Number.NaN;
          waiting.delete(self);
          if (!(due <= now) || [...waiting.values()].some((other) => other < due))
            reject(new Error(`called at ${now}, due at ${due}`));
          for (const { whom, delay } of calls.shift() ?? []) {
            const waiter = waiters[whom] ?? self;
            if (delay === null) {
              timeline.cancel(waiter);
              waiting.delete(waiter);
            } else {
              timeline.wait(waiter, now + delay);
              // What is past comes in the next turn, behind all that was due in this one.
              waiting.set(waiter, Math.max(now + delay, now + 1e-6));
            }
          }
          if (waiting.size === 0) resolve();
        };
        const waiters = Array.from({ length: 8 }, () => new Recorded(obey));
        const base = performance.now();
        waiters.forEach((waiter, index) => {
          timeline.wait(waiter, base + (index % 3));
          waiting.set(waiter, base + (index % 3));
        });
      });
      timeline.close();
    }),
    { numRuns: 40 },
  );
});

test('nobody is called early', async () => {
  const timeline = new Timeline();
  const late = await new Promise<readonly number[]>((resolve) => {
    const seen: number[] = [];
    let due = performance.now() + 3;
    const waiter = new Recorded((now, self) => {
      seen.push(now - due);
      due += 3;
      if (seen.length === 50) resolve(seen);
      else timeline.wait(self, due);
    });
    timeline.wait(waiter, due);
  });
  timeline.close();
  assert.ok(late.every((millis) => millis >= 0));
});

test('one that is called may cancel others, and wait itself: for a time that has passed, in the next turn', async () => {
  const timeline = new Timeline();
  const base = performance.now();
  const calls: string[] = [];
  const never = new Recorded(() => calls.push('never'));
  let rounds = 0;
  const again = new Recorded((_now, self) => {
    calls.push('again');
    timeline.cancel(never);
    if (++rounds < 3) timeline.wait(self, base - 1);
  });
  const other = new Recorded(() => calls.push('other'));
  timeline.wait(again, base - 3);
  timeline.wait(never, base - 2);
  timeline.wait(other, base - 1);
  await until(timeline, base + 10);
  timeline.close();
  assert.deepEqual(calls, ['again', 'other', 'again', 'again']);
});

test('a turn in which somebody waits for the past over and over lets the event loop go on', async () => {
  const timeline = new Timeline();
  let calls = 0;
  let greedy: Recorded | null = null;
  await new Promise<void>((resolve) => {
    greedy = new Recorded((_now, self) => {
      if (++calls === 3) resolve();
      timeline.wait(self, 0);
    });
    timeline.wait(greedy, 0);
  });
  if (greedy !== null) timeline.cancel(greedy);
  const before = calls;
  await until(timeline, performance.now() + 3);
  timeline.close();
  assert.equal(calls, before);
});

test('times beyond what a timer of Node.js can hold are waited for', async () => {
  const timeline = new Timeline();
  const calls: string[] = [];
  timeline.wait(new Recorded(() => calls.push('later')), performance.now() + 2 ** 33);
  timeline.wait(new Recorded(() => calls.push('never')), Number.POSITIVE_INFINITY);
  await new Promise((resolve) => setTimeout(resolve, 20));
  timeline.close();
  assert.deepEqual(calls, []);
});
