// Reports of workers of any content, for tests.
import fc from 'fast-check';
import { recallNames } from '../../src/metrics/recall.ts';
import type { TaskReport, ThroughputSlot, TimeColumns, WorkerReport } from '../../src/metrics/report.ts';

const count = fc.nat(1_000_000);
const number = fc.double();
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const payload = fc.uint8Array({ maxLength: 30 });
const numbers = (length: number) =>
  fc.array(number, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));

function columns<T>(each: fc.Arbitrary<T>): fc.Arbitrary<TimeColumns<T>> {
  return fc.record({ latency: each, serviceTime: each, clientProcessingTime: each, processingTime: each });
}

const slot: fc.Arbitrary<ThroughputSlot> = fc.record({
  type: fc.constantFrom('warmup', 'normal'),
  end: finite,
  work: finite,
});

const errors = fc.array(fc.record({ kind: fc.string(), count, example: fc.string() }), { maxLength: 3 });

const task: fc.Arbitrary<TaskReport> = fc.record({
  task: fc.string(),
  requests: count,
  failedRequests: count,
  retries: count,
  unsent: count,
  repeats: count,
  refusedRequests: count,
  normalSamples: count,
  failedNormalSamples: count,
  warmupSamples: count,
  failedWarmupSamples: count,
  work: number,
  unit: fc.option(fc.string()),
  errors,
  documents: count,
  failedDocuments: errors,
  histograms: columns(fc.option(payload)),
  raw: fc.nat(5).chain((length) => columns(numbers(length))),
  slots: fc.array(slot, { maxLength: 3 }),
  suppliedThroughput: fc.nat(4).chain(numbers),
  taskStart: fc.option(number),
  lastRequestStart: fc.option(number),
  progress: fc.option(number),
  profile: fc.array(fc.record({ name: fc.string(), values: fc.nat(4).chain(numbers) }), { maxLength: 2 }),
  recall: fc.array(
    fc.record({ name: fc.constantFrom(...recallNames), sum: number, counts: fc.nat(4).chain(numbers) }),
    {
      maxLength: 2,
    },
  ),
  parts: fc.array(fc.record({ operation: fc.string(), type: fc.string(), serviceTime: payload, count }), {
    maxLength: 2,
  }),
});

export const reportArbitrary: fc.Arbitrary<WorkerReport> = fc.record({
  worker: count,
  step: count,
  sequence: count,
  clientsLeft: count,
  at: fc.option(number),
  tasks: fc.array(task, { maxLength: 3 }),
  endpoints: fc.array(
    fc.record({
      requests: count,
      failedRequests: count,
      connections: count,
      connectionFailures: count,
      downMillis: fc.option(number),
      downReason: fc.option(fc.string()),
    }),
    { maxLength: 3 },
  ),
  health: fc.record({
    eventLoopUtilisation: number,
    sendLagP99: fc.option(number),
    cpuMillis: number,
    intervalMillis: number,
    standstills: fc.array(fc.record({ from: number, to: number }), { maxLength: 3 }),
  }),
});
