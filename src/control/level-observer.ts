// Watches one level of a search for the highest rate: counts what the reports of its seconds say, and tells when the
// conditions are decided.
//
//   start      settling             measured                       at the latest
//   ├──────────────┼──────────────────────┼──────────────────────────────┤
//                  └── at least `least` ──┘ then as soon as the samples say clearly whether all conditions hold
import { Histogram } from '../metrics/histogram.ts';
import type { TaskReport, TimeColumns } from '../metrics/report.ts';
import { type Seconds, secondsToMillis } from '../units.ts';
import type { Condition } from './condition.ts';
import { type Achievement, type ConditionFinding, ConditionTally } from './condition-tally.ts';
import { confidence } from './statistics.ts';

/** One level: a rate, and how long it lasts. */
export interface LevelPlan {
  /** Requests per second. */
  readonly rate: number;
  /** Whether the times of requests are random, so that their number is, too. */
  readonly isRandom: boolean;
  /** What is sent first and does not count. */
  readonly settling: Seconds;
  /** The least and the most time that is measured. */
  readonly least: Seconds;
  readonly most: Seconds;
}

/** What a level has shown. */
export interface LevelOutcome {
  readonly holds: boolean;
  readonly isClear: boolean;
  readonly findings: readonly ConditionFinding[];
  readonly samples: number;
  readonly failed: number;
  /** Requests per second that were done. */
  readonly achieved: number;
  /** Percentiles of latency in ms; `null` without samples. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Mean service time in ms; NaN without samples. */
  readonly meanServiceTime: number;
}

/** Length of a span in ms; reports are made once a second. */
const SPAN_MILLIS = 1000;
/** A worker that was not heard for so long does not report any more. */
const SILENCE_MILLIS = 3000;
/** An overload shows so soon, and by so many samples, that most of them break the limit. */
const EVIDENT = { millis: 2000, samples: 20, share: 0.5 } as const;

/** What was seen of a level so far. */
export class LevelObserver {
  readonly plan: LevelPlan;
  private readonly tallies: readonly ConditionTally[];
  private readonly latency = new Histogram();
  private readonly serviceTime = new Histogram();
  private readonly scratch: TimeColumns<Histogram> = {
    latency: new Histogram(),
    serviceTime: new Histogram(),
    clientProcessingTime: new Histogram(),
    processingTime: new Histogram(),
  };
  private samples = 0;
  private failed = 0;
  /** Work of the measured time, and of all samples; how many samples did any. */
  private measuredWork = 0;
  private work = 0;
  private done = 0;
  /** End of the measured time, in ms after the start of the level. */
  private end: number;
  /** When each worker was heard last. */
  private readonly heard = new Map<number, number>();

  constructor(conditions: readonly Condition[], plan: LevelPlan) {
    this.plan = plan;
    this.end = secondsToMillis(plan.settling) + secondsToMillis(plan.most);
    this.tallies = conditions.map((condition) => new ConditionTally(condition));
  }

  /** Takes what a worker reports of the task `at` ms after the start of the level. */
  add(at: number, task: TaskReport, worker = 0): void {
    const settled = secondsToMillis(this.plan.settling);
    this.heard.set(worker, Math.min(at, this.end));
    this.samples += task.normalSamples;
    this.failed += task.failedNormalSamples;
    this.work += task.work;
    this.done += task.normalSamples + task.warmupSamples - task.failedNormalSamples - task.failedWarmupSamples;
    for (const slot of task.slots) if (slot.end > settled && slot.end <= this.end) this.measuredWork += slot.work;
    this.readTimes(task);
    this.latency.add(this.scratch.latency);
    this.serviceTime.add(this.scratch.serviceTime);
    const { normalSamples, failedNormalSamples } = task;
    const span = Math.floor(at / SPAN_MILLIS);
    for (const tally of this.tallies)
      tally.add({ span, samples: normalSamples, failed: failedNormalSamples, times: this.scratch });
  }

  /**
   * Whether the level may end `at` ms after its start, because more samples would not change the verdict. Its measured
   * time is then over: requests that are still under way give samples, and are no part of the throughput.
   */
  decide(at: number): boolean {
    if (!this.isDecided(at)) return false;
    this.end = Math.min(this.end, at);
    return true;
  }

  private isDecided(at: number): boolean {
    const measured = at - secondsToMillis(this.plan.settling);
    if (measured < EVIDENT.millis || this.samples < EVIDENT.samples) return false;
    const findings = this.find(confidence.early);
    if (measured < secondsToMillis(this.plan.least)) return findings.some(({ broken }) => broken > EVIDENT.share);
    return findings.some(({ state }) => state === 'fails') || findings.every(({ state }) => state === 'holds');
  }

  /** What was seen, with an interval of the usual confidence. */
  outcome(): LevelOutcome {
    const findings = this.find(confidence.usual);
    const holds = this.samples > 0 && findings.every(({ holdsByValue }) => holdsByValue);
    return {
      holds,
      isClear: findings.some(({ state }) => state === 'fails') || findings.every(({ state }) => state === 'holds'),
      findings,
      samples: this.samples,
      failed: this.failed,
      achieved: this.achieved,
      p50: percentile(this.latency, 50),
      p99: percentile(this.latency, 99),
      meanServiceTime: this.samples === 0 ? Number.NaN : this.serviceTime.mean / 1e6,
    };
  }

  private find(deviations: number): readonly ConditionFinding[] {
    const achieved = this.achievement();
    return this.tallies.map((tally) => tally.find(deviations, achieved));
  }

  /** Up to when all workers have told what they did; one that is silent for long is gone. */
  private get lastAt(): number {
    const newest = Math.max(0, ...this.heard.values());
    return Math.min(newest, ...[...this.heard.values()].filter((at) => newest - at < SILENCE_MILLIS));
  }

  /** Requests per second that were done in the measured time, by their work. */
  private get achieved(): number {
    const seconds = (this.lastAt - secondsToMillis(this.plan.settling)) / 1000;
    const perRequest = this.done === 0 ? 0 : this.work / this.done;
    return seconds > 0 && perRequest > 0 ? this.measuredWork / perRequest / seconds : 0;
  }

  private achievement(): Achievement {
    const seconds = Math.max(0.001, (this.lastAt - secondsToMillis(this.plan.settling)) / 1000);
    const due = this.plan.rate * seconds;
    // A backlog makes requests take longer, so only the quickest one says how many are under way without any.
    const underWay = this.achieved * (this.serviceTime.min / 1e9);
    const chance = this.plan.isRandom ? confidence.early * Math.sqrt(due) : 0;
    return { share: this.achieved / this.plan.rate, edge: (1 + underWay + chance) / due };
  }

  private readTimes({ histograms }: TaskReport): void {
    for (const column of ['latency', 'serviceTime', 'processingTime'] as const) {
      this.scratch[column].reset();
      const payload = histograms[column];
      if (payload !== null) this.scratch[column].addEncoded(payload);
    }
  }
}

const percentile = (histogram: Histogram, share: number): number | null =>
  histogram.count === 0 ? null : histogram.percentile(share) / 1e6;
