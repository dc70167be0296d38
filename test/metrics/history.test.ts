// The course of a test run: cells over time, whoever measured what.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../../src/metrics/histogram.ts';
import type { RunHistory } from '../../src/metrics/history.ts';
import { HistoryRecorder } from '../../src/metrics/history-recorder.ts';
import type { WorkerReport } from '../../src/metrics/report.ts';
import { type CellContent, TimeCells } from '../../src/metrics/time-cells.ts';
import { Outcome } from '../../src/operation/operation.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';

/** A second of a worker: requests of 1 ms that end at `ends`, in ms since the start of the step. */
function report(worker: number, at: number, ends: readonly number[], failed = 0): WorkerReport {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  ends.forEach((end, index) => {
    recorder.requestSent();
    const outcome = new Outcome();
    if (index < failed) {
      recorder.requestFailed();
      outcome.fail('HTTP 500', 'broken');
    }
    const start = end - 1;
    const times = {
      processingStart: start,
      requestStart: start,
      requestEnd: end,
      processingEnd: end,
      intended: Number.NaN,
    };
    recorder.sample('normal', times, outcome);
  });
  const health = { eventLoopUtilisation: 0.5, sendLagP99: 0.2, cpuMillis: 100, intervalMillis: 1000, standstills: [] };
  return { worker, step: 0, sequence: 0, clientsLeft: 1, at, tasks: [recorder.drain(null)], endpoints: [], health };
}

function totals(history: RunHistory): Readonly<Record<string, number>> {
  const histogram = new Histogram();
  const cells = history.tasks.flatMap((task) => task.cells);
  for (const { serviceTime } of cells) if (serviceTime !== null) histogram.addEncoded(serviceTime);
  const sum = (of: (cell: (typeof cells)[number]) => number): number =>
    cells.reduce((total, cell) => total + of(cell), 0);
  return {
    requests: sum((cell) => cell.requests),
    samples: sum((cell) => cell.samples),
    failed: sum((cell) => cell.failedSamples),
    work: sum((cell) => cell.work),
    errors: sum((cell) => cell.errors.reduce((count, error) => count + error.count, 0)),
    counted: histogram.count,
    nodeRequests: history.nodes.flatMap(({ cells: own }) => own).reduce((total, { requests }) => total + requests, 0),
  };
}

describe('HistoryRecorder', () => {
  test('reports go to the second of their middle, work to the second in which it ended', () => {
    const recorder = new HistoryRecorder(5000);
    recorder.beginStep(0, 10_250);
    recorder.add(report(0, 1000, [400, 800], 1), 'localhost');
    recorder.add(report(0, 2000, [1200]), 'localhost');
    recorder.add(report(1, 2100, [950, 1900]), '10.0.0.2');
    const { startedAt, tasks, nodes } = recorder.history();
    assert.equal(startedAt, 5000);
    const [task] = tasks;
    assert.equal(task?.length, 1000);
    assert.deepEqual(
      task?.cells.map(({ start, requests, samples, failedSamples, work, errors }) => ({
        start,
        requests,
        samples,
        failedSamples,
        work,
        errors,
      })),
      [
        { start: 10_250, requests: 2, samples: 2, failedSamples: 1, work: 3, errors: [{ kind: 'HTTP 500', count: 1 }] },
        { start: 11_250, requests: 3, samples: 3, failedSamples: 0, work: 2, errors: [] },
      ],
    );
    assert.deepEqual(nodes, [
      {
        node: 'localhost',
        length: 1000,
        cells: [10_000, 11_000].map((start, index) => ({
          start,
          requests: 2 - index,
          failedRequests: 1 - index,
          cpuMillis: 100,
          utilisation: 0.5,
          sendLagP99: 0.2,
        })),
      },
      {
        node: '10.0.0.2',
        length: 1000,
        cells: [{ start: 11_000, requests: 2, failedRequests: 0, cpuMillis: 100, utilisation: 0.5, sendLagP99: 0.2 }],
      },
    ]);
  });

  test('reports of a step that has not started belong to no time', () => {
    const recorder = new HistoryRecorder(0);
    recorder.add(report(0, 1000, [400]), 'localhost');
    recorder.beginStep(0, 0);
    recorder.add({ ...report(0, 0, [400]), at: null }, 'localhost');
    assert.deepEqual(recorder.history(), { startedAt: 0, tasks: [], nodes: [], telemetry: [] });
  });

  test('the sums are the same however many cells there may be and whatever the order of the workers', () => {
    const reports = fc.array(
      fc.record({
        worker: fc.nat(3),
        second: fc.nat(500),
        requests: fc.integer({ min: 1, max: 5 }),
        failed: fc.nat(2),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(reports, fc.integer({ min: 1, max: 10 }), (made, bound) => {
        const all = made.map(({ worker, second, requests, failed }) =>
          report(worker, (second + 1) * 1000, Array(requests).fill(second * 1000 + 500), Math.min(failed, requests)),
        );
        const few = new HistoryRecorder(0, bound);
        const many = new HistoryRecorder(0, 10_000);
        for (const recorder of [few, many]) recorder.beginStep(0, 0);
        for (const one of all) many.add(one, 'a');
        for (const one of [...all].reverse()) few.add(one, 'a');
        assert.deepEqual(totals(few.history()), totals(many.history()));
        const { requests, samples, counted, nodeRequests } = totals(many.history());
        assert.deepEqual([samples, counted, nodeRequests], [requests, requests, requests]);
        for (const { cells } of few.history().tasks) assert.ok(cells.length <= bound);
      }),
    );
  });

  test('a broken histogram is refused and leaves nothing behind', () => {
    const recorder = new HistoryRecorder(0);
    recorder.beginStep(0, 0);
    const good = report(0, 1000, [100]);
    const [task] = good.tasks;
    assert.ok(task);
    const cut = task.histograms.serviceTime?.slice(0, -1) ?? null;
    const broken = { ...good, tasks: [{ ...task, histograms: { ...task.histograms, serviceTime: cut } }] };
    recorder.add(good, 'a');
    assert.throws(() => recorder.add(broken, 'a'), { code: 'INTERNAL' });
    const later = new HistoryRecorder(0);
    later.beginStep(0, 0);
    later.add(good, 'a');
    later.add(good, 'a');
    assert.equal(totals(later.history()).counted, 2);
  });
});

class Sum implements CellContent<Sum> {
  value = 0;
  absorb(other: Sum): void {
    this.value += other.value;
  }
}

describe('TimeCells', () => {
  test('cells get twice as long whenever they are too many, and nothing is lost', () => {
    const cells = new TimeCells(3, 500, () => new Sum());
    for (let second = 0; second < 7; second++) cells.at(500 + second * 1000).value += 1;
    assert.equal(cells.length, 4000);
    assert.deepEqual(
      cells.list().map(({ start, content }) => [start, content.value]),
      [
        [500, 4],
        [4500, 3],
      ],
    );
  });

  test('a gap takes no cell', () => {
    const cells = new TimeCells(3, 500, () => new Sum());
    for (const time of [0, 86_400_000]) cells.at(time).value += 1;
    assert.equal(cells.length, 1000);
    assert.equal(cells.list().length, 2);
  });
});
