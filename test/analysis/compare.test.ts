// Comparisons of test runs: figures, percentages, marks, conditions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ComparisonOptions, compareRuns } from '../../src/analysis/compare.ts';
import { comparisonJson, comparisonJunit, violationText } from '../../src/analysis/comparison-document.ts';
import { comparisonCsv, comparisonMarkdown } from '../../src/analysis/comparison-table.ts';
import { findViolations, parseFailConditions } from '../../src/analysis/fail-if.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { writeJson } from '../../src/json.ts';
import { figureText, figureValue, parseFigure } from '../../src/metrics/figure.ts';
import { madeRun, noisySeconds } from './made-runs.ts';

const options: ComparisonOptions = { percentiles: [50, 100], showsProcessingTime: false, alsoFigures: [] };
const second = (...millis: readonly number[]) => ({ millis });
/** Without its course, as a run of OpenSearch Benchmark. */
const foreign = (run: RunData): RunData => ({ ...run, history: null });

function conditions(text: string) {
  const read = parseFailConditions(text);
  assert.deepEqual(read.problems, []);
  return read.conditions;
}

describe('compareRuns', () => {
  test('has the rows of OpenSearch Benchmark, with true percentages', () => {
    const before = foreign(madeRun('a', [second(10, 20), second(10, 20), second(10, 20)]));
    const after = foreign(madeRun('b', [second(11, 22), second(11, 22), second(11, 22)]));
    const { rows, warnings } = compareRuns([before], [after], options);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      rows.map(({ metric, task, baseline, contender, percent, unit }) => [
        metric,
        task,
        baseline,
        contender,
        percent === null ? null : Math.round(percent),
        unit,
      ]),
      [
        ['Cumulative indexing time of primary shards', '', 1, 1, 0, 'min'],
        ['Doc count', '', 1000, 1000, 0, ''],
        ['Min Throughput', 'search', 2, 2, 0, 'ops/s'],
        ['Mean Throughput', 'search', 2, 2, 0, 'ops/s'],
        ['Median Throughput', 'search', 2, 2, 0, 'ops/s'],
        ['Max Throughput', 'search', 2, 2, 0, 'ops/s'],
        ['50th percentile latency', 'search', 15, 16.5, 10, 'ms'],
        ['100th percentile latency', 'search', 20, 22, 10, 'ms'],
        ['50th percentile service time', 'search', 15, 16.5, 10, 'ms'],
        ['100th percentile service time', 'search', 20, 22, 10, 'ms'],
        ['error rate', 'search', 0, 0, 0, '%'],
      ],
    );
    assert.ok(rows.every(({ significance }) => significance === null));
  });

  test('groups of repeated runs have an interval; percentiles come from all of their samples together', () => {
    const side = (from: number, factor: number) =>
      Array.from({ length: 4 }, (_, index) => madeRun(`r${from + index}`, noisySeconds(from + index, 20, 10 * factor)));
    const { rows } = compareRuns(side(0, 1), side(10, 1.5), options);
    const median = rows.find(({ metric }) => metric === '50th percentile latency');
    assert.equal(median?.significance?.basis, 'runs');
    assert.ok(median?.significance?.isSignificant);
    const { low = 0, high = 0 } = median?.significance?.interval ?? {};
    assert.ok(low > 20 && high < 80 && low < (median?.percent ?? 0) && (median?.percent ?? 0) < high);
    const merged = madeRun('all', Array.from({ length: 4 }, (_, index) => noisySeconds(index, 20, 10)).flat());
    const [task] = merged.results.tasks;
    assert.ok(task);
    const expected = figureValue(
      { kind: 'time', time: 'latency', statistic: { kind: 'percentile', percentile: 50 } },
      task,
    );
    assert.ok(Math.abs((median?.baseline ?? 0) / (expected ?? 1) - 1) < 0.002);
  });

  test('a baseline of zero has no percentage', () => {
    const before = madeRun('a', [second(10, 20)]);
    const after = madeRun('b', [{ millis: [10, 20], failed: 1 }]);
    const row = compareRuns([before], [after], options).rows.at(-1);
    assert.deepEqual([row?.baseline, row?.contender, row?.difference, row?.percent], [0, 50, 50, null]);
  });

  test('doubts are told', () => {
    const run = madeRun('a', [second(1)]);
    const other = madeRun('b', [second(1)], 'index');
    const { warnings } = compareRuns(
      [run],
      [{ ...other, run: { ...other.run, workload: 'v' }, results: { ...other.results, isPartial: true } }],
      options,
    );
    assert.deepEqual(warnings, [
      'The test runs differ in their workload: w, v.',
      'Cut short, so that figures are missing: b.',
      'Not in all of the test runs, and left out: search, index.',
    ]);
  });
});

