// The summary with one row per task, and the summary for programs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compactSummary } from '../../src/report/compact-summary.ts';
import { jsonTable } from '../../src/report/json-table.ts';
import { floatValue, integerValue } from '../../src/report/row.ts';
import { exampleResults, stats, taskResults } from './example-results.ts';

const search = taskResults('search', {
  latency: stats(
    [
      [50, 1.5],
      [90, 2.25],
      [99, 3.125],
      [100, 1234.5678],
    ],
    1.6,
  ),
  throughput: { min: 490, mean: 495.5, median: 495, max: 500, unit: 'ops/s', percentiles: [] },
  target: { value: 500, unit: 'ops' },
  errorRate: 0.0123,
});

describe('the compact summary', () => {
  test('has one row per reported task', () => {
    assert.deepEqual(compactSummary([search, taskResults('hidden', { isReported: false })], 120).split('\n'), [
      'Task    Throughput    of target    p50 ms    p90 ms    p99 ms    p99.9 ms    max ms    Errors',
      '------  ------------  -----------  --------  --------  --------  ----------  --------  --------',
      'search  495.5 ops/s   99.1 %       1.5       2.25      3.125                 1235      1.23 %',
    ]);
  });

  test('has lines where a row does not fit', () => {
    assert.equal(
      compactSummary([search], 40),
      [
        'search',
        '  Throughput  495.5 ops/s',
        '  of target   99.1 %',
        '  p50 ms      1.5',
        '  p90 ms      2.25',
        '  p99 ms      3.125',
        '  max ms      1235',
        '  Errors      1.23 %',
      ].join('\n'),
    );
  });

  test('fits into any width that its names fit into', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), (width) => {
        for (const line of compactSummary(exampleResults.tasks, width).split('\n')) assert.ok(line.length <= width);
      }),
    );
  });
});

test('the summary as JSON has every row with its number in full', () => {
  const rows = [
    { metric: 'Doc count', task: '', value: integerValue(2000), unit: '' },
    { metric: '50th percentile latency', task: 'a|b', value: floatValue(0.1), unit: 'ms' },
    { metric: 'error rate', task: 'x', value: null, unit: '' },
    { metric: 'odd', task: 'x', value: floatValue(Number.NaN), unit: '' },
  ];
  assert.deepEqual(JSON.parse(jsonTable(rows)), [
    { metric: 'Doc count', task: null, value: 2000, unit: null },
    { metric: '50th percentile latency', task: 'a|b', value: 0.1, unit: 'ms' },
    { metric: 'error rate', task: 'x', value: null, unit: null },
    { metric: 'odd', task: 'x', value: null, unit: null },
  ]);
});
