// The statistics behind comparisons, against values of statistical tables and of R.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { adjusted, estimateOfRuns, welch } from '../../src/analysis/estimate.ts';
import { twoSidedP, twoSidedQuantile } from '../../src/analysis/student.ts';
import { WithinRun } from '../../src/analysis/within-run.ts';
import type { Figure } from '../../src/metrics/figure.ts';
import { madeRun, noisySeconds } from './made-runs.ts';

const near = (value: number | undefined, expected: number, tolerance: number): void =>
  assert.ok(value !== undefined && Math.abs(value - expected) <= tolerance, `${value} is not ${expected}`);

describe("Student's distribution", () => {
  test('has the quantiles of the tables', () => {
    for (const [freedom, p05, p01] of [
      [1, 12.7062, 63.6567],
      [2, 4.30265, 9.92484],
      [5, 2.57058, 4.03214],
      [10, 2.22814, 3.16927],
      [30, 2.04227, 2.75],
      [1000, 1.96234, 2.58075],
    ] as const) {
      near(twoSidedQuantile(0.05, freedom), p05, 1e-4);
      near(twoSidedQuantile(0.01, freedom), p01, 1e-4);
    }
  });

  test('quantile and probability are inverse', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
        fc.double({ min: 1, max: 500, noNaN: true }),
        (p, freedom) => {
          near(twoSidedP(twoSidedQuantile(p, freedom), freedom), p, 1e-8);
        },
      ),
    );
  });
});

describe('the test of Welch', () => {
  test('finds what R finds for the data of Student about sleep', () => {
    const first = estimateOfRuns([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]);
    const second = estimateOfRuns([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    assert.ok(first && second);
    const { value, low, high, p } = welch(first, second);
    near(value, 1.58, 1e-12);
    near(low, -0.2054832, 1e-6);
    near(high, 3.3654832, 1e-6);
    near(p, 0.07939414, 1e-7);
  });

  test('one run has no spread, and equal runs have no doubt', () => {
    assert.equal(estimateOfRuns([1]), null);
    const [one, two] = [estimateOfRuns([1, 1, 1]), estimateOfRuns([2, 2, 2])];
    assert.ok(one && two);
    assert.deepEqual(welch(one, one), { value: 0, low: 0, high: 0, p: 1 });
    assert.deepEqual(welch(one, two), { value: 1, low: 1, high: 1, p: 0 });
  });
});

describe('adjusted probabilities', () => {
  test('are those of p.adjust(method = "BH") of R', () => {
    const found = adjusted([0.01, 0.04, 0.03, 0.005, 0.9]);
    [0.025, 0.05, 0.05, 0.025, 0.9].forEach((expected, index) => {
      near(found[index], expected, 1e-12);
    });
    assert.deepEqual(adjusted([]), []);
  });

  test('are never smaller than before and keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (probabilities) => {
        const found = adjusted(probabilities);
        probabilities.forEach((p, index) => {
          assert.ok((found[index] ?? 0) >= p - 1e-12 && (found[index] ?? 2) <= 1);
          probabilities.forEach((other, position) => {
            if (p < other) assert.ok((found[index] ?? 0) <= (found[position] ?? 0));
          });
        });
      }),
    );
  });
});

describe('estimates within a run', () => {
  const figures: readonly Figure[] = [
    { kind: 'time', time: 'latency', statistic: { kind: 'mean' } },
    { kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile: 90 } },
    { kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile: 100 } },
    { kind: 'throughput', statistic: 'mean' },
    { kind: 'throughput', statistic: 'max' },
    { kind: 'error rate' },
  ];
  const within = new WithinRun();
  const estimatesOf = (seconds: Parameters<typeof madeRun>[1]) => {
    const [course] = madeRun('r', seconds).history?.tasks ?? [];
    assert.ok(course);
    return within.estimates(course, figures);
  };

  test('differences of runs of the same load are called significant about as rarely as promised', () => {
    let [alarms, comparisons] = [0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const [left, right] = [
        estimatesOf(noisySeconds(2 * seed, 60, 10)),
        estimatesOf(noisySeconds(2 * seed + 1, 60, 10)),
      ];
      for (const index of [0, 1]) {
        const [before, after] = [left[index], right[index]];
        assert.ok(before && after);
        comparisons++;
        if (welch(before, after).p < 0.05) alarms++;
      }
    }
    assert.ok(alarms / comparisons < 0.1, `${alarms} of ${comparisons}`);
  });

  test('a difference of 20 % is seen', () => {
    const [left, right] = [estimatesOf(noisySeconds(1, 60, 10)), estimatesOf(noisySeconds(2, 60, 12))];
    for (const index of [0, 1]) {
      const [before, after] = [left[index], right[index]];
      assert.ok(before && after && welch(before, after).p < 0.001);
    }
  });

  test('of extremes, and of a few seconds, nothing is known', () => {
    const [mean, , max, throughput, maxThroughput, errors] = estimatesOf(noisySeconds(1, 60, 10));
    assert.ok(mean && throughput && errors);
    assert.equal(throughput.value, 50);
    assert.deepEqual([max, maxThroughput], [null, null]);
    assert.deepEqual(
      estimatesOf(noisySeconds(1, 9, 10)),
      figures.map(() => null),
    );
  });
});
