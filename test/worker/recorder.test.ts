import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from '../../src/metrics/histogram.ts';
import { ThroughputGrid } from '../../src/metrics/throughput.ts';
import { Outcome } from '../../src/operation/operation.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';
import type { SampleTimes } from '../../src/worker/sample-times.ts';

const times = (start: number, end: number, intended = Number.NaN, processingEnd = end): SampleTimes => ({
  processingStart: start,
  requestStart: start,
  requestEnd: end,
  processingEnd,
  intended,
});

function outcome(weight = 1, unit = 'ops'): Outcome {
  const made = new Outcome();
  made.weight = weight;
  made.unit = unit;
  return made;
}

test('latency counts from the time at which the schedule wanted the request', () => {
  const recorder = new TaskRecorder('t', true);
  recorder.begin(0);
  [0, 100, 200, 300].forEach((intended, index) => {
    recorder.sample('normal', times(250 * index, 250 * (index + 1), intended), outcome());
  });
  const report = recorder.drain(null);
  assert.deepEqual([...report.raw.latency], [250, 400, 550, 700]);
  assert.deepEqual([...report.raw.serviceTime], [250, 250, 250, 250]);
});

test('client processing is what processing takes beyond the service time', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  recorder.sample('normal', times(10, 20, Number.NaN, 23), outcome());
  const { raw, histograms } = recorder.drain(null);
  assert.deepEqual(
    [raw.latency[0], raw.serviceTime[0], raw.processingTime[0], raw.clientProcessingTime[0]],
    [10, 10, 13, 3],
  );
  const merged = new Histogram();
  assert.equal(merged.addEncoded(histograms.processingTime ?? new Uint8Array()), 1);
});

test('throughput that an operation supplies is told value by value, for normal samples only', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  const supplying = outcome(10, 'byte');
  for (const [type, value] of [
    ['warmup', 1],
    ['normal', 2],
    ['normal', null],
    ['normal', 3],
  ] as const) {
    supplying.throughput = value;
    recorder.sample(type, times(0, 10), supplying);
  }
  assert.deepEqual([...recorder.drain(null).suppliedThroughput], [2, 3]);
  assert.deepEqual([...recorder.drain(null).suppliedThroughput], []);
});

test('warm-up samples count as work but not as times', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  recorder.sample('warmup', times(0, 50), outcome(500, 'docs'));
  recorder.sample('normal', times(50, 150), outcome(500, 'docs'));
  const report = recorder.drain(0.5);
  assert.deepEqual(
    [report.warmupSamples, report.normalSamples, report.work, report.unit, report.progress],
    [1, 1, 1000, 'docs', 0.5],
  );
  assert.equal(report.raw.serviceTime.length, 1);
  assert.deepEqual(report.slots, [
    { type: 'normal', end: 150, work: 500 },
    { type: 'warmup', end: 50, work: 500 },
  ]);
});

test('samples of a tenth of a second share a slot', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  for (let request = 0; request < 250; request++) recorder.sample('normal', times(request, request + 1), outcome());
  const { slots } = recorder.drain(null);
  assert.deepEqual(
    slots.map(({ work }) => work),
    [99, 100, 51],
  );
});

test('times count from the start of the step, the task from its first client', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(5000);
  assert.deepEqual([recorder.drain(null).taskStart, recorder.drain(null).lastRequestStart], [null, null]);
  recorder.taskBegins(7000);
  recorder.taskBegins(6000);
  recorder.taskBegins(8000);
  recorder.sample('normal', times(8000, 8250), outcome());
  const report = recorder.drain(null);
  assert.deepEqual(
    [report.taskStart, report.lastRequestStart, report.slots],
    [1000, 3000, [{ type: 'normal', end: 3250, work: 1 }]],
  );
  assert.deepEqual([recorder.drain(null).taskStart, recorder.drain(null).lastRequestStart], [1000, 3000]);
});

test('a few long requests side by side are not faster than the time they took', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  // Four clients start together; the last answer comes after 0.5 s: 4,000 documents in half a second.
  for (const end of [200, 410, 450, 500]) recorder.sample('normal', times(0, end), outcome(1000, 'docs'));
  const grid = new ThroughputGrid();
  grid.add(0, recorder.drain(null).slots);
  assert.deepEqual(
    grid.points().map(({ value }) => Math.round(value)),
    [8000],
  );
});

test('failures are counted by kind, with the first description; a failed sample does not change the unit', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  recorder.sample('normal', times(0, 1), outcome(5000, 'docs'));
  for (const description of ['first', 'second']) {
    const failed = outcome(0);
    failed.fail('HTTP 429', description);
    recorder.sample('normal', times(1, 2), failed);
  }
  const report = recorder.drain(null);
  assert.deepEqual(report.errors, [{ kind: 'HTTP 429', count: 2, example: 'first' }]);
  assert.deepEqual([report.failedNormalSamples, report.normalSamples, report.unit], [2, 3, 'docs']);
});

test('documents that failed are counted beside their bulk, which did its work in its unit all the same', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  for (const type of ['warmup', 'normal'] as const) {
    const failed = outcome(5000, 'docs');
    failed.fail('bulk', 'one of them');
    failed.documents = 5000;
    failed.failedDocuments = [{ kind: 'HTTP 400 x', count: 2, example: type }];
    recorder.sample(type, times(0, 1), failed);
  }
  const report = recorder.drain(null);
  assert.deepEqual([report.documents, report.work, report.unit], [10_000, 10_000, 'docs']);
  assert.deepEqual(report.failedDocuments, [{ kind: 'HTTP 400 x', count: 4, example: 'warmup' }]);
  const next = recorder.drain(null);
  assert.deepEqual([next.documents, next.failedDocuments], [0, []]);
});

test('a report starts from nothing', () => {
  const recorder = new TaskRecorder('t', true);
  recorder.begin(0);
  recorder.requestSent();
  recorder.sample('normal', times(0, 1, 0), outcome());
  recorder.drain(null);
  const report = recorder.drain(null);
  assert.deepEqual(
    [report.requests, report.normalSamples, report.work, report.raw.latency.length, report.slots.length],
    [0, 0, 0, 0, 0],
  );
  assert.deepEqual(Object.values(report.histograms), [null, null, null, null]);
});

test('more samples than the raw bound stay in the histograms', () => {
  const recorder = new TaskRecorder('t', false);
  recorder.begin(0);
  for (let request = 0; request < 6000; request++) recorder.sample('normal', times(0, 1), outcome());
  const report = recorder.drain(null);
  assert.equal(report.raw.serviceTime.length, 5000);
  const merged = new Histogram();
  assert.equal(merged.addEncoded(report.histograms.serviceTime ?? new Uint8Array()), 6000);
});
