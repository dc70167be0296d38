// Writes reports of workers as frames and reads them. Counts and names are in the JSON header; histograms, and columns
// of numbers (8 bytes each, little endian), are the sections. For each task, in the order of the header, these follow:
//
//   the histograms that are there | a raw column for each kind of time | slots | supplied throughput |
//   profile columns | counts of recall | histograms of parts
import { type RecallReport, recallNames } from '../../metrics/recall.ts';
import type {
  DriverHealth,
  EndpointReport,
  ErrorCount,
  PartReport,
  Standstill,
  TaskReport,
  ThroughputSlot,
  TimeColumns,
  WorkerReport,
} from '../../metrics/report.ts';
import { readBinaryMessage, writeBinaryMessage } from './binary-message.ts';
import { count, type JsonCodec, list, nullable, number, object, oneOf, refuse, text } from './json-codec.ts';

/** The part of a task's report that is in the header. It tells which sections follow for the task. */
interface TaskHeader
  extends Pick<
    TaskReport,
    | 'task'
    | 'requests'
    | 'failedRequests'
    | 'retries'
    | 'unsent'
    | 'repeats'
    | 'refusedRequests'
    | 'normalSamples'
    | 'failedNormalSamples'
    | 'warmupSamples'
    | 'failedWarmupSamples'
    | 'work'
    | 'unit'
    | 'errors'
    | 'documents'
    | 'failedDocuments'
    | 'taskStart'
    | 'lastRequestStart'
    | 'progress'
  > {
  /** Which histograms are there: bit n stands for the n-th of {@link times}. */
  readonly histograms: number;
  /** The names of the profile columns. */
  readonly profile: readonly string[];
  readonly recall: readonly Omit<RecallReport, 'counts'>[];
  readonly parts: readonly Omit<PartReport, 'serviceTime'>[];
}

/** The header of a report. */
interface ReportHeader
  extends Pick<WorkerReport, 'worker' | 'step' | 'sequence' | 'at' | 'clientsLeft' | 'endpoints' | 'health'> {
  readonly tasks: readonly TaskHeader[];
}

const times = ['latency', 'serviceTime', 'clientProcessingTime', 'processingTime'] as const;
/** How many numbers stand for a throughput slot: 1 for normal and 0 for warm-up, its end, its work. */
const SLOT_NUMBERS = 3;
const name = text(10_000);

const errorCounts: JsonCodec<readonly ErrorCount[]> = list(
  object<ErrorCount>({ kind: text(), count: count(), example: text() }),
  10_000,
);

const headerCodec: JsonCodec<ReportHeader> = object<ReportHeader>({
  worker: count(),
  step: count(),
  sequence: count(),
  at: nullable(number),
  clientsLeft: count(),
  endpoints: list(
    object<EndpointReport>({
      requests: count(),
      failedRequests: count(),
      connections: count(),
      connectionFailures: count(),
      downMillis: nullable(number),
      downReason: nullable(text()),
    }),
    10_000,
  ),
  health: object<DriverHealth>({
    eventLoopUtilisation: number,
    sendLagP99: nullable(number),
    cpuMillis: number,
    intervalMillis: number,
    standstills: list(object<Standstill>({ from: number, to: number }), 1000),
  }),
  tasks: list(
    object<TaskHeader>({
      task: name,
      requests: count(),
      failedRequests: count(),
      retries: count(),
      unsent: count(),
      repeats: count(),
      refusedRequests: count(),
      normalSamples: count(),
      failedNormalSamples: count(),
      warmupSamples: count(),
      failedWarmupSamples: count(),
      work: number,
      unit: nullable(name),
      errors: errorCounts,
      documents: count(),
      failedDocuments: errorCounts,
      taskStart: nullable(number),
      lastRequestStart: nullable(number),
      progress: nullable(number),
      histograms: count(15),
      profile: list(name, 10_000),
      recall: list(
        object<Omit<RecallReport, 'counts'>>({ name: oneOf(...recallNames), sum: number }),
        recallNames.length,
      ),
      parts: list(object<Omit<PartReport, 'serviceTime'>>({ operation: name, type: name, count: count() }), 10_000),
    }),
    10_000,
  ),
});

