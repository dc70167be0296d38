// The queue of waiters against a naive model: a list that is sorted for every question.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from '../../src/worker/due-queue.ts';

interface Waiting {
  readonly waiter: object;
  due: number;
  order: number;
}

/** What the queue promises, as plainly as it can be said. */
class Model {
  private waiting: Waiting[] = [];
  private order = 0;

  get size(): number {
    return this.waiting.length;
  }

  get firstDue(): number {
    return this.sorted()[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  put(waiter: object, due: number): void {
    this.remove(waiter);
    this.waiting.push({ waiter, due, order: this.order++ });
  }

  remove(waiter: object): void {
    this.waiting = this.waiting.filter((one) => one.waiter !== waiter);
  }

  take(now: number): object | null {
    const first = this.sorted()[0];
    if (first === undefined || first.due > now) return null;
    this.remove(first.waiter);
    return first.waiter;
  }

  shift(span: number): void {
    for (const one of this.waiting) one.due += span;
  }

  clear(): void {
    this.waiting = [];
  }

  private sorted(): readonly Waiting[] {
    return [...this.waiting].sort((left, right) => left.due - right.due || left.order - right.order);
  }
}

const waiters = Array.from({ length: 12 }, (_, id) => ({ id }));
const anyWaiter = fc.constantFrom(...waiters);
/** Few times, so that many are equal. */
const anyTime = fc.integer({ min: 0, max: 9 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), waiter: anyWaiter, due: anyTime }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), waiter: anyWaiter }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), now: anyTime }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('shift' as const), span: anyTime }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
);

test('law: waiters that wait, wait again, are taken out, taken and moved do what a sorted list would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new DueQueue<object>();
      const model = new Model();
      for (const one of steps) {
        switch (one.kind) {
          case 'put':
            queue.put(one.waiter, one.due);
            model.put(one.waiter, one.due);
            break;
          case 'remove':
            queue.remove(one.waiter);
            model.remove(one.waiter);
            break;
          case 'take':
            assert.equal(queue.take(one.now), model.take(one.now));
            break;
          case 'shift':
            queue.shift(one.span);
            model.shift(one.span);
            break;
          case 'clear':
            queue.clear();
            model.clear();
            break;
        }
        assert.deepEqual([queue.size, queue.firstDue], [model.size, model.firstDue]);
      }
      while (model.size > 0) assert.equal(queue.take(Number.POSITIVE_INFINITY), model.take(Number.POSITIVE_INFINITY));
      assert.equal(queue.take(Number.POSITIVE_INFINITY), null);
    }),
    { numRuns: 500 },
  );
});

test('a time that is not a number is refused, and changes nothing', () => {
  const queue = new DueQueue<object>();
  const [first, second] = [{}, {}];
  queue.put(first, 2);
  queue.put(second, 1);
  assert.throws(() => queue.put(first, Number.NaN), RangeError);
  assert.deepEqual([queue.take(5) === second, queue.take(5) === first], [true, true]);
});
