import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pacer, type PacerSettings, UnitMismatch } from '../../src/schedule/pacer.ts';

const settings = (value: number, unit: string, clients: number): PacerSettings => ({
  target: { value, unit },
  clients,
  kind: 'deterministic',
  expected: null,
  phase: 0,
  random: () => 0.5,
});

/** Intended times in seconds when the answers have these weights. */
function times(pacer: Pacer, weights: readonly number[], unit: string): readonly number[] {
  return weights.map((weight) => {
    const time = pacer.next();
    pacer.after(weight, unit);
    return Number((time / 1000).toFixed(9));
  });
}

test('the worked examples of the schedule', () => {
  assert.deepEqual(times(new Pacer(settings(10, 'ops', 1)), [1, 1, 1, 1, 1], 'ops'), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(times(new Pacer(settings(10, 'ops', 4)), [1, 1, 1, 1, 1], 'ops'), [0, 0.4, 0.8, 1.2, 1.6]);
  assert.deepEqual(
    times(new Pacer(settings(5000, 'docs', 4)), [1000, 1000, 1000, 1000, 500, 500, 500], 'docs'),
    [0, 0.8, 1.6, 2.4, 3.2, 3.6, 4],
  );
  assert.deepEqual(times(new Pacer(settings(10, 'ops', 1)), [5000, 5000, 5000, 5000], 'docs'), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(times(new Pacer(settings(10, 'ops', 2)), [25, 25, 10], 'pages'), [0, 0.2, 0.4]);
  assert.deepEqual(times(new Pacer(settings(0.2, 'ops', 2)), [1, 1, 1, 1], 'ops'), [0, 10, 20, 30]);
  assert.deepEqual(times(new Pacer(settings(10, 'ops', 1)), [0, 0, 1, 1], 'ops'), [0, 0, 0, 0.1]);
});

test('a unit that cannot be paced is refused', () => {
  const pacer = new Pacer(settings(1000, 'docs', 1));
  assert.equal(pacer.next(), 0);
  assert.throws(() => pacer.after(1, 'ops'), UnitMismatch);
});

test('an expected weight throttles from the first request, failures included', () => {
  const pacer = new Pacer({ ...settings(10, 'ops', 1), expected: { weight: 1, unit: 'ops' } });
  assert.deepEqual(times(pacer, [0, 0, 1, 1], 'ops'), [0, 0.1, 0.2, 0.3]);
});

test('the phases of the clients fill the interval evenly', () => {
  const starts = [0, 1, 2, 3].map((client) => {
    const pacer = new Pacer({ ...settings(10, 'ops', 4), expected: { weight: 1, unit: 'ops' }, phase: client / 4 });
    return times(pacer, [1, 1], 'ops');
  });
  assert.deepEqual(starts, [
    [0, 0.4],
    [0.1, 0.5],
    [0.2, 0.6],
    [0.3, 0.7],
  ]);
});

test('without a target every request is sent at once', () => {
  const pacer = new Pacer({ ...settings(1, 'ops', 1), target: null });
  assert.deepEqual(times(pacer, [1, 1, 1], 'ops'), [0, 0, 0]);
  assert.equal(pacer.isThrottled, false);
});

test('poisson: the mean interval is that of the target', () => {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  const pacer = new Pacer({
    ...settings(100, 'ops', 1),
    kind: 'poisson',
    expected: { weight: 1, unit: 'ops' },
    random,
  });
  pacer.next();
  let last = 0;
  for (let request = 0; request < 20000; request++) last = pacer.next();
  assert.ok(Math.abs(last / 20000 - 10) < 0.2, `mean interval ${last / 20000} ms`);
});

test('law: all clients together reach the target rate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 5000 }),
      (clients, rate, weight) => {
        const count = 20;
        const pacers = Array.from(
          { length: clients },
          (_, client) =>
            new Pacer({
              ...settings(rate, 'docs', clients),
              expected: { weight, unit: 'docs' },
              phase: client / clients,
            }),
        );
        const sent = pacers.flatMap((pacer) => Array.from({ length: count }, () => pacer.next() as number));
        const span = (count * clients * weight) / rate;
        assert.ok(Math.max(...sent) <= span * 1000 * (1 + 1e-9));
        assert.ok(Math.max(...sent) >= (span - weight / rate) * 1000 * (1 - 1e-9) - 1e-6);
      },
    ),
  );
});
