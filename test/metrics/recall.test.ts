import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecallValues } from '../../src/metrics/recall.ts';

const hits = fc.record({ found: fc.nat(100), of: fc.constant(100) }).map(({ found, of }) => found / of);
const searches = fc.array(hits, { minLength: 1, maxLength: 200 });

function valuesOf(all: readonly number[]): RecallValues {
  const values = new RecallValues('recall@k');
  for (const value of all) values.add(value);
  return values;
}

test('the mean of recall is exact, and percentiles are right to four digits', () => {
  fc.assert(
    fc.property(searches, (all) => {
      const stats = valuesOf(all).stats();
      const sum = all.reduce((total, value) => total + value, 0);
      assert.equal(stats?.mean, sum / all.length);
      const [percentile = 0, most] = stats?.percentiles.at(-1) ?? [];
      assert.equal(percentile, 100);
      assert.equal(most, Math.max(...all));
    }),
  );
});

test('what several workers counted adds up to what one would have counted', () => {
  fc.assert(
    fc.property(searches, searches, (some, others) => {
      const merged = new RecallValues('recall@k');
      for (const part of [some, others]) {
        const report = valuesOf(part).drain();
        assert.ok(report !== null);
        merged.merge(report);
      }
      const whole = valuesOf([...some, ...others]).stats();
      const stats = merged.stats();
      assert.deepEqual(stats?.percentiles, whole?.percentiles);
      assert.ok(Math.abs((stats?.mean ?? 0) - (whole?.mean ?? 1)) < 1e-12);
    }),
  );
});

test('nothing is left after a report, and there is no report of nothing', () => {
  const values = valuesOf([1, 0.5]);
  assert.deepEqual(values.drain(), {
    name: 'recall@k',
    sum: 1.5,
    counts: Float64Array.from([5000, 1, 10_000, 1]),
  });
  assert.equal(values.drain(), null);
  assert.equal(values.stats(), null);
});

test('counts that are no recall are refused', () => {
  for (const counts of [[10_001, 1], [-1, 1], [0.5, 1], [5, -1], [5]])
    assert.throws(
      () => new RecallValues('recall@1').merge({ name: 'recall@1', sum: 0, counts: Float64Array.from(counts) }),
      { code: 'INTERNAL' },
    );
});