describe('tables of comparisons', () => {
  const { rows } = compareRuns(
    [foreign(madeRun('a', [second(10, 20)]))],
    [foreign(madeRun('b', [second(10, 20, 20, 30)]))],
    options,
  );
  const comparison = { baseline: [], contender: [], rows, warnings: [] };

  test('markdown has one header for each column, and marks what got worse or better', () => {
    const lines = comparisonMarkdown(comparison, 'right').split('\n');
    assert.match(lines[0] ?? '', /^\| +Metric \| +Task \| +Baseline \| +Contender \| +%Diff \| +Diff \| +Unit \|$/);
    const rowOf = (metric: string) => lines.find((line) => line.includes(metric)) ?? '';
    assert.match(rowOf('Mean Throughput'), /\+100\.00% :green_circle: \| +\+2\.00000 \|/);
    assert.match(rowOf('50th percentile latency'), /\+33\.33% :red_circle:/);
    assert.match(rowOf('Doc count'), / 0\.00% \| +0\.00000 \|/);
    for (const line of lines) assert.equal(line.split('|').length, (lines[0] ?? '').split('|').length);
  });

  test('CSV has no marks and as many cells as names', () => {
    const lines = comparisonCsv(comparison).split('\r\n');
    assert.equal(lines[0], 'Metric,Task,Baseline,Contender,%Diff,Diff,Unit');
    assert.ok(lines.includes('50th percentile latency,search,15.0,20.0,+33.33%,+5.00000,ms'));
  });
});

describe('conditions', () => {
  test('are read with any spelling of a figure', () => {
    const read = conditions('p99 service time > +10%, Mean-Throughput<-5% for "a, b",error rate >= 0.5 % for x y');
    assert.deepEqual(
      read.map(({ figure, operator, limit, task }) => [figureText(figure), operator, limit, task]),
      [
        ['p99 service time', '>', 10, null],
        ['mean throughput', '<', -5, 'a, b'],
        ['error rate', '>=', 0.5, 'x y'],
      ],
    );
  });

  test('that cannot be read are all named', () => {
    const { problems } = parseFailConditions('p99 speed > 10%, faster, p99 latency > 10');
    assert.equal(problems.length, 3);
    assert.match(problems[0] ?? '', /'p99 speed' is no figure/);
    assert.match(problems[1] ?? '', /'faster' is no condition/);
    assert.deepEqual(parseFailConditions(' , ').problems, ['there is no condition in it']);
  });

  test('any figure is read as it is written', () => {
    const time = fc.constantFrom('latency', 'service time', 'client processing time', 'processing time');
    const statistic = fc.constantFrom('mean', 'p50', 'p99', 'p99.99', 'p100');
    const throughput = fc.constantFrom('min', 'mean', 'median', 'max').map((word) => `${word} throughput`);
    const text = fc.oneof(
      fc.tuple(statistic, time).map((words) => words.join(' ')),
      throughput,
      fc.constantFrom('error rate', 'duration'),
    );
    fc.assert(
      fc.property(text, (words) => {
        const figure = parseFigure(words);
        assert.ok(figure);
        assert.equal(figureText(figure), words);
      }),
    );
    assert.equal(parseFigure('p101 latency'), null);
    assert.deepEqual(parseFigure('99.9th percentile service time'), parseFigure('p99.9 service_time'));
  });

  test('fail only for differences that may be real', () => {
    const worse = compareRuns(
      [madeRun('a', noisySeconds(1, 40, 10))],
      [madeRun('b', noisySeconds(2, 40, 20))],
      options,
    );
    const same = compareRuns([madeRun('a', noisySeconds(1, 40, 10))], [madeRun('b', noisySeconds(3, 40, 10))], options);
    const rule = conditions('p50 latency > 0%');
    assert.equal(findViolations(rule, worse.rows).length, 1);
    assert.equal(findViolations(conditions('p50 latency > 400%'), worse.rows).length, 0);
    assert.equal(findViolations(conditions('p50 latency < 0%'), worse.rows).length, 0);
    const change = same.rows.find(({ metric }) => metric === '50th percentile latency')?.percent ?? 0;
    const sign = change > 0 ? '>' : '<';
    assert.equal(findViolations(conditions(`p50 latency ${sign} 0%`), same.rows).length, 0);
  });

  test('that could never fail are an error', () => {
    const { rows } = compareRuns([madeRun('a', [second(1)])], [madeRun('b', [second(1)])], options);
    assert.throws(() => findViolations(conditions('p50 latency > 1% for serach'), rows), {
      code: 'USAGE',
      message: 'Both sides have no p50 latency of the task "serach".',
    });
  });

  test('are told to people and to programs', () => {
    const before = foreign(madeRun('a', [second(10, 20)], 'a<b&"c"'));
    const after = foreign(madeRun('b', [second(20, 40)], 'a<b&"c"'));
    const comparison = compareRuns([before], [after], options);
    const rule = conditions('p50 latency > 10%, error rate > 1%');
    const violations = findViolations(rule, comparison.rows);
    const judged = { comparison, conditions: rule, violations };
    const [violation] = violations;
    assert.ok(violation && violations.length === 1);
    assert.equal(
      violationText(violation),
      'p50 latency > 10%: 50th percentile latency of a<b&"c" changed by +100.00% (15.00 to 30.00 ms; nothing is known of its spread).',
    );
    const junit = comparisonJunit(judged);
    assert.match(junit, /<testsuite name="a against b" tests="2" failures="1">/);
    assert.match(
      junit,
      /name="p50 latency &gt; 10%"><failure message="p50 latency &gt; 10%: 50th percentile latency of a&lt;b&amp;&quot;c&quot; changed/,
    );
    assert.match(writeJson(comparisonJson(judged)), /"violated-by":\["a<b&\\"c\\""\]/);
  });
});
