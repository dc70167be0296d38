import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  defaultPercentiles,
  parsePercentileKey,
  percentileKey,
  sortedPercentiles,
  supportedPercentiles,
} from '../../src/metrics/percentiles.ts';

describe('supportedPercentiles', () => {
  const cases: readonly (readonly [count: number, requested: readonly number[], expected: readonly number[]])[] = [
    [0, defaultPercentiles, []],
    [1, defaultPercentiles, [100]],
    [1, [50], [100]],
    [2, defaultPercentiles, [50, 100]],
    [3, [25, 50], [50]],
    [3, [90], [100]],
    [4, [25, 50, 75, 90, 100], [25, 50, 75, 100]],
    [9, defaultPercentiles, [50, 100]],
    [10, defaultPercentiles, [50, 90, 100]],
    [10, [25, 75, 95], [25, 75]],
    [10, [95], [100]],
    [99, defaultPercentiles, [50, 90, 100]],
    [100, defaultPercentiles, [50, 90, 99, 100]],
    [999, [90.5, 99, 99.9], [99]],
    [1000, defaultPercentiles, [50, 90, 99, 99.9, 100]],
    [1000, [90.5], [90.5]],
    [9999, defaultPercentiles, [50, 90, 99, 99.9, 100]],
    [10_000, defaultPercentiles, [50, 90, 99, 99.9, 99.99, 100]],
    [100, [100, 50, 50], [50, 100]],
  ];
  for (const [count, requested, expected] of cases) {
    test(`of ${count} samples and [${requested.join()}] are [${expected.join()}]`, () => {
      assert.deepEqual(supportedPercentiles(count, requested), expected);
    });
  }
});

describe('sortedPercentiles', () => {
  test('interpolates between ranks', () => {
    assert.deepEqual(sortedPercentiles([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [50, 90, 99]), [
      [50, 5.5],
      [90, 9.1],
      [99, 9.91],
    ]);
    const values = sortedPercentiles([10, 20, 40], [50, 90, 99]);
    assert.deepEqual(
      values.map(([, value]) => value.toFixed(9)),
      ['20.000000000', '36.000000000', '39.600000000'],
    );
  });

  test('lies between the extremes and never falls', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const sorted = Float64Array.from(values).sort();
        const read = sortedPercentiles(sorted, [0, 10, 50, 99.9, 100]).map(([, value]) => value);
        assert.equal(read[0], sorted[0]);
        assert.equal(read.at(-1), sorted.at(-1));
        for (let index = 1; index < read.length; index++)
          assert.ok((read[index] ?? 0) >= (read[index - 1] ?? 0) - 1e-9);
      }),
    );
  });
});

test('keys of percentiles are the text of a float with an underscore', () => {
  assert.deepEqual([50, 99.9, 99.99, 100].map(percentileKey), ['50_0', '99_9', '99_99', '100_0']);
  assert.deepEqual(['50_0', '99_99', '100', 'mean', 'unit'].map(parsePercentileKey), [50, 99.99, 100, null, null]);
});
