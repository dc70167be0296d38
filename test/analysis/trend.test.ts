// Trends: changes that were planted are found, noise is left alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changePoints } from '../../src/analysis/change-points.ts';
import { trendOf } from '../../src/analysis/trend.ts';
import { changesMarkdown, sparkline, trendCsv, trendJson, trendMarkdown } from '../../src/analysis/trend-table.ts';
import { writeJson } from '../../src/json.ts';
import type { Figure } from '../../src/metrics/figure.ts';
import { randomSource } from '../../src/random.ts';
import type { TestRun } from '../../src/store/test-run.ts';
import { gaussian, madeRun } from './made-runs.ts';

function series(seed: number, length: number, level: (index: number) => number, deviation: number): number[] {
  const random = randomSource(seed);
  return Array.from({ length }, (_, index) => level(index) + deviation * gaussian(random));
}

describe('changePoints', () => {
  test('finds a change in at most 5 % of 1,000 series without any', () => {
    let alarms = 0;
    for (let seed = 0; seed < 1000; seed++) if (changePoints(series(seed, 60, () => 100, 5)).length > 0) alarms++;
    assert.ok(alarms <= 50, `${alarms} alarms`);
  });

  test('finds a planted change of two deviations, at its place', () => {
    let found = 0;
    for (let seed = 0; seed < 100; seed++) {
      const points = changePoints(series(seed, 80, (index) => (index < 50 ? 100 : 106), 3));
      if (points.some((at) => Math.abs(at - 50) <= 2)) found++;
    }
    assert.ok(found >= 80, `${found} of 100`);
  });

  test('finds several changes', () => {
    const values = series(1, 300, (index) => (index < 100 ? 100 : index < 200 ? 120 : 90), 3);
    assert.deepEqual(changePoints(values), [100, 200]);
  });

  test('series without spread, and short ones, have none', () => {
    assert.deepEqual(changePoints([]), []);
    assert.deepEqual(changePoints([1, 1, 9, 9]), []);
    for (const level of [0, 3.941607, 1e12]) assert.deepEqual(changePoints(Array(100).fill(level)), []);
    assert.deepEqual(changePoints([...Array(20).fill(0.1), ...Array(20).fill(0.2)]), [20]);
  });

  test('adding to all values, or multiplying them, changes nothing', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -5, max: 5 }),
        (seed, shift, power) => {
          const values = series(seed, 40, (index) => (index < 25 ? 100 : 120), 4);
          const factor = 2 ** power;
          assert.deepEqual(changePoints(values.map((value) => (value + shift) * factor)), changePoints(values));
        },
      ),
      { numRuns: 30 },
    );
  });
});

const figures: readonly Figure[] = [
  { kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile: 50 } },
  { kind: 'throughput', statistic: 'mean' },
];

/** Runs a day apart, of which the n-th has requests of so many ms, and `perSecond(n)` of them a second. */
function runs(
  count: number,
  millis: (index: number) => number,
  perSecond: (index: number) => number,
): readonly TestRun[] {
  return Array.from({ length: count }, (_, index) => {
    const second = { millis: Array.from({ length: perSecond(index) }, () => millis(index)) };
    const { run } = madeRun(`r${index}`, [second, second]);
    return { ...run, timestamp: Date.UTC(2026, 0, 1 + index) };
  });
}

describe('trendOf', () => {
  const random = randomSource(7);
  const stored = runs(
    30,
    (index) => (index < 25 ? 10 : 13) + 0.1 * gaussian(random),
    (index) => (index < 10 ? 40 : 60) + Math.floor(3 * random()),
  );
  // The order of the runs does not matter: they have times.
  const found = trendOf([...stored].reverse(), { figures, tasks: [], recent: 10 });

  test('says what got worse, when, and whether that is new', () => {
    const [latency, throughput] = found;
    assert.deepEqual([latency?.points.length, latency?.unit, throughput?.unit], [30, 'ms', 'ops/s']);
    const [slower, ...others] = latency?.changes ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual([slower?.lastBefore.id, slower?.firstAfter.id], ['r24', 'r25']);
    assert.deepEqual([slower?.isWorse, slower?.isNewRegression], [true, true]);
    assert.ok(Math.abs((slower?.percent ?? 0) - 30) < 2);
    const [quicker] = throughput?.changes ?? [];
    assert.deepEqual([quicker?.firstAfter.id, quicker?.isWorse, quicker?.isNewRegression], ['r10', false, false]);
  });

  test('a regression that is older than the recent runs is not new', () => {
    const [latency] = trendOf(stored, { figures, tasks: ['search'], recent: 3 });
    assert.deepEqual(
      latency?.changes.map(({ isWorse, isNewRegression }) => [isWorse, isNewRegression]),
      [[true, false]],
    );
    assert.deepEqual(trendOf(stored, { figures, tasks: ['other'], recent: 3 }), []);
  });

  test('is written as tables, CSV and JSON', () => {
    assert.match(trendMarkdown(found, 'right'), /\| +p50 latency \| +search \| +30 \|/);
    assert.match(changesMarkdown(found, 'right'), /r25 \(2026-01-26T00:00Z\) \| +new regression \|/);
    const lines = trendCsv(found).split('\r\n');
    assert.equal(lines.length, 62);
    assert.match(lines[26] ?? '', /^p50 latency,search,r25,2026-01-26T00:00:00\.000Z,[\d.]+,ms,new regression$/);
    assert.match(writeJson(trendJson(found)), /"last-before":"r24","first-after":"r25"/);
    assert.equal(sparkline([1, 2, 3].map((value) => ({ id: '', timestamp: 0, value }))), '▁▅█');
    assert.equal(sparkline([{ id: '', timestamp: 0, value: 5 }]), '▁');
  });
});
