import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ThroughputSlot } from '../../src/metrics/report.ts';
import { ThroughputGrid, throughputStats } from '../../src/metrics/throughput.ts';
import { type Execution, playStream, steadyStream } from '../support/recorded-stream.ts';

type Type = ThroughputSlot['type'];
/** A sample that ended so many seconds after the start of the step. */
const sample = (end: number, type: Type, work: number): ThroughputSlot => ({ type, end: end * 1000, work });
const round = (value: number): number => Number(value.toFixed(6));

function pointsOf(slots: readonly ThroughputSlot[], start = 0): readonly (readonly [number, Type, number])[] {
  const grid = new ThroughputGrid();
  grid.add(start, slots);
  return grid.points().map((point) => [round(point.time / 1000), point.type, round(point.value)]);
}

describe('ThroughputGrid', () => {
  test('averages over the time since the start of the task, warm-up included', () => {
    const first = [
      sample(0.5, 'warmup', 1000),
      sample(0.7, 'warmup', 1000),
      sample(1.0, 'warmup', 1000),
      sample(1.4, 'warmup', 1000),
      sample(1.5, 'normal', 1000),
      sample(2.1, 'normal', 1000),
      sample(2.6, 'normal', 1000),
      sample(2.9, 'normal', 1000),
    ];
    const begun = [
      [1.0, 'warmup', 3000],
      [2.1, 'normal', 2857.142857],
    ];
    assert.deepEqual(pointsOf(first), begun);
    assert.deepEqual(pointsOf([...first, sample(5.4, 'normal', 500), sample(3.5, 'normal', 1000)]), [
      ...begun,
      [3.5, 'normal', 2571.428571],
      [5.4, 'normal', 1759.259259],
    ]);
  });

  test('counts from the start of the task, not of the step', () => {
    const slots = [1, 2, 3, 4].map((second) => sample(70 + second, 'normal', 50));
    assert.deepEqual(
      pointsOf(slots, 70_000).map(([, , value]) => value),
      [50, 50, 50, 50],
    );
    const grid = new ThroughputGrid();
    grid.add(72_000, []);
    grid.add(null, slots);
    grid.add(70_000, []);
    assert.deepEqual(
      grid.points().map(({ value }) => value),
      [50, 50, 50, 50],
    );
  });

  test('gives a value to a single sample', () => {
    assert.deepEqual(pointsOf([sample(0.25, 'normal', 1)]), [[0.25, 'normal', 4]]);
    assert.deepEqual(pointsOf([sample(30, 'normal', 1)]), [[30, 'normal', 0.033333]]);
  });

  test('never goes back to warm-up', () => {
    // 20 operations in 1.5 s close nothing, as their second is closed already; the late warm-up sample closes the next
    // as a normal one.
    assert.deepEqual(
      pointsOf([sample(1, 'warmup', 10), sample(1.5, 'normal', 10), sample(2, 'warmup', 10), sample(3, 'normal', 10)]),
      [
        [1, 'warmup', 10],
        [2, 'normal', 15],
        [3, 'normal', 13.333333],
      ],
    );
  });

  test('leaves a last second that is not full unreported', () => {
    const batch = Array.from({ length: 25 }, (_, index) => sample((index + 1) / 10, 'normal', 1));
    assert.deepEqual(pointsOf(batch), [
      [1, 'normal', 10],
      [2, 'normal', 10],
    ]);
  });

  test('gives nothing without samples or time', () => {
    assert.deepEqual(pointsOf([]), []);
    assert.deepEqual(pointsOf([sample(0, 'normal', 5)]), []);
    assert.deepEqual(pointsOf([sample(0, 'normal', 5), sample(1, 'normal', 5)]), [[1, 'normal', 10]]);
  });

  test('looking at the values changes nothing', () => {
    const slots = Array.from({ length: 90 }, (_, index) =>
      sample((index + 1) / 10, index < 20 ? 'warmup' : 'normal', index),
    );
    const grid = new ThroughputGrid();
    for (const slot of slots) {
      grid.add(0, [slot]);
      grid.points();
    }
    assert.deepEqual(
      grid.points().map((point) => [round(point.time / 1000), point.type, round(point.value)]),
      pointsOf(slots),
    );
  });

  test('a task of days holds a value per second, and a report that is very late still counts as work', () => {
    const grid = new ThroughputGrid();
    const hours = 30;
    for (let second = 1; second <= hours * 3600; second++) grid.add(0, [sample(second, 'normal', 10)]);
    assert.equal(grid.points().length, hours * 3600);
    assert.ok(grid.points().every(({ value }) => value === 10));
    grid.add(0, [sample(1, 'normal', hours * 36_000)]);
    assert.equal(round(grid.points().at(-1)?.value ?? 0), 20);
    assert.equal(grid.points()[0]?.value, 10);
  });
});

describe('law: values do not depend on who measured', () => {
  const execution: fc.Arbitrary<Execution> = fc
    .record({
      start: fc.double({ min: 0, max: 9000, noNaN: true }),
      time: fc.double({ min: 0.1, max: 900, noNaN: true }),
      type: fc.constantFrom<Type>('warmup', 'normal'),
      weight: fc.nat(500),
      recorder: fc.nat(1000),
    })
    .map(({ start, time, ...rest }) => ({ start, end: start + time, ...rest }));

  test('any stream, any split, any order and delay of reports', () => {
    fc.assert(
      fc.property(
        fc.array(execution, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 50, max: 5000 }),
        fc.array(fc.nat(20_000), { minLength: 1, maxLength: 20 }),
        (stream, recorders, interval, delays) => {
          const whole = playStream(stream, 1, 1000, () => 0);
          const split = playStream(stream, recorders, interval, (report) => delays[report % delays.length] ?? 0);
          assert.deepEqual(split, whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('2,000 requests/s exactly met are 2,000/s on 1, 2, 8 and 64 recorders', () => {
    const stream = steadyStream(2000, 3);
    for (const recorders of [1, 2, 8, 64]) {
      const values = playStream(stream, recorders, 1000, (report) => (report * 37) % 1000).map(({ value }) => value);
      assert.equal(values.length, 2);
      for (const value of values) assert.ok(Math.abs(value - 2000) <= 2, `${recorders} recorders: ${value}`);
    }
  });
});

describe('throughputStats', () => {
  test('gives extremes, mean, median and what percentiles were asked for', () => {
    assert.deepEqual(throughputStats([3, 1, 2, 10], 'docs', [100, 50]), {
      min: 1,
      mean: 4,
      median: 2.5,
      max: 10,
      unit: 'docs/s',
      percentiles: [
        [50, 2.5],
        [100, 10],
      ],
    });
  });

  test('is missing as a whole without values or with a median of 0', () => {
    const missing = { min: null, mean: null, median: null, max: null, unit: 'ops/s', percentiles: [] };
    assert.deepEqual(throughputStats([], 'ops', []), missing);
    assert.deepEqual(throughputStats([0, 0, 8], 'ops', [50]), missing);
  });
});

test('no percentile of throughput stands in for one that was asked for', () => {
  const few = throughputStats([1, 2], 'ops', [5]);
  assert.deepEqual([few.percentiles, few.median], [[], 1.5]);
  assert.deepEqual(throughputStats([2], 'ops', [50]).percentiles, []);
});
