// The search of a redline test: the time line of an example, and laws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CpuWindow } from '../../src/control/cpu-window.ts';
import { RedlineController, redlineTick } from '../../src/control/redline.ts';
import { millis, seconds } from '../../src/units.ts';

const settings = { maxClients: 50, scaleStep: 5, scaleDown: 0.1, sleep: seconds(30) };

/** Looks after a controller once a second; `fails` says whether so many clients are too many at that second. */
function follow(controller: RedlineController, until: number, fails: (active: number, second: number) => boolean) {
  const states: (readonly [second: number, active: number, state: string, ceiling: number])[] = [];
  for (let second = 0; second <= until; second++) {
    const trouble = fails(controller.active, second) ? 'errors' : null;
    controller.tick({ now: millis(second * redlineTick), trouble, left: 1000 });
    states.push([second, controller.active, controller.state, controller.ceiling]);
  }
  return states;
}

test('50 clients, steps of 5, errors from 23 on: up to 25, back to 22, once more, then closer', () => {
  const controller = new RedlineController(settings);
  const states = new Map(follow(controller, 200, (active) => active >= 23).map(([at, ...rest]) => [at, rest]));
  const expected = [
    [0, 5, 'neutral', 50],
    [2, 10, 'neutral', 50],
    [4, 15, 'neutral', 50],
    [6, 20, 'neutral', 50],
    [8, 25, 'neutral', 50],
    [9, 22, 'sleeping', 25],
    [38, 22, 'sleeping', 25],
    [39, 22, 'neutral', 25],
    [40, 22, 'scaling-up', 25],
    [41, 25, 'neutral', 25],
    [42, 22, 'sleeping', 23],
    [74, 23, 'neutral', 23],
    [75, 20, 'sleeping', 22],
    [107, 22, 'neutral', 22],
  ] as const;
  for (const [at, ...rest] of expected) assert.deepEqual(states.get(at), rest, `second ${at}`);
  assert.equal(controller.maxStable, 22);
});

test('a cluster that bears more later gets more: a try beyond the ceiling that holds raises it', () => {
  const controller = new RedlineController(settings);
  follow(controller, 600, (active, second) => active >= 23 && second < 60);
  assert.equal(controller.active, 50);
  assert.equal(controller.maxStable, 50);
});

test('all clients are active at most, and nothing more happens then', () => {
  const controller = new RedlineController({ ...settings, maxClients: 12 });
  const states = follow(controller, 100, () => false);
  assert.deepEqual(
    states.filter(([at]) => at % 2 === 0 && at <= 6).map(([, active]) => active),
    [5, 10, 12, 12],
  );
  assert.deepEqual([controller.active, controller.maxStable], [12, 12]);
});

test('a count that fails later is not stable any more, nor is a larger one', () => {
  const controller = new RedlineController(settings);
  follow(controller, 20, (active, second) => second === 20 && active === 50);
  assert.equal(controller.maxStable, 45);
});

test('law: the count stays within its bounds, rises by a step at most, and never after trouble', () => {
  const property = fc.property(
    fc.record({
      maxClients: fc.integer({ min: 1, max: 2000 }),
      scaleStep: fc.integer({ min: 1, max: 100 }),
      scaleDown: fc.double({ min: 0.01, max: 1, noNaN: true }),
      sleep: fc.integer({ min: 0, max: 5 }).map(seconds),
    }),
    fc.array(fc.record({ fails: fc.boolean(), left: fc.integer({ min: 0, max: 2000 }) }), { maxLength: 200 }),
    (chosen, ticks) => {
      const controller = new RedlineController(chosen);
      ticks.forEach(({ fails, left }, second) => {
        const before = controller.active;
        const wasSleeping = controller.state === 'sleeping';
        const change = controller.tick({ now: millis(second * 1000), trouble: fails ? 'errors' : null, left });
        assert.equal(change?.active ?? before, controller.active);
        assert.ok(controller.active >= 0 && controller.active <= Math.min(chosen.maxClients, left));
        assert.ok(controller.active - before <= chosen.scaleStep);
        if (fails && before > 0) assert.ok(controller.active <= before);
        if (fails && before > 0 && left > 0 && !wasSleeping) assert.ok(controller.active < before);
        assert.ok(controller.maxStable <= chosen.maxClients);
        assert.ok(controller.ceiling >= 1);
      });
    },
  );
  fc.assert(property);
});

test('law: a cluster with a fixed limit is found out, within the steps of the search', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 20 }),
    fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    (capacity, scaleStep, scaleDown) => {
      const controller = new RedlineController({ maxClients: 400, scaleStep, scaleDown, sleep: seconds(2) });
      follow(controller, 4000, (active) => active > capacity);
      assert.equal(controller.maxStable, capacity);
    },
  );
  fc.assert(property, { numRuns: 30 });
});

test('the CPU of each node is averaged over the window, and compared once per interval', () => {
  const window = new CpuWindow({ most: 80, window: seconds(10), interval: seconds(5) });
  const at = (second: number) => millis(second * 1000);
  for (let second = 0; second <= 20; second++) {
    window.add(at(second), new Map([['busy', second < 10 ? 50 : 100] as const, ['idle', 5] as const]));
    const found = window.check(at(second));
    if (second === 5 || second === 10 || second === 15) assert.equal(found, null, `second ${second}`);
    else if (second === 20) assert.deepEqual(found, { node: 'busy', usage: 100 });
    else assert.equal(found, null);
  }
});

test('the newest reading stands for a window that holds none, until the cluster has stopped telling', () => {
  const window = new CpuWindow({ most: 80, window: seconds(1), interval: seconds(1) });
  window.add(millis(0), new Map([['busy', 97]]));
  assert.deepEqual(window.check(millis(1010)), { node: 'busy', usage: 97 });
  assert.deepEqual(window.check(millis(2990)), { node: 'busy', usage: 97 });
  assert.equal(window.check(millis(4000)), null);
});

test('trouble that is reported just after a rise casts doubt on the count before it', () => {
  const controller = new RedlineController({ maxClients: 100, scaleStep: 5, scaleDown: 0.2, sleep: seconds(2) });
  const tick = (second: number, trouble: string | null) =>
    controller.tick({ now: millis(second * 1000), trouble, left: 100 });
  for (let second = 0; second <= 6; second++) tick(second, null);
  assert.deepEqual([controller.active, controller.maxStable], [20, 15]);
  tick(7, 'a request failed');
  assert.equal(controller.maxStable, 10);
});
