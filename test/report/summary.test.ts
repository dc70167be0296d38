import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultPercentiles } from '../../src/metrics/percentiles.ts';
import { type SummaryOptions, summaryRows } from '../../src/report/summary.ts';
import { errorTable, warnings } from '../../src/report/warnings.ts';
import { exampleResults, stats, taskResults } from './example-results.ts';

const options: SummaryOptions = {
  show: 'available',
  latencyPercentiles: defaultPercentiles,
  throughputPercentiles: [],
  showsProcessingTime: false,
};
const of = (...tasks: readonly ReturnType<typeof taskResults>[]) => ({ ...exampleResults, cluster: {}, tasks });

describe('summaryRows', () => {
  test('shows percentiles without a value only if asked', () => {
    const task = taskResults('search', {
      latency: stats(
        [
          [50, 1],
          [100, 2],
        ],
        1,
      ),
    });
    const latency = (show: SummaryOptions['show']) =>
      summaryRows(of(task), { ...options, latencyPercentiles: [50, 99.9, 100], show })
        .filter((row) => row.metric.endsWith('latency'))
        .map((row) => [row.metric, row.value?.number ?? null, row.unit]);
    const available = [
      ['50th percentile latency', 1, 'ms'],
      ['100th percentile latency', 2, 'ms'],
    ];
    assert.deepEqual(latency('available'), available);
    const all = [available[0], ['99.9th percentile latency', null, ''], available[1]];
    assert.deepEqual(latency('all-percentiles'), all);
    assert.deepEqual(latency('all'), all);
  });

  test('throughput percentiles have the unit of the throughput', () => {
    const rows = summaryRows(exampleResults, options).filter((row) => row.metric === '50th percentile throughput');
    assert.deepEqual(rows, [
      {
        metric: '50th percentile throughput',
        task: 'search, "quoted"',
        value: { kind: 'float', number: 81.4 },
        unit: 'ops/s',
      },
    ]);
  });

  test('of tasks that differ in clients only the best is shown, last', () => {
    const rows = summaryRows(exampleResults, options);
    const scans = rows.filter((row) => row.task.startsWith('scan_'));
    assert.deepEqual(new Set(scans.map((row) => row.task)), new Set(['scan_8_clients']));
    assert.deepEqual(scans.at(-1), {
      metric: 'Number of clients that achieved max throughput',
      task: 'scan_8_clients',
      value: { kind: 'integer', number: 8 },
      unit: '',
    });
    assert.ok(
      rows.findIndex((row) => row.task === 'force-merge') < rows.findIndex((row) => row.task === 'scan_8_clients'),
    );
  });

  test('each family of such tasks has its best, and a missing throughput loses', () => {
    const throughput = (mean: number) => ({ min: mean, mean, median: mean, max: mean, unit: 'ops/s', percentiles: [] });
    const rows = summaryRows(
      of(
        taskResults('a_1_clients'),
        taskResults('a_2_clients', { throughput: throughput(3) }),
        taskResults('b_4_clients', { throughput: throughput(1) }),
        taskResults('b_8_clients'),
      ),
      options,
    );
    const best = rows.filter((row) => row.metric.startsWith('Number of clients'));
    assert.deepEqual(
      best.map((row) => [row.task, row.value?.number]),
      [
        ['a_2_clients', 2],
        ['b_4_clients', 4],
      ],
    );
  });

  test('tasks that are not reported have no rows', () => {
    assert.deepEqual(
      summaryRows(of(taskResults('create-index', { isReported: false })), { ...options, show: 'all' }).filter(
        (row) => row.task !== '',
      ),
      [],
    );
  });
});

describe('warnings', () => {
  test('names failed tasks and those without throughput with the likely cause', () => {
    const throughput = { min: 1, mean: 1, median: 1, max: 1, unit: 'ops/s', percentiles: [] };
    const results = {
      ...of(
        taskResults('half', { errorRate: 0.005, samples: 200, requests: 200, throughput }),
        taskResults('failed', { errorRate: 1, samples: 4, requests: 4 }),
        taskResults('warmup', { requests: 9 }),
        taskResults('idle'),
        taskResults('hidden', { isReported: false }),
        taskResults('late', { samples: 1, requests: 1000, throughput, unsent: 12_345 }),
        taskResults('almost', { samples: 1, requests: 100_000, throughput, unsent: 16 }),
      ),
      isPartial: true,
      endpoints: [],
      driverWarnings: ['The driver was the limit.'],
    };
    assert.deepEqual(warnings(results), [
      'The results are incomplete: the test run ended early, or lost a node. They contain what was measured.',
      "Error rate is 0.5 for operation 'half'. Please check the logs.",
      "Error rate is 100.0 for operation 'failed'. Please check the logs.",
      'No throughput metrics available for [failed]. Likely cause: Error rate is 100.0%. Please check the logs.',
      'No throughput metrics available for [warmup]. Likely cause: The benchmark ended already during warmup.',
      'No throughput metrics available for [idle]. Likely cause: It sent no request.',
      '12,345 of 13,345 requests of [late] that were due before its end were not sent: its clients still waited for ' +
        'earlier answers.',
      'The driver was the limit.',
    ]);
  });

  test('says how many documents were not indexed, and the first reasons', () => {
    const throughput = { min: 1, mean: 1, median: 1, max: 1, unit: 'docs/s', percentiles: [] };
    const reasons = [
      { kind: 'HTTP 400 mapper_parsing_exception', count: 1200, example: 'failed to parse field [a]' },
      { kind: 'timeout', count: 500, example: 'timeout' },
    ];
    const task = taskResults('index', { throughput, documents: { total: 50_000, failed: 1700, reasons } });
    assert.deepEqual(warnings(of(task)), [
      '1,700 of 50,000 documents of [index] were not indexed: ' +
        '1,200 x HTTP 400 mapper_parsing_exception (failed to parse field [a]); 500 x timeout.',
    ]);
    const more = ['a', 'b', 'c', 'd'].map((kind) => ({ kind, count: 1, example: '' }));
    assert.match(warnings(of({ ...task, documents: { total: 9, failed: 4, reasons: more } }))[0] ?? '', /1 x c; …$/);
    assert.deepEqual(warnings(of({ ...task, documents: { total: 9, failed: 0, reasons: [] } })), []);
  });

  test('is silent about a good run', () => {
    const throughput = { min: 1, mean: 1, median: 1, max: 1, unit: 'ops/s', percentiles: [] };
    assert.deepEqual(warnings(of(taskResults('search', { samples: 1, requests: 1, throughput }))), []);
  });
});

describe('errorTable', () => {
  test('counts errors by task and kind with an example', () => {
    assert.equal(
      errorTable(exampleResults),
      [
        'Task          Error       Count  Example',
        '------------  --------  -------  --------------------------------------------',
        'index-append  HTTP 429        2  rejected execution of coordinating operation',
        'index-append  timeout         1  no answer within 60 s',
      ].join('\n'),
    );
  });

  test('cuts long examples and is absent without errors', () => {
    const table = errorTable(
      of(taskResults('search', { errors: [{ kind: 'HTTP 500', count: 1, example: 'x'.repeat(500) }] })),
    );
    assert.ok(table?.endsWith(`  ${'x'.repeat(97)}...`));
    assert.equal(errorTable(of(taskResults('search'))), null);
  });
});
