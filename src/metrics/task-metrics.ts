// The figures of one task over all workers: reports go in, results come out.

import { BenchmarkError } from '../errors.ts';
import { Distribution, histogramStats } from './distribution.ts';
import { ErrorKinds } from './error-kinds.ts';
import { Histogram } from './histogram.ts';
import { defaultPercentiles } from './percentiles.ts';
import { type RecallName, type RecallStats, RecallValues, recallNames } from './recall.ts';
import type { PartReport, TaskReport, TimeColumns } from './report.ts';
import type { DocumentResults, PartResults, TargetRate, TaskResults, ThroughputStats } from './results.ts';
import { SuppliedThroughput } from './supplied-throughput.ts';
import { ThroughputGrid, type ThroughputPoint, throughputStats } from './throughput.ts';

/** What is known of a task before it runs. */
export interface TaskIdentity {
  readonly task: string;
  readonly operation: string;
  readonly operationType: string;
  readonly clients: number;
  /** The operation's `include-in-reporting`. */
  readonly isReportable: boolean;
  /** Meta of workload, test procedure, operation and task, merged in this order. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The throughput that it is to have; absent if it is not throttled. */
  readonly target?: TargetRate | undefined;
}

/** Which percentiles the user wants in the results. */
export interface ResultSettings {
  /** Percentiles of latency, by `--latency-percentiles`; the other times have the default ones. */
  readonly latencyPercentiles: readonly number[];
  /** Percentiles of throughput, by `--throughput-percentiles`. */
  readonly throughputPercentiles: readonly number[];
}

/** Samples of a task that are held at most, for exact percentiles: 1.6 MB in the four kinds of time. */
export const maxRawSamples = 50_000;
const DEFAULT_UNIT = 'ops';

/**
 * Merges the reports of all workers about one task, in any order. What it holds is bounded: raw samples up to
 * `rawBound`, then histograms, and a throughput value per second.
 */
export class TaskMetrics {
  readonly identity: TaskIdentity;
  private readonly times: TimeColumns<Distribution>;
  private readonly rawBound: number;
  private readonly errors = new ErrorKinds();
  private documents = 0;
  private readonly failedDocuments = new ErrorKinds();
  private readonly throughput = new ThroughputGrid();
  private readonly suppliedThroughput = new SuppliedThroughput();
  private readonly profile = new Map<string, Distribution>();
  private readonly recall = new Map<string, RecallValues>();
  private readonly parts = new Map<
    string,
    { readonly operation: string; readonly type: string; readonly serviceTime: Histogram }
  >();
  private unit: string | null = null;
  /** In ms since the start of the step. */
  private lastRequestStart = Number.NEGATIVE_INFINITY;
  private requestCount = 0;
  private failedRequestCount = 0;
  private retries = 0;
  private unsent = 0;
  private repeats = 0;
  private refusedRequestCount = 0;
  private normalSamples = 0;
  private failedNormalSamples = 0;
  private work = 0;

  constructor(identity: TaskIdentity, rawBound: number = maxRawSamples) {
    this.identity = identity;
    this.rawBound = rawBound;
    this.times = {
      latency: new Distribution(rawBound),
      serviceTime: new Distribution(rawBound),
      clientProcessingTime: new Distribution(rawBound),
      processingTime: new Distribution(rawBound),
    };
  }

  /** HTTP requests so far, warm-up and repeats included. */
  get requests(): number {
    return this.requestCount;
  }

  /**
   * What went wrong so far: requests that failed or could not be sent. Not the ones that were lost with a re-used
   * connection and sent again at once, because their repeat says how they ended.
   */
  get failures(): number {
    return this.failedRequestCount - this.repeats + this.refusedRequestCount;
  }

  /** Whether a client has sent a request, or tried to. */
  get hasBegun(): boolean {
    return this.requestCount + this.refusedRequestCount > 0;
  }

  /** Work so far in the task's unit, warm-up included. */
  get workDone(): number {
    return this.work;
  }

  /**
   * The values of throughput so far, warm-up included, in the order of time. Calculated anew each time: a report that
   * comes later may change the last ones.
   */
  get throughputPoints(): readonly ThroughputPoint[] {
    return this.throughput.points();
  }

