import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Completion } from '../../src/schedule/completion.ts';

test('a task has ended with the last of its participants, and says so once', () => {
  const completion = new Completion([0, 2], ['x', 'y'], (participant) => (participant === 'x' ? [0, 1, 2] : [0, 1]));
  assert.equal(completion.end(0, 'x'), false);
  assert.equal(completion.end(1, 'x'), false, 'no completing task');
  assert.equal(completion.end(0, 'x'), false, 'said before');
  assert.equal(completion.end(0, 'y'), true);
  assert.equal(completion.end(0, 'y'), false);
  assert.equal(completion.end(2, 'y'), false, 'takes no part');
  assert.equal(completion.end(2, 'x'), true);
});

test('what a participant that is gone had left to do counts as ended', () => {
  const tasks = new Map([
    ['lost', [0, 1]],
    ['there', [1, 2]],
  ]);
  const completion = new Completion([0, 1, 2], tasks.keys(), (node) => tasks.get(node) ?? []);
  assert.deepEqual(completion.withdraw('lost'), [0]);
  assert.deepEqual(completion.withdraw('lost'), []);
  assert.equal(completion.end(1, 'there'), true);
});

test('law: whatever the order, each completing task ends once, with the last of those who run it', () => {
  const parts = fc.array(fc.tuple(fc.nat(4), fc.nat(3)), { maxLength: 30 });
  fc.assert(
    fc.property(parts, fc.subarray([0, 1, 2, 3]), (order, completing) => {
      const participants = [0, 1, 2, 3, 4];
      const completion = new Completion(completing, participants, (participant) =>
        order.flatMap(([who, task]) => (who === participant ? [task] : [])),
      );
      const ended = order.flatMap(([who, task], position) =>
        completion.end(task, who) ? [[task, position] as const] : [],
      );
      const firsts = order.map(([who, task]) => order.findIndex((other) => other[0] === who && other[1] === task));
      const due = completing.flatMap((task) => {
        const last = Math.max(-1, ...firsts.filter((first) => order[first]?.[1] === task));
        return last === -1 ? [] : [[task, last] as const];
      });
      assert.deepEqual(new Map(ended), new Map(due));
      assert.equal(ended.length, due.length);
    }),
  );
});
