// What a remote node makes of answers: clocks, totals that do not add up, refusals. The network is a function here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import type { FleetStep, NodeEvents, RunPlan } from '../../src/fleet/node.ts';
import { writeBinaryMessage } from '../../src/fleet/protocol/binary-message.ts';
import type { Bus, BusMessage } from '../../src/fleet/protocol/bus.ts';
import { decodeBytes, encodeBytes } from '../../src/fleet/protocol/json-codec.ts';
import {
  commandCodec,
  type DownAnswer,
  downAnswerCodec,
  eventCodec,
  type NodeCommand,
  type NodeEvent,
  readDown,
} from '../../src/fleet/protocol/node-messages.ts';
import { writeReport } from '../../src/fleet/protocol/report-codec.ts';
import { Totals } from '../../src/fleet/protocol/totals.ts';
import { RemoteNode } from '../../src/fleet/run/remote-node.ts';
import { defaultClientOptions } from '../../src/http/client-options.ts';
import type { TaskReport, WorkerReport } from '../../src/metrics/report.ts';
import { maxRawSamples } from '../../src/metrics/task-metrics.ts';
import { RawSampleFilter } from '../../src/node/raw-sample-filter.ts';
import { processClock } from '../../src/worker/messages.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';
import { workloadOf } from '../support/small-model.ts';

const values = (length: number): Float64Array => new Float64Array(length).fill(1);

function reportOf(samples: number, raw: number): WorkerReport {
  const columns = {
    latency: values(raw),
    serviceTime: values(raw),
    clientProcessingTime: values(raw),
    processingTime: values(raw),
  };
  const task: TaskReport = {
    ...new TaskRecorder('t', true).drain(null),
    requests: samples,
    normalSamples: samples,
    work: samples,
    unit: 'ops',
    raw: columns,
    slots: [{ type: 'normal', end: 1000, work: samples }],
    taskStart: 0,
    lastRequestStart: 0,
  };
  return {
    worker: 0,
    step: 0,
    sequence: 0,
    at: 1000,
    clientsLeft: 1,
    tasks: [task],
    endpoints: [],
    health: { eventLoopUtilisation: 0, sendLagP99: null, cpuMillis: 0, intervalMillis: 1000, standstills: [] },
  };
}

/** A node that answers as a function says. */
function remote(answer: (command: NodeCommand | null) => DownAnswer) {
  const lost: string[] = [];
  const bus: Bus = {
    request: async (subject, payload): Promise<BusMessage> => {
      const down = readDown(payload);
      const [piece] = down?.kind === 'commands' ? down.batch.pieces : [];
      const command = piece === undefined ? null : decodeBytes(commandCodec, piece.subarray(1), 'command');
      return { subject, data: encodeBytes(downAnswerCodec, answer(command)), respond: () => true };
    },
    subscribe: () => ({ unsubscribe: () => undefined }),
    status: async function* () {},
  };
  const machine = { hostName: 'h', cores: 4, freeMemoryBytes: 0, freeDiskBytes: 0, nodeVersion: '', processId: 1 };
  const hello = { protocol: 1, version: '1', address: '10.0.0.1', role: 'worker', ...machine } as const;
  const node = new RemoteNode({
    bus,
    node: { id: 'i', secret: 's', hello, registeredAt: 0 },
    name: '10.0.0.1',
    testRunId: 'run',
    session: 'session',
    busyPatience: 0,
    testMode: false,
    isOffline: false,
    offer: () => ({ digest: 'd', bytes: 1 }),
    onNotice: () => undefined,
    onLost: (one, reason) => {
      lost.push(reason);
      one.fail(new BenchmarkError('WORKER_LOST', reason));
    },
  });
  const reports: WorkerReport[] = [];
  const failures: string[] = [];
  const errors: BenchmarkError[] = [];
  const values = new Map<string, string>();
  const events: NodeEvents = {
    onReport: (report) => reports.push(report),
    onValues: (told) => {
      for (const [name, json] of told) values.set(name, json);
    },
    onCompletingDone: () => undefined,
    onFailure: (error) => {
      failures.push(error.message);
      errors.push(error);
    },
  };
  let first = 1;
  const up = (event: NodeEvent, ...sections: Uint8Array[]): void => {
    const message = writeBinaryMessage(eventCodec, event, sections);
    const piece = new Uint8Array(message.length + 1);
    piece.set(message, 1);
    node.receive({ first: first++, pieces: [piece] });
  };
  return { node, events, reports, failures, errors, values, lost, up };
}

const target = { name: 'default', endpoints: [], options: defaultClientOptions };
const steps: readonly FleetStep[] = [{ index: 0, tasks: [], rows: [], completing: [], startsPaused: false }];
const run: RunPlan = {
  testRunId: 'run',
  target,
  workload: workloadOf([]),
  grpcHosts: [],
  corpora: [],
  steps,
  onError: 'continue',
  checksAssertions: false,
  seed: 1,
};
const plan = { run, workers: [[0]], firstWorker: 0 };
const taken = (): DownAnswer => ({ kind: 'taken', last: 1 });