  /**
   * Adds what a worker did since its last report. Throws `INTERNAL` if a histogram is broken or does not hold what
   * was counted.
   */
  merge(report: TaskReport): void {
    this.requestCount += report.requests;
    this.failedRequestCount += report.failedRequests;
    this.retries += report.retries;
    this.unsent += report.unsent;
    this.repeats += report.repeats;
    this.refusedRequestCount += report.refusedRequests;
    this.normalSamples += report.normalSamples;
    this.failedNormalSamples += report.failedNormalSamples;
    this.work += report.work;
    this.unit = report.unit ?? this.unit;
    this.lastRequestStart = Math.max(this.lastRequestStart, report.lastRequestStart ?? this.lastRequestStart);
    this.errors.add(report.errors);
    this.documents += report.documents;
    this.failedDocuments.add(report.failedDocuments);
    for (const column of ['latency', 'serviceTime', 'clientProcessingTime', 'processingTime'] as const) {
      this.times[column].add(report.normalSamples, report.raw[column], report.histograms[column]);
    }
    for (const { name, values } of report.profile) this.profileOf(name).add(values.length, values, null);
    for (const recall of report.recall) this.recallOf(recall.name).merge(recall);
    for (const part of report.parts) this.mergePart(part);
    this.throughput.add(report.taskStart, report.slots);
    this.suppliedThroughput.add(report.suppliedThroughput);
  }

  private profileOf(name: string): Distribution {
    let distribution = this.profile.get(name);
    if (distribution === undefined) {
      distribution = new Distribution(this.rawBound);
      this.profile.set(name, distribution);
    }
    return distribution;
  }

  private recallOf(name: RecallName): RecallValues {
    const values = this.recall.get(name) ?? new RecallValues(name);
    this.recall.set(name, values);
    return values;
  }

  private mergePart(report: PartReport): void {
    const key = JSON.stringify([report.operation, report.type]);
    let part = this.parts.get(key);
    if (part === undefined) {
      part = { operation: report.operation, type: report.type, serviceTime: new Histogram() };
      this.parts.set(key, part);
    }
    const added = part.serviceTime.addEncoded(report.serviceTime);
    if (added !== report.count) {
      throw new BenchmarkError(
        'INTERNAL',
        `A worker counted ${report.count} samples of "${report.operation}" and sent ${added}.`,
      );
    }
  }

  /** From the start of the task to that of its last request, in ms. */
  private get duration(): number {
    return Math.max(0, this.lastRequestStart - this.throughput.taskStart);
  }

  /** The results of what was merged. */
  results(settings: ResultSettings): TaskResults {
    const { task, operation, operationType, clients, isReportable, meta, target } = this.identity;
    const errorRate = this.normalSamples === 0 ? 0 : this.failedNormalSamples / this.normalSamples;
    return {
      task,
      operation,
      operationType,
      latency: this.times.latency.stats(settings.latencyPercentiles),
      serviceTime: this.times.serviceTime.stats(defaultPercentiles),
      clientProcessingTime: this.times.clientProcessingTime.stats(defaultPercentiles),
      processingTime: this.times.processingTime.stats(defaultPercentiles),
      throughput: this.throughputResults(settings.throughputPercentiles),
      errorRate,
      duration: this.duration,
      requests: this.requestCount,
      failedRequests: this.failedRequestCount,
      samples: this.normalSamples,
      retries: this.retries,
      unsent: this.unsent,
      repeats: this.repeats,
      refusedRequests: this.refusedRequestCount,
      errors: this.errors.list(),
      documents: this.documentResults(),
      meta,
      isReported: isReportable || errorRate > 0,
      profile: this.profileResults(),
      recall: this.recallResults(),
      parts: this.partResults(),
      clients,
      ...(target === undefined ? {} : { target }),
    };
  }

  /** What the operation has measured itself counts, if it has measured anything. */
  private throughputResults(percentiles: readonly number[]): ThroughputStats {
    const unit = this.unit ?? DEFAULT_UNIT;
    if (!this.suppliedThroughput.isEmpty) return this.suppliedThroughput.stats(unit, percentiles);
    const normal = this.throughputPoints.filter((point) => point.type === 'normal').map((point) => point.value);
    return throughputStats(normal, unit, percentiles);
  }

  private documentResults(): DocumentResults | null {
    if (this.documents === 0) return null;
    const reasons = this.failedDocuments.list();
    return { total: this.documents, failed: reasons.reduce((sum, { count }) => sum + count, 0), reasons };
  }

  private profileResults(): TaskResults['profile'] {
    return [...this.profile].flatMap(([name, distribution]) => {
      const stats = distribution.stats(defaultPercentiles);
      return stats === null ? [] : [{ name, stats }];
    });
  }

  /** In the order in which OpenSearch Benchmark shows them. */
  private recallResults(): readonly RecallStats[] {
    return recallNames.flatMap((name) => this.recall.get(name)?.stats() ?? []);
  }

  private partResults(): readonly PartResults[] {
    return [...this.parts.values()].flatMap(({ operation, type, serviceTime }) => {
      const stats = histogramStats(serviceTime, defaultPercentiles);
      return stats === null ? [] : [{ operation, operationType: type, samples: serviceTime.count, serviceTime: stats }];
    });
  }
}
