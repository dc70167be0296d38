// Keeps what happened in one task on one thread until the next report: counts, histograms, a bounded number of raw
// values.
import { ErrorKinds } from '../metrics/error-kinds.ts';
import { Histogram } from '../metrics/histogram.ts';
import { type RecallName, type RecallReport, RecallValues } from '../metrics/recall.ts';
import type { PartReport, TaskReport, ThroughputSlot, TimeColumns } from '../metrics/report.ts';
import { throughputCell } from '../metrics/throughput.ts';
import type { Outcome } from '../operation/operation.ts';
import type { SampleType } from '../schedule/loop-control.ts';
import type { SampleTimes } from './sample-times.ts';

/** How many raw values are kept between two reports; further ones are only in the histograms. */
const RAW_BOUND = 5000;
const NANOS_PER_MILLI = 1e6;

/** Work of one tenth of a second that goes on. */
interface OpenSlot {
  readonly cell: number;
  readonly type: SampleType;
  end: number;
  work: number;
}

/** A part of a composite. */
interface Part {
  readonly operation: string;
  readonly type: string;
  readonly histogram: Histogram;
  count: number;
}

/** What happened in one task on one thread since the last report. Recording allocates next to nothing. */
export class TaskRecorder {
  readonly task: string;
  private readonly isThrottled: boolean;
  private stepStart = 0;

  private requests = 0;
  private failedRequests = 0;
  private retries = 0;
  private repeats = 0;
  private unsentRequests = 0;
  private refusedRequests = 0;
  private normalSamples = 0;
  private failedNormalSamples = 0;
  private warmupSamples = 0;
  private failedWarmupSamples = 0;
  private work = 0;
  private unit: string | null = null;
  private taskStart: number | null = null;
  /** NaN = there was none. A field that may also be `null` would allocate each number that is stored in it. */
  private lastRequestStart = Number.NaN;

  private readonly latency = new Histogram();
  private readonly serviceTime = new Histogram();
  private readonly clientProcessingTime = new Histogram();
  private readonly processingTime = new Histogram();
  private rawCount = 0;
  private readonly rawLatency = new Float64Array(RAW_BOUND);
  private readonly rawServiceTime = new Float64Array(RAW_BOUND);
  private readonly rawClientProcessingTime = new Float64Array(RAW_BOUND);
  private readonly rawProcessingTime = new Float64Array(RAW_BOUND);

  private slots: ThroughputSlot[] = [];
  /** As many values as samples of one second at most, of operations that take longer than a request. */
  private suppliedThroughput: number[] = [];
  private normalSlot: OpenSlot | null = null;
  private warmupSlot: OpenSlot | null = null;
  private readonly errors = new ErrorKinds();
  private documents = 0;
  private readonly failedDocuments = new ErrorKinds();
  private readonly profile = new Map<string, number[]>();
  private readonly recall = new Map<RecallName, RecallValues>();
  private readonly parts = new Map<string, Part>();

  constructor(task: string, isThrottled: boolean) {
    this.task = task;
    this.isThrottled = isThrottled;
  }

  /** Takes the start of the step, a reading of the monotonic clock. */
  begin(stepStart: number): void {
    this.stepStart = stepStart;
  }

  /** Notes that a client begins the task at `now`, a reading of the monotonic clock. */
  taskBegins(now: number): void {
    const start = now - this.stepStart;
    if (this.taskStart === null || start < this.taskStart) this.taskStart = start;
  }

  /** Counts a request that is sent. */
  requestSent(): void {
    this.requests++;
  }

  /** Counts one of the sent requests as failed. */
  requestFailed(): void {
    this.failedRequests++;
  }

  /** Counts a request that is repeated because the user asked for it. */
  retried(): void {
    this.retries++;
  }

  /** Counts requests that were due before a client ended its part, and that were not sent. */
  unsent(requests: number): void {
    this.unsentRequests += requests;
  }

  /** Counts a request that is sent again because it was lost on a stale connection. */
  requestRepeated(): void {
    this.repeats++;
  }

  /** Counts a request for which no connection could be opened. */
  requestRefused(): void {
    this.refusedRequests++;
  }

  /** Records one execution of the operation. It allocates nothing but a throughput slot per tenth of a second. */
  sample(type: SampleType, times: SampleTimes, outcome: Outcome): void {
    const start = times.requestStart - this.stepStart;
    if (!(start <= this.lastRequestStart)) this.lastRequestStart = start;
    if (!outcome.success) this.errors.count(outcome.errorKind ?? 'error', 1, outcome.errorDescription ?? '');
    // An execution that failed as a whole did no work, and the unit of its outcome says nothing.
    if (outcome.weight > 0) this.unit = outcome.unit;
    this.work += outcome.weight;
    this.documents += outcome.documents;
    if (outcome.failedDocuments.length > 0) this.failedDocuments.add(outcome.failedDocuments);
    this.addToSlot(type, times.requestEnd - this.stepStart, outcome.weight);
    if (type === 'warmup') {
      this.warmupSamples++;
      if (!outcome.success) this.failedWarmupSamples++;
      return;
    }
    if (outcome.profile !== null) {
      this.addProfile(outcome.profile);
      return;
    }
    for (const { name, value } of outcome.recall) this.addRecall(name, value);
    this.normalSamples++;
    if (!outcome.success) this.failedNormalSamples++;
    if (outcome.throughput !== null) this.suppliedThroughput.push(outcome.throughput);
    this.addTimes(times);
  }