/** The bytes of a report, from which {@link readReport} restores it without loss. */
export function writeReport(report: WorkerReport): Uint8Array {
  const sections: Uint8Array[] = [];
  const tasks = report.tasks.map((task): TaskHeader => {
    let histograms = 0;
    times.forEach((time, bit) => {
      const payload = task.histograms[time];
      if (payload === null) return;
      histograms |= 1 << bit;
      sections.push(payload);
    });
    for (const time of times) sections.push(bytesOf(task.raw[time]));
    sections.push(bytesOf(slotNumbers(task.slots)), bytesOf(task.suppliedThroughput));
    for (const { values } of task.profile) sections.push(bytesOf(values));
    for (const { counts } of task.recall) sections.push(bytesOf(counts));
    for (const { serviceTime } of task.parts) sections.push(serviceTime);
    return { ...task, histograms, profile: task.profile.map((one) => one.name) };
  });
  return writeBinaryMessage(headerCodec, { ...report, tasks }, sections);
}

/**
 * Reads a report that a node sent, checking every count and every length. Throws INTERNAL if anything is wrong. The
 * histograms are views into `bytes`; what is in them is checked when they are merged.
 */
export function readReport(bytes: Uint8Array): WorkerReport {
  const { header, sections } = readBinaryMessage(headerCodec, bytes, 'report');
  let next = 0;
  const take = (): Uint8Array => {
    const section = sections[next++];
    if (section === undefined) throw refuse('report', 'complete');
    return section;
  };
  const tasks = header.tasks.map((task): TaskReport => {
    const histograms = columns((_, bit) => ((task.histograms >> bit) & 1 ? take() : null));
    const raw = columns(() => numbersOf(take()));
    if (times.some((time) => raw[time].length !== raw.latency.length)) throw refuse('report.raw', 'a table');
    const slots = readSlots(numbersOf(take()));
    const suppliedThroughput = numbersOf(take());
    const profile = task.profile.map((profileName) => ({ name: profileName, values: numbersOf(take()) }));
    const recall = task.recall.map((one) => ({ ...one, counts: numbersOf(take()) }));
    const parts = task.parts.map((part) => ({ ...part, serviceTime: take() }));
    return { ...task, histograms, raw, slots, suppliedThroughput, profile, recall, parts };
  });
  if (next !== sections.length) throw refuse('report', 'a report without surplus');
  return { ...header, tasks };
}

function columns<T>(make: (time: (typeof times)[number], index: number) => T): TimeColumns<T> {
  // The order is that of `times`, because each call of `make` may take the next section.
  const latency = make('latency', 0);
  const serviceTime = make('serviceTime', 1);
  const clientProcessingTime = make('clientProcessingTime', 2);
  const processingTime = make('processingTime', 3);
  return { latency, serviceTime, clientProcessingTime, processingTime };
}

function slotNumbers(slots: readonly ThroughputSlot[]): Float64Array {
  const numbers = new Float64Array(slots.length * SLOT_NUMBERS);
  slots.forEach((slot, index) => {
    numbers.set([slot.type === 'normal' ? 1 : 0, slot.end, slot.work], index * SLOT_NUMBERS);
  });
  return numbers;
}

function readSlots(numbers: Float64Array): readonly ThroughputSlot[] {
  if (numbers.length % SLOT_NUMBERS !== 0) throw refuse('report.slots', 'a list of slots');
  return Array.from({ length: numbers.length / SLOT_NUMBERS }, (_, index): ThroughputSlot => {
    const [type = 0, end = 0, work = 0] = numbers.subarray(index * SLOT_NUMBERS);
    if ((type !== 0 && type !== 1) || !Number.isFinite(end) || !Number.isFinite(work))
      throw refuse('report.slots', 'a list of slots');
    return { type: type === 1 ? 'normal' : 'warmup', end, work };
  });
}

const bytesOf = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A copy of the numbers of a section, because an array of numbers needs an aligned start, which few sections have. */
function numbersOf(bytes: Uint8Array): Float64Array {
  if (bytes.length % 8 !== 0) throw refuse('report', 'made of whole numbers of 8 bytes');
  const numbers = new Float64Array(bytes.length / 8);
  bytesOf(numbers).set(bytes);
  return numbers;
}
