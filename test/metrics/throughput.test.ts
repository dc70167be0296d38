import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ThroughputCalculator, throughputStats } from '../../src/metrics/throughput.ts';
import type { ThroughputSlot } from '../../src/worker/report.ts';

type Type = ThroughputSlot['type'];
const sample = (absoluteTime: number, timePeriod: number, type: Type, work: number): ThroughputSlot => ({ absoluteTime, timePeriod, type, work });
const round = (value: number): number => Number(value.toFixed(6));
const points = (calculator: ThroughputCalculator, batch: readonly ThroughputSlot[]): readonly (readonly [number, Type, number])[] =>
  calculator.add(batch).map((point) => [point.absoluteTime, point.type, round(point.value)]);

describe('ThroughputCalculator', () => {
  test('averages over the time since the start of the task, warm-up included, across batches', () => {
    const calculator = new ThroughputCalculator();
    const first = [
      sample(1000.0, 0.5, 'warmup', 1000),
      sample(1000.2, 0.6, 'warmup', 1000),
      sample(1000.5, 1.0, 'warmup', 1000),
      sample(1000.9, 1.3, 'warmup', 1000),
      sample(1001.0, 1.6, 'normal', 1000),
      sample(1001.6, 2.1, 'normal', 1000),
      sample(1002.1, 2.6, 'normal', 1000),
      sample(1002.4, 2.9, 'normal', 1000),
    ];
    assert.deepEqual(points(calculator, first), [
      [1000.5, 'warmup', 3000],
      [1001.6, 'normal', 2857.142857],
    ]);
    assert.deepEqual(points(calculator, [sample(1004.9, 5.4, 'normal', 500), sample(1003.0, 3.5, 'normal', 1000)]), [
      [1003.0, 'normal', 2571.428571],
      [1004.9, 'normal', 1759.259259],
    ]);
  });

  test('gives a value to a single sample', () => {
    assert.deepEqual(points(new ThroughputCalculator(), [sample(1000, 0.25, 'normal', 1)]), [[1000, 'normal', 4]]);
    assert.deepEqual(points(new ThroughputCalculator(), [sample(1000, 30, 'normal', 1)]), [[1000, 'normal', 0.033333]]);
  });

  test('never goes back to warm-up', () => {
    const batch = [sample(1000, 1, 'warmup', 10), sample(1000.5, 1.5, 'normal', 10), sample(1001, 2, 'warmup', 10), sample(1002, 3, 'normal', 10)];
    // 20 operations in 1.5 s close nothing, as their second is closed already; the late warm-up sample closes the next as a normal one.
    assert.deepEqual(points(new ThroughputCalculator(), batch), [
      [1000, 'warmup', 10],
      [1001, 'normal', 15],
      [1002, 'normal', 13.333333],
    ]);
  });

  test('leaves a last second that is not full unreported', () => {
    // 25 operations of a tenth of a second back to back; eighths of a second would hide the rounding of real clocks.
    const batch = Array.from({ length: 25 }, (_, index) => sample((index + 1) * 0.1, (index + 1) * 0.1, 'normal', 1));
    assert.deepEqual(points(new ThroughputCalculator(), batch), [
      [1, 'normal', 10],
      [2, 'normal', 10],
    ]);
  });

  test('gives nothing without samples or time', () => {
    assert.deepEqual(new ThroughputCalculator().add([]), []);
    assert.deepEqual(new ThroughputCalculator().add([sample(1000, 0, 'normal', 5)]), []);
  });

  test('the order within a batch does not matter', () => {
    const slots = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 400 }), work: fc.nat(50) }), {
      selector: (slot) => slot.at,
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(slots, (chosen) => {
        const batch = chosen.map(({ at, work }) => sample(1000 + at / 8, 0.125, at < 100 ? 'warmup' : 'normal', work));
        const ordered = [...batch].sort((left, right) => left.absoluteTime - right.absoluteTime);
        assert.deepEqual(points(new ThroughputCalculator(), batch), points(new ThroughputCalculator(), ordered));
      }),
    );
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
