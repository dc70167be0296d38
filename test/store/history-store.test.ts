// The course of a test run on disk: what is written is read again, and the tools of HdrHistogram read the logs.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { HistogramLogReader } from 'hdr-histogram-js';
import { Histogram } from '../../src/metrics/histogram.ts';
import type { RunHistory, TaskCell } from '../../src/metrics/history.ts';
import { readHdrLog, writeHdrLog } from '../../src/store/hdr-log.ts';
import { readHistory, writeHistory } from '../../src/store/history-store.ts';
import { testRunFile } from '../../src/store/test-run-store.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'history-store-'));
});
after(async () => rm(root, { recursive: true, force: true }));

function payload(...millis: readonly number[]): Uint8Array {
  const histogram = new Histogram();
  for (const value of millis) histogram.record(value * 1e6);
  return histogram.encode();
}

const cell = (start: number, latency: Uint8Array | null): TaskCell => ({
  start,
  requests: 10,
  failedRequests: 1,
  samples: 8,
  failedSamples: 1,
  warmupSamples: 2,
  unsent: 0,
  work: 10.5,
  latency,
  serviceTime: payload(1),
  clientProcessingTime: payload(0.1),
  processingTime: payload(1.1),
  errors: start === 0 ? [{ kind: 'HTTP 429', count: 1 }] : [],
});

const history: RunHistory = {
  startedAt: Date.UTC(2026, 10, 27),
  tasks: [
    { task: 'a, "b" ü', unit: 'docs', length: 1000, cells: [cell(0, payload(1, 2, 3)), cell(2000, null)] },
    { task: 'second', unit: null, length: 1000, cells: [cell(1000, payload(100))] },
  ],
  nodes: [
    {
      node: '10.0.0.2',
      length: 1000,
      cells: [{ start: 0, requests: 3, failedRequests: 0, cpuMillis: 12.5, utilisation: null, sendLagP99: 0.1 }],
    },
  ],
  telemetry: [
    {
      device: 'node-stats',
      cluster: 'default',
      subject: 'node-1',
      metric: 'jvm_mem_heap_used_percent',
      unit: '%',
      isCounter: false,
      times: [0, 1000],
      values: [10, 11.5],
    },
  ],
};

/** The values of a log by tag, as another reader than ours sees them. */
function readElsewhere(log: string): readonly (readonly [tag: string, start: number, count: number, max: number])[] {
  const reader = new HistogramLogReader(log);
  const found: [string, number, number, number][] = [];
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
    found.push([next.tag, next.startTimeStampMsec, next.totalCount, next.maxValue]);
  return found;
}

describe('the course of a test run on disk', () => {
  test('is read as it was written', async () => {
    await writeHistory(root, 'r1', history);
    assert.deepEqual(await readHistory(root, 'r1'), history);
  });

  test('its logs are read by HdrHistogram', async () => {
    await writeHistory(root, 'r2', history);
    const log = await readFile(join(dirname(testRunFile(root, 'r2')), 'latency.hlog'), 'utf8');
    const near = (value: number, expected: number): boolean => Math.abs(value - expected) <= expected / 1000;
    const [first, second, ...rest] = readElsewhere(log);
    assert.deepEqual(rest, []);
    assert.deepEqual(first?.slice(0, 3), ['a%2C%20%22b%22%20%C3%BC', history.startedAt, 3]);
    assert.deepEqual(second?.slice(0, 3), ['second', history.startedAt + 1000, 1]);
    assert.ok(near(first?.[3] ?? 0, 3e6) && near(second?.[3] ?? 0, 1e8));
  });

  test('a run without it has none', async () => {
    assert.equal(await readHistory(root, 'never'), null);
  });

  test('files that are cut off or foreign are named', async () => {
    const directory = dirname(testRunFile(root, 'broken'));
    await mkdir(directory, { recursive: true });
    for (const text of ['{"tasks": [', '[]', '']) {
      await writeFile(join(directory, 'history.json'), text);
      await assert.rejects(readHistory(root, 'broken'), { code: 'TEST_RUN_NOT_FOUND', message: /history\.json/ });
    }
    await writeHistory(root, 'broken', history);
    const path = join(directory, 'latency.hlog');
    const log = await readFile(path, 'utf8');
    await writeFile(path, log.replace(/,SEhJ[^\n]*|,HISTF[^\n]*/, ',HISTFAAAAAA='));
    await assert.rejects(readHistory(root, 'broken'), { message: /line 4 of .*latency\.hlog/ });
  });

  test('a directory that cannot be written is told', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await assert.rejects(writeHistory(file, 'r1', history), { code: 'DISK' });
  });
});

test('a log gives back the intervals that were written', () => {
  const interval = fc.record({
    tag: fc.string({ unit: 'grapheme', minLength: 1 }),
    start: fc.nat(10_000_000),
    length: fc.integer({ min: 1, max: 100_000 }),
    max: fc.nat(1000),
    payload: fc.array(fc.nat(5000), { minLength: 1, maxLength: 5 }).map((values) => payload(...values)),
  });
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 4 }), (intervals) => {
      const read = readHdrLog(writeHdrLog(0, intervals), 'x.hlog');
      assert.deepEqual(
        read.map((one) => ({ ...one, payload: Buffer.from(one.payload) })),
        intervals.map((one) => ({ ...one, payload: Buffer.from(one.payload) })),
      );
    }),
  );
});