  /** Records the time of a part of a composite, under its own name. */
  part(operation: string, type: string, millis: number): void {
    let part = this.parts.get(operation);
    if (part === undefined) {
      part = { operation, type, histogram: new Histogram(), count: 0 };
      this.parts.set(operation, part);
    }
    part.count++;
    part.histogram.record(millis * NANOS_PER_MILLI);
  }

  /** Returns everything since the last call, and begins anew. */
  drain(progress: number | null): TaskReport {
    const raw = this.drainRaw();
    this.closeSlot(this.normalSlot);
    this.closeSlot(this.warmupSlot);
    const report: TaskReport = {
      task: this.task,
      requests: this.requests,
      failedRequests: this.failedRequests,
      retries: this.retries,
      unsent: this.unsentRequests,
      repeats: this.repeats,
      refusedRequests: this.refusedRequests,
      normalSamples: this.normalSamples,
      failedNormalSamples: this.failedNormalSamples,
      warmupSamples: this.warmupSamples,
      failedWarmupSamples: this.failedWarmupSamples,
      work: this.work,
      unit: this.unit,
      errors: this.errors.drain(),
      documents: this.documents,
      failedDocuments: this.failedDocuments.drain(),
      histograms: this.drainHistograms(),
      raw,
      slots: this.slots,
      suppliedThroughput: Float64Array.from(this.suppliedThroughput),
      taskStart: this.taskStart,
      lastRequestStart: Number.isNaN(this.lastRequestStart) ? null : this.lastRequestStart,
      progress,
      profile: [...this.profile].map(([name, values]) => ({ name, values: Float64Array.from(values) })),
      recall: this.drainRecall(),
      parts: this.drainParts(),
    };
    this.requests =
      this.failedRequests =
      this.retries =
      this.repeats =
      this.refusedRequests =
      this.unsentRequests =
      this.work =
      this.documents =
        0;
    this.normalSamples = this.failedNormalSamples = this.warmupSamples = this.failedWarmupSamples = 0;
    this.slots = [];
    this.suppliedThroughput = [];
    this.normalSlot = this.warmupSlot = null;
    this.profile.clear();
    return report;
  }

  private addTimes(times: SampleTimes): void {
    const service = times.requestEnd - times.requestStart;
    const processing = times.processingEnd - times.processingStart;
    const clientProcessing = Math.max(0, processing - service);
    const latency = !Number.isNaN(times.intended) ? Math.max(service, times.requestEnd - times.intended) : service;
    this.serviceTime.record(service * NANOS_PER_MILLI);
    this.processingTime.record(processing * NANOS_PER_MILLI);
    this.clientProcessingTime.record(clientProcessing * NANOS_PER_MILLI);
    if (this.isThrottled) this.latency.record(latency * NANOS_PER_MILLI);
    const index = this.rawCount;
    if (index < RAW_BOUND) {
      this.rawLatency[index] = latency;
      this.rawServiceTime[index] = service;
      this.rawClientProcessingTime[index] = clientProcessing;
      this.rawProcessingTime[index] = processing;
      this.rawCount = index + 1;
    }
  }

  /**
   * Counts work at the time when it is done. If it counted at its start, a few long requests side by side would look
   * several times as fast as they are.
   * @param end in ms since the start of the step
   */
  private addToSlot(type: SampleType, end: number, work: number): void {
    const cell = throughputCell(end);
    const open = type === 'normal' ? this.normalSlot : this.warmupSlot;
    if (open !== null && open.cell === cell) {
      if (end > open.end) open.end = end;
      open.work += work;
      return;
    }
    this.closeSlot(open);
    const slot: OpenSlot = { cell, type, end, work };
    if (type === 'normal') this.normalSlot = slot;
    else this.warmupSlot = slot;
  }

  private closeSlot(open: OpenSlot | null): void {
    if (open !== null) this.slots.push({ type: open.type, end: open.end, work: open.work });
  }

  private addProfile(metrics: ReadonlyMap<string, number>): void {
    for (const [name, value] of metrics) {
      const values = this.profile.get(name);
      if (values === undefined) this.profile.set(name, [value]);
      else if (values.length < RAW_BOUND) values.push(value);
    }
  }

  private addRecall(name: RecallName, value: number): void {
    let values = this.recall.get(name);
    if (values === undefined) {
      values = new RecallValues(name);
      this.recall.set(name, values);
    }
    values.add(value);
  }

  private drainRecall(): readonly RecallReport[] {
    return [...this.recall.values()].flatMap((values) => values.drain() ?? []);
  }

  private drainHistograms(): TimeColumns<Uint8Array | null> {
    const serviceTime = drainHistogram(this.serviceTime);
    return {
      serviceTime,
      latency: this.isThrottled ? drainHistogram(this.latency) : serviceTime,
      clientProcessingTime: drainHistogram(this.clientProcessingTime),
      processingTime: drainHistogram(this.processingTime),
    };
  }

  private drainRaw(): TimeColumns<Float64Array> {
    const count = this.rawCount;
    this.rawCount = 0;
    return {
      latency: this.rawLatency.slice(0, count),
      serviceTime: this.rawServiceTime.slice(0, count),
      clientProcessingTime: this.rawClientProcessingTime.slice(0, count),
      processingTime: this.rawProcessingTime.slice(0, count),
    };
  }

  private drainParts(): readonly PartReport[] {
    const parts = [...this.parts.values()].map(({ operation, type, histogram, count }) => ({
      operation,
      type,
      serviceTime: histogram.encode(),
      count,
    }));
    this.parts.clear();
    return parts;
  }
}

function drainHistogram(histogram: Histogram): Uint8Array | null {
  if (histogram.count === 0) return null;
  const payload = histogram.encode();
  histogram.reset();
  return payload;
}
