// Repeated test runs taken together.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { aggregateRuns } from '../../src/analysis/aggregate.ts';
import { aggregateDocument } from '../../src/analysis/aggregate-document.ts';
import { membersOf } from '../../src/analysis/run-data.ts';
import { toPlain } from '../../src/json.ts';
import { parseTestRun } from '../../src/store/test-run-reader.ts';
import { madeRun, noisySeconds } from './made-runs.ts';

const second = (...millis: readonly number[]) => ({ millis });

describe('aggregateRuns', () => {
  test('percentiles are those of all samples, means count by samples, extremes are extremes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }), (seeds) => {
        const parts = seeds.map((seed, index) => noisySeconds(seed, 5, 5, 0.1, 20 + 10 * index));
        const { run } = aggregateRuns(
          parts.map((seconds, index) => madeRun(`r${index}`, seconds)),
          'x',
          0,
        );
        const [task] = run.results?.tasks ?? [];
        const [whole] = madeRun('whole', parts.flat()).results.tasks;
        assert.ok(task?.latency && whole?.latency);
        assert.equal(task.samples, whole.samples);
        assert.ok(Math.abs(task.latency.mean / whole.latency.mean - 1) < 1e-9);
        assert.deepEqual(
          task.latency.percentiles.map(([percentile]) => percentile),
          whole.latency.percentiles.map(([percentile]) => percentile),
        );
        task.latency.percentiles.forEach(([, value], index) => {
          assert.ok(Math.abs(value / (whole.latency?.percentiles[index]?.[1] ?? 0) - 1) < 0.002);
        });
        assert.deepEqual([task.throughput.min, task.throughput.max], [whole.throughput.min, whole.throughput.max]);
      }),
      { numRuns: 30 },
    );
  });

  test('both kinds of spread are there', () => {
    const runs = [
      madeRun('a', [second(10, 10), second(10, 10), second(10)]),
      madeRun('b', [second(20, 20), second(20, 20), second(20)]),
    ];
    const { run, spreads } = aggregateRuns(runs, 'aggregate_results_w_x', Date.UTC(2026, 0, 1));
    const spread = spreads.get('search');
    assert.ok(Math.abs((spread?.times.latency.betweenRuns ?? 0) - (100 * Math.sqrt(50)) / 15) < 1e-9);
    assert.ok((spread?.times.latency.withinRuns ?? 1) < 0.1);
    assert.equal(spread?.throughput.withinRuns, 0);
    assert.deepEqual(membersOf(run), ['a', 'b']);
  });

  test('the document has the keys of OpenSearch Benchmark and is read back', () => {
    const runs = [madeRun('a', [second(10, 12)]), madeRun('b', [second(20, 24)])];
    const document = aggregateDocument(aggregateRuns(runs, 'aggregate_results_w_x', Date.UTC(2026, 0, 1)));
    const plain = JSON.parse(JSON.stringify(toPlain(document)));
    assert.deepEqual(plain['user-tags'], { 'aggregation-of-runs': ['a', 'b'] });
    const [metrics] = plain.results.op_metrics;
    assert.deepEqual(Object.keys(metrics.throughput), [
      'overall_min',
      'mean',
      'median',
      'overall_max',
      'unit',
      'mean_rsd',
      'within_rsd',
    ]);
    assert.ok(metrics.latency.mean_rsd > 0 && metrics.error_rate_rsd === 0);
    const read = parseTestRun(document);
    assert.ok(read);
    assert.deepEqual(membersOf(read), ['a', 'b']);
    assert.equal(read.results?.tasks[0]?.throughput.min, 2);
  });

  test('runs of other programs have no percentiles together, and that is told', () => {
    const runs = [madeRun('a', [second(10, 12)]), { ...madeRun('b', [second(20)]), history: null }];
    const { run, warnings } = aggregateRuns(runs, 'x', 0);
    assert.deepEqual(run.results?.tasks[0]?.latency?.percentiles, []);
    assert.match(warnings.join(), /The histograms of b are not stored/);
  });

  test('runs of different tests are refused', () => {
    const [a, b] = [madeRun('a', [second(1)]), madeRun('b', [second(1)])];
    assert.throws(() => aggregateRuns([a, { ...b, run: { ...b.run, workload: 'v' } }], 'x', 0), {
      code: 'USAGE',
      message: 'The test runs are of different workloads: w, v.',
    });
  });
});
