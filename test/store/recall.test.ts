// Recall in `test_run.json`, and in the summary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPlain } from '../../src/json.ts';
import type { RecallStats } from '../../src/metrics/recall.ts';
import type { Results } from '../../src/metrics/results.ts';
import { summaryRows } from '../../src/report/summary.ts';
import { resultsDocument } from '../../src/store/results-document.ts';
import { parseResults } from '../../src/store/results-reader.ts';
import { exampleResults, taskResults } from '../report/example-results.ts';

const recall = (name: RecallStats['name'], mean: number): RecallStats => ({
  name,
  percentiles: [
    [50, 0.9],
    [100, 1],
  ],
  mean,
});
const tasks = [
  taskResults('plain'),
  taskResults('nearest', { recall: [recall('recall@k', 0.9712), recall('recall@1', 0.5)] }),
  taskResults('radial', { recall: [recall('recall@min_score', 0), recall('recall@min_score_1', 1)] }),
];
const results: Results = { ...exampleResults, tasks };

test('recall has the keys of OpenSearch Benchmark, and is read as it was written', () => {
  const document = resultsDocument(results);
  const empty = { 'recall@k': {}, 'recall@1': {}, error_rate: 0, duration: 0 };
  const stored = (mean: number) => ({ '50_0': 0.9, '100_0': 1, mean, unit: '' });
  assert.deepEqual(toPlain(document.get('correctness_metrics') ?? null), [
    { task: 'plain', operation: 'plain', ...empty },
    { task: 'nearest', operation: 'nearest', ...empty, 'recall@k': stored(0.9712), 'recall@1': stored(0.5) },
    { task: 'radial', operation: 'radial', ...empty },
    { task: 'radial', operation: 'radial', 'recall@min_score': stored(0), 'recall@min_score_1': stored(1) },
  ]);
  assert.deepEqual(
    parseResults(document).tasks.map((task) => task.recall),
    tasks.map((task) => task.recall),
  );
});

test('the summary shows the mean of each recall after all tasks', () => {
  const options = { latencyPercentiles: [], throughputPercentiles: [], showsProcessingTime: false };
  const rows = summaryRows(results, { show: 'available', ...options });
  assert.deepEqual(
    rows.slice(-4).map(({ metric, task, value, unit }) => [metric, task, value?.number, unit]),
    [
      ['Mean recall@k', 'nearest', 0.9712, ''],
      ['Mean recall@1', 'nearest', 0.5, ''],
      ['Mean recall@min_score', 'radial', 0, ''],
      ['Mean recall@min_score_1', 'radial', 1, ''],
    ],
  );
});
