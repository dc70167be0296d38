import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  allocate,
  clientCount,
  evenShares,
  type Step,
  sharesWithin,
  spreadClients,
} from '../../src/schedule/allocation.ts';
import type { CompletedBy, Parallel, ScheduleElement, Task } from '../../src/workload/model.ts';
import { task as anyTask } from '../support/small-model.ts';

const task = (name: string, clients: number): Task => anyTask(name, 'search', {}, { clients });

const parallel = (tasks: readonly Task[], clients?: number, completedBy: CompletedBy | null = null): Parallel => ({
  kind: 'parallel',
  clients: clients ?? tasks.reduce((sum, { clients: own }) => sum + own, 0),
  tasks,
  completedBy,
});

const cells = (steps: readonly Step[]): readonly string[] =>
  Array.from({ length: steps[0]?.rows.length ?? 0 }, (_, client) =>
    steps
      .map((step) =>
        (step.rows[client] ?? []).map((cell) => `${step.tasks[cell.task]?.name}:${cell.clientIndex}`).join(' '),
      )
      .join(' | '),
  );

test('a parallel element gives each task its own clients', () => {
  assert.deepEqual(cells(allocate([task('idx', 2), parallel([task('a', 1), task('b', 1)])])), [
    'idx:0 | a:0',
    'idx:1 | b:0',
  ]);
});

test('clients without work in a step just wait at its join point', () => {
  assert.deepEqual(cells(allocate([task('x', 1), task('y', 3)])), ['x:0 | y:0', ' | y:1', ' | y:2']);
});

test('a parallel element with fewer clients than its tasks need wraps round', () => {
  assert.deepEqual(cells(allocate([parallel([task('a', 1), task('b', 2), task('c', 3)], 2)])), [
    'a:0 b:1 c:1',
    'b:0 c:0 c:2',
  ]);
  const five = ['t0', 't1', 't2', 't3', 't4'].map((name) => task(name, 1));
  assert.deepEqual(cells(allocate([parallel(five, 2)])), ['t0:0 t2:0 t4:0', 't1:0 t3:0']);
});

test('clients of another element also serve a parallel element', () => {
  const five = ['t0', 't1', 't2', 't3', 't4'].map((name) => task(name, 1));
  const rows = cells(allocate([task('x', 8), parallel(five, 2)]));
  assert.deepEqual(rows.slice(3), ['x:3 | t3:0', 'x:4 | t4:0', 'x:5 | ', 'x:6 | ', 'x:7 | ']);
});

test('the completing tasks of a parallel element are found: one by name, all of them, or none', () => {
  const tasks = [task('a', 2), task('b', 2)];
  const completing = (completedBy: CompletedBy | null): unknown =>
    allocate([parallel(tasks, undefined, completedBy)])[0]?.completing;
  assert.deepEqual(completing({ kind: 'task', name: 'b' }), [1]);
  assert.deepEqual(completing({ kind: 'any' }), [0, 1]);
  assert.deepEqual(completing(null), []);
  assert.deepEqual(cells(allocate([parallel(tasks, undefined, { kind: 'any' })])), ['a:0', 'a:1', 'b:0', 'b:1']);
});

test('clients are spread over nodes and cores evenly and contiguously', () => {
  const table: readonly [readonly number[], number, readonly (readonly (readonly number[])[])[]][] = [
    [[4], 1, [[[0]]]],
    [[4], 6, [[[0, 1], [2, 3], [4], [5]]]],
    [[1], 8, [[[0, 1, 2, 3, 4, 5, 6, 7]]]],
    [
      [4, 4],
      16,
      [
        [
          [0, 1],
          [2, 3],
          [4, 5],
          [6, 7],
        ],
        [
          [8, 9],
          [10, 11],
          [12, 13],
          [14, 15],
        ],
      ],
    ],
    [[2, 2, 2], 4, [[[0], [1]], [[2]], [[3]]]],
    [[2, 2, 2, 2], 5, [[[0], [1]], [[2]], [[3]], [[4]]]],
    [[1, 4], 6, [[[0, 1, 2]], [[3], [4], [5]]]],
  ];
  for (const [nodes, count, expected] of table)
    assert.deepEqual(spreadClients(count, nodes), expected, `${count} clients on ${nodes}`);
});

test('law: shares sum to the whole and differ by at most one', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 64 }), (total, parts) => {
      const shares = evenShares(total, parts);
      assert.equal(shares.length, parts);
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        total,
      );
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
  );
});

test('law: every client is on exactly one worker, in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.array(fc.integer({ min: 1, max: 32 }), { minLength: 1, maxLength: 12 }),
      (count, nodes) => {
        assert.deepEqual(
          spreadClients(count, nodes).flat(2),
          Array.from({ length: count }, (_, id) => id),
        );
      },
    ),
  );
});

test('law: every task-client appears once, whatever the schedule', () => {
  const clientsOfTask = fc.integer({ min: 1, max: 9 });
  const anyElement: fc.Arbitrary<ScheduleElement> = fc.oneof(
    clientsOfTask.map((clients) => task('t', clients)),
    fc
      .record({
        sizes: fc.array(clientsOfTask, { minLength: 1, maxLength: 4 }),
        clients: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      })
      .map(({ sizes, clients }) =>
        parallel(
          sizes.map((size, index) => task(`t${index}`, size)),
          clients,
        ),
      ),
  );
  fc.assert(
    fc.property(fc.array(anyElement, { minLength: 1, maxLength: 6 }), (schedule) => {
      const steps = allocate(schedule);
      assert.equal(steps.length, schedule.length);
      for (const step of steps) {
        assert.equal(step.rows.length, clientCount(schedule));
        const seen = step.rows
          .flat()
          .map((cell) => `${cell.task}:${cell.clientIndex}`)
          .sort();
        const due = step.tasks
          .flatMap((one, index) => Array.from({ length: one.clients }, (_, client) => `${index}:${client}`))
          .sort();
        assert.deepEqual(seen, due);
      }
    }),
  );
});

test('law: shares within capacities are even, use all there is, and never shrink for a larger total', () => {
  const property = fc.property(
    fc.nat(200),
    fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }),
    (total, capacities) => {
      const shares = sharesWithin(total, capacities);
      const room = capacities.reduce((sum, capacity) => sum + capacity, 0);
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        Math.min(total, room),
      );
      const open = shares.filter((share, part) => share < (capacities[part] ?? 0));
      shares.forEach((share, part) => {
        assert.ok(share <= (capacities[part] ?? 0));
        // Whoever is full has at least what others have, and those who are not full differ by one at most.
        if (open.length > 0) assert.ok(share >= Math.max(...open) - 1 || share === capacities[part]);
      });
      const more = sharesWithin(total + 1, capacities);
      shares.forEach((share, part) => {
        assert.ok((more[part] ?? 0) >= share);
      });
    },
  );
  fc.assert(property);
});
