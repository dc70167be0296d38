// What the cells of a test run's course add up.

import { Histogram } from './histogram.ts';
import type { NodeCell, TaskCell } from './history.ts';
import type { DriverHealth, TaskReport, WorkerReport } from './report.ts';
import type { CellContent } from './time-cells.ts';

/** Failures of kinds beyond this many are counted together in a cell. */
const MAX_KINDS = 20;
const OTHER = 'other errors';

/** Merges payloads one after another; it is empty between two merges. */
let scratch = new Histogram();

/** What all workers did of one task in one cell. Histograms stay encoded, because most cells are never read again. */
export class TaskSum implements CellContent<TaskSum> {
  /** Work that ended in the cell; it comes with times of its own, so it is added from outside. */
  work = 0;
  private requests = 0;
  private failedRequests = 0;
  private samples = 0;
  private failedSamples = 0;
  private warmupSamples = 0;
  private unsent = 0;
  private latency: Uint8Array | null = null;
  private serviceTime: Uint8Array | null = null;
  private clientProcessingTime: Uint8Array | null = null;
  private processingTime: Uint8Array | null = null;
  private readonly errors = new Map<string, number>();

  /** Adds what a worker reports of the task, but for its work. */
  add(report: TaskReport): void {
    this.requests += report.requests;
    this.failedRequests += report.failedRequests;
    this.samples += report.normalSamples;
    this.failedSamples += report.failedNormalSamples;
    this.warmupSamples += report.warmupSamples;
    this.unsent += report.unsent;
    this.latency = merged(this.latency, report.histograms.latency);
    this.serviceTime = merged(this.serviceTime, report.histograms.serviceTime);
    this.clientProcessingTime = merged(this.clientProcessingTime, report.histograms.clientProcessingTime);
    this.processingTime = merged(this.processingTime, report.histograms.processingTime);
    for (const { kind, count } of report.errors) this.count(kind, count);
  }

  absorb(other: TaskSum): void {
    this.work += other.work;
    this.requests += other.requests;
    this.failedRequests += other.failedRequests;
    this.samples += other.samples;
    this.failedSamples += other.failedSamples;
    this.warmupSamples += other.warmupSamples;
    this.unsent += other.unsent;
    this.latency = merged(this.latency, other.latency);
    this.serviceTime = merged(this.serviceTime, other.serviceTime);
    this.clientProcessingTime = merged(this.clientProcessingTime, other.clientProcessingTime);
    this.processingTime = merged(this.processingTime, other.processingTime);
    for (const [kind, count] of other.errors) this.count(kind, count);
  }

  /** The sums as a cell that begins at `start`. */
  result(start: number): TaskCell {
    return {
      start,
      requests: this.requests,
      failedRequests: this.failedRequests,
      samples: this.samples,
      failedSamples: this.failedSamples,
      warmupSamples: this.warmupSamples,
      unsent: this.unsent,
      work: this.work,
      latency: this.latency,
      serviceTime: this.serviceTime,
      clientProcessingTime: this.clientProcessingTime,
      processingTime: this.processingTime,
      errors: [...this.errors].map(([kind, count]) => ({ kind, count })),
    };
  }

  private count(kind: string, count: number): void {
    const name = this.errors.has(kind) || this.errors.size < MAX_KINDS ? kind : OTHER;
    this.errors.set(name, (this.errors.get(name) ?? 0) + count);
  }
}

/** What the load threads of one machine did in one cell. */
export class NodeSum implements CellContent<NodeSum> {
  private requests = 0;
  private failedRequests = 0;
  private cpuMillis = 0;
  private busyMillis = 0;
  private millis = 0;
  private sendLagP99: number | null = null;

  /** Adds a report of one of the threads. */
  add({ tasks, health }: WorkerReport): void {
    for (const { requests, failedRequests } of tasks) {
      this.requests += requests;
      this.failedRequests += failedRequests;
    }
    this.addHealth(health);
  }

  absorb(other: NodeSum): void {
    this.requests += other.requests;
    this.failedRequests += other.failedRequests;
    this.cpuMillis += other.cpuMillis;
    this.busyMillis += other.busyMillis;
    this.millis += other.millis;
    this.noteLag(other.sendLagP99);
  }

  /** The sums as a cell that begins at `start`. */
  result(start: number): NodeCell {
    const { requests, failedRequests, cpuMillis, sendLagP99 } = this;
    const utilisation = this.millis > 0 ? this.busyMillis / this.millis : null;
    return { start, requests, failedRequests, cpuMillis, utilisation, sendLagP99 };
  }

  private addHealth(health: DriverHealth): void {
    this.cpuMillis += health.cpuMillis;
    this.busyMillis += health.eventLoopUtilisation * health.intervalMillis;
    this.millis += health.intervalMillis;
    this.noteLag(health.sendLagP99);
  }

  private noteLag(lag: number | null): void {
    if (lag !== null) this.sendLagP99 = Math.max(this.sendLagP99 ?? 0, lag);
  }
}

/**
 * Two encoded histograms as one. A payload that came in a message of a node is copied, so that the message is not kept
 * with it. Throws `INTERNAL` if one of them is broken.
 */
function merged(held: Uint8Array | null, added: Uint8Array | null): Uint8Array | null {
  if (added === null) return held;
  if (held === null) return added.byteLength === added.buffer.byteLength ? added : added.slice();
  try {
    scratch.addEncoded(held);
    scratch.addEncoded(added);
  } catch (error) {
    // A payload that breaks off has left counts behind, of which the histogram does not know where they lie.
    scratch = new Histogram();
    throw error;
  }
  const payload = scratch.encode();
  scratch.reset();
  return payload;
}
