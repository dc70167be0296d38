import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Timeline, type Waiter } from '../../src/worker/timeline.ts';

class Recorded implements Waiter {
  due = 0;
  readonly late: number[] = [];
  private readonly whenDue: (waiter: Recorded) => void;
  constructor(whenDue: (waiter: Recorded) => void) {
    this.whenDue = whenDue;
  }
  onDue(now: number): void {
    this.late.push(now - this.due);
    this.whenDue(this);
  }
}

test('law: waiters are called in the order of their times, cancelled ones never', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ delay: fc.integer({ min: 0, max: 12 }), isCancelled: fc.boolean() }), { minLength: 1, maxLength: 40 }),
      async (plan) => {
        const timeline = new Timeline();
        const called: number[] = [];
        const base = performance.now();
        await new Promise<void>((resolve) => {
          let left = plan.filter(({ isCancelled }) => !isCancelled).length;
          const waiters = plan.map(({ delay }) => ({
            delay,
            waiter: new Recorded((waiter) => {
              called.push(waiter.due);
              if (--left === 0) resolve();
            }),
          }));
          for (const { delay, waiter } of waiters) timeline.wait(waiter, base + delay);
          plan.forEach(({ isCancelled }, index) => {
            const entry = waiters[index];
            if (isCancelled && entry !== undefined) timeline.cancel(entry.waiter);
          });
          if (left === 0) resolve();
        });
        timeline.close();
        const due = plan.filter(({ isCancelled }) => !isCancelled).map(({ delay }) => base + delay);
        assert.deepEqual(
          called,
          due.sort((a, b) => a - b),
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('nobody is called early', async () => {
  const timeline = new Timeline();
  const late = await new Promise<readonly number[]>((resolve) => {
    let rounds = 0;
    const waiter = new Recorded((self) => {
      if (++rounds === 50) resolve(self.late);
      else timeline.wait(self, self.due + 3);
    });
    timeline.wait(waiter, performance.now() + 3);
  });
  timeline.close();
  assert.equal(late.length, 50);
  assert.ok(late.every((millis) => millis >= 0));
});