test('a node whose clock goes differently is understood, and its wall clock does not matter', async () => {
  const { node, events, reports, up } = remote((command) =>
    command === null ? { kind: 'clock', mono: processClock() + 123_456, wall: Date.now() - 60_000 } : taken(),
  );
  assert.ok(Math.abs((await node.clockOffset()) - 123_456) < 5);
  const prepared = node.prepare(plan, events);
  up({ kind: 'prepared' });
  await prepared;
  up({ kind: 'report' }, writeReport(reportOf(3, 3)));
  assert.deepEqual(reports[0]?.tasks[0]?.slots, reportOf(3, 3).tasks[0]?.slots);
});

test('what operations leave behind goes from the node at the end of a step, and to the node with the next one', async () => {
  const opened: unknown[] = [];
  let last = 0;
  const { node, events, values, up } = remote((command) => {
    if (command?.kind === 'open') opened.push(command.values);
    return { kind: 'taken', last: ++last };
  });
  const left = new Map([
    ['model_id.json', '{"model_id":"é"}'],
    ['empty.json', ''],
  ]);
  const prepared = node.prepare(plan, events);
  up({ kind: 'prepared' });
  await prepared;
  const ran = node.runStep(0, 0);
  up({ kind: 'step-done', step: 0, totals: [], values: left });
  await ran;
  assert.deepEqual(values, left);
  const next = node.openStep(0, values, null);
  up({ kind: 'opened', step: 0 });
  await next;
  await node.close();
  assert.deepEqual(opened, [left]);
});

test('totals that differ from what was merged are an error that names node, task and figures', async () => {
  const { node, events, failures, up } = remote(taken);
  void node.prepare(plan, events);
  up({ kind: 'prepared' });
  up({ kind: 'report' }, writeReport(reportOf(3, 3)));
  const totals = new Totals();
  totals.add(reportOf(3, 3));
  up({ kind: 'step-done', step: 0, totals: totals.list(), values: new Map() });
  assert.deepEqual(failures, []);
  totals.add(reportOf(2, 2));
  up({ kind: 'step-done', step: 0, totals: totals.list(), values: new Map() });
  assert.equal(
    failures[0],
    'The figures of node 10.0.0.1 do not add up: t: reports 2 sent, 1 merged; t: requests 5 sent, 3 merged; t: ' +
      'normalSamples 5 sent, 3 merged.',
  );
});

test('what a node rejects fails what was asked, with the name of the node', async () => {
  const { node, events, up } = remote(taken);
  const prepared = node.prepare(plan, events);
  up({
    kind: 'rejected',
    error: { code: 'DISK', message: 'The disk is full.', hint: 'Free some.', exitCode: 64, problems: [], causes: [] },
  });
  await assert.rejects(prepared, { code: 'DISK', message: 'Node 10.0.0.1: The disk is full.', hint: 'Free some.' });
});

test('a node that refuses commands is lost at once', async () => {
  const { node, events, lost, failures } = remote(() => ({ kind: 'refused', reason: 'it works for somebody else' }));
  await node.prepare(plan, events);
  assert.deepEqual([lost, failures], [['it works for somebody else'], ['it works for somebody else']]);
});

test('a node that works for another run ends this one, with what to do, and is not called lost', async () => {
  const { node, events, lost, errors } = remote(() => ({ kind: 'busy', testRunId: 'theirs' }));
  const failed = new Promise<void>((resolve) => {
    void node.prepare(plan, { ...events, onFailure: (error) => resolve(events.onFailure(error)) });
  });
  await failed;
  assert.deepEqual(lost, []);
  assert.deepEqual(
    errors.map(({ code, message, hint }) => [code, message, hint]),
    [
      [
        'ANOTHER_RUN',
        'Node 10.0.0.1 cannot be used: it works for the test run theirs.',
        'Wait for that run or end it, or leave the node out of --worker-ips.',
      ],
    ],
  );
});

test('bytes that are no events end the run, in words', async () => {
  const { node, events, failures } = remote(taken);
  void node.prepare(plan, events);
  node.receive({ first: 1, pieces: [new Uint8Array([0, 1, 2, 3])] });
  assert.match(failures[0] ?? '', /^A message between nodes cannot be read: event is not a binary message/);
});

test('raw values travel while all of them can be held, and not longer', () => {
  const rawSamples = new RawSampleFilter();
  const raw = (samples: number, held: number): number =>
    rawSamples.filter(reportOf(samples, held)).tasks[0]?.raw.latency.length ?? -1;
  assert.equal(raw(100, 100), 100);
  assert.equal(raw(100, 99), 0);
  assert.equal(raw(maxRawSamples - 200, maxRawSamples - 200), maxRawSamples - 200);
  assert.equal(raw(1, 1), 0);
});
