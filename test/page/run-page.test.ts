// The report of a test run as text: what it holds, what it must never hold, and how large it may be.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { html } from '../../src/page/markup.ts';
import { pageData } from '../../src/page/run-data.ts';
import { runPage } from '../../src/page/run-page.ts';
import { thinned } from '../../src/page/task-data.ts';
import { madeRun, noisySeconds } from '../analysis/made-runs.ts';

/** A run of some tasks of so many seconds each, one after another. */
function longRun(tasks: number, seconds: number, rate = 50) {
  const parts = Array.from({ length: tasks }, (_, index) =>
    madeRun('r', noisySeconds(index, seconds, 10, 0.1, rate), `task-${index}`),
  );
  const [first] = parts;
  assert.ok(first?.history);
  return {
    ...first,
    results: { ...first.results, tasks: parts.flatMap(({ results }) => results.tasks) },
    history: {
      ...first.history,
      tasks: parts.flatMap(({ history }, index) =>
        (history?.tasks ?? []).map((task) => ({
          ...task,
          cells: task.cells.map((cell) => ({ ...cell, start: cell.start + index * seconds * 1000 })),
        })),
      ),
    },
  };
}

describe('the data of charts', () => {
  test('have few points, and lose nothing of the work', () => {
    const { history, results } = longRun(1, 1000);
    const [task] = pageData(history, results).tasks;
    assert.ok(task);
    assert.equal(task.times.length, 200);
    assert.ok(task.throughput.every((value) => value === 50));
    assert.equal(task.unit, 'ops/s');
    assert.equal(task.heat?.columns.length, 200);
    const [from, to] = [task.latencyCurve.shares.at(0), task.latencyCurve.shares.at(-1)];
    assert.deepEqual([from, (to ?? 0) > 0.99995], [0, true]);
    assert.equal(task.serviceTimeCurve, null);
    for (const [index, p50] of task.p50.entries()) {
      const [p90, p99, max] = [task.p90[index], task.p99[index], task.max[index]];
      assert.ok(p50 !== null && (p90 ?? 0) >= p50 && (p99 ?? 0) >= (p90 ?? 0) && (max ?? 0) * 1.002 >= (p99 ?? 0));
    }
  });

  test('a part of a cell at the end of a task is no drop', () => {
    const seconds = [...noisySeconds(1, 9, 10), { millis: [10] }];
    const run = madeRun('r', seconds);
    assert.ok(run.history);
    const [task] = pageData(run.history, run.results).tasks;
    assert.deepEqual(task?.throughput, Array(9).fill(50));
  });

  test('a time in which nothing happened shows as that', () => {
    const run = madeRun('r', noisySeconds(1, 10, 10));
    const [course] = run.history?.tasks ?? [];
    assert.ok(course && run.history);
    const cells = course.cells.filter(({ start }) => start < 3000 || start >= 5000);
    const [task] = pageData({ ...run.history, tasks: [{ ...course, cells }] }, run.results).tasks;
    assert.deepEqual(task?.throughput, [50, 50, 50, 0, 0, 50, 50, 50, 50, 50]);
    assert.deepEqual(
      task?.p50.map((value) => value === null),
      [...Array(3).fill(false), true, true, ...Array(5).fill(false)],
    );
  });

  test('thinning keeps the mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (values, points) => {
          const full = [...values, ...Array(values.length * (points - 1)).fill(values[0])].slice(0, values.length);
          const { times, values: thin } = thinned(
            full.map((_, index) => index),
            full,
            points,
          );
          assert.equal(times.length, thin.length);
          assert.ok(thin.length <= points);
          const [low, high] = [Math.min(...full), Math.max(...full)];
          for (const value of thin) assert.ok(value !== null && value >= low && value <= high);
        },
      ),
    );
  });
});

describe('a page', () => {
  test('takes no name for markup', () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&';
    const { run, results, history } = madeRun('r', noisySeconds(1, 20, 10), evil);
    const [task] = results.tasks;
    assert.ok(task);
    const page = runPage({
      run: { ...run, id: evil, workload: evil, userTags: { [evil]: evil }, workloadParams: new Map([[evil, evil]]) },
      results: {
        ...results,
        tasks: [{ ...task, errors: [{ kind: evil, count: 1, example: evil }] }],
        driverWarnings: [evil],
      },
      history,
    });
    assert.doesNotMatch(page, /<script>alert|<img/);
    assert.equal(page.match(/<script/g)?.length, 2);
  });

  test('any text is shown as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: markup } = html`<td title="${text}">${text}</td>`;
        assert.equal(markup.match(/[<>]/g)?.length, 4);
        assert.equal(markup.match(/"/g)?.length, 2);
      }),
    );
  });

  test('of an hour with 20 tasks and 3 machines is below 1 MB', () => {
    const run = longRun(20, 180, 20);
    const cells = Array.from({ length: 600 }, (_, index) => ({
      start: index * 6000,
      requests: 123_456 + index,
      failedRequests: 3,
      cpuMillis: 5432.1 + index,
      utilisation: 0.54321,
      sendLagP99: 0.123 + index / 1000,
    }));
    const history = {
      ...run.history,
      nodes: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((node) => ({ node, length: 6000, cells })),
      telemetry: Array.from({ length: 60 }, (_, index) => ({
        device: 'node-stats',
        cluster: 'default',
        subject: `node-${index % 3}`,
        metric: `metric_${Math.floor(index / 3)}`,
        unit: 'byte',
        isCounter: false,
        times: Array.from({ length: 3600 }, (__, second) => second * 1000),
        values: Array.from({ length: 3600 }, (__, second) => 1e9 + second * 12_345.678),
      })),
    };
    const page = runPage({ ...run, history });
    assert.ok(Buffer.byteLength(page) < 1_000_000, `${Buffer.byteLength(page)} bytes`);
  });

  test('of a run without a course has its tables', () => {
    const { run, results } = madeRun('r', noisySeconds(1, 5, 10));
    const page = runPage({ run, results, history: null });
    assert.match(page, /<th scope="row">search<\/th>/);
    assert.match(page, /OpenSearch 3\.8\.0/);
  });

  test('warnings come before any figure', () => {
    const { run, results, history } = madeRun('r', noisySeconds(1, 5, 10));
    const page = runPage({ run, results: { ...results, driverWarnings: ['The driver was the limit.'] }, history });
    assert.ok(page.indexOf('The driver was the limit.') < page.indexOf('id="summary"'));
  });
});
