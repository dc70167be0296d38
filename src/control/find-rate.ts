// Searches the highest rate at which conditions hold: runs one level after the other, lets the cluster recover after
// one that failed, and says what kept it from finding a higher rate.
import { messageOf } from '../errors.ts';
import type { RateLevel, RateLimit, RateResults } from '../metrics/control-results.ts';
import { type Millis, type Seconds, seconds, secondsToMillis } from '../units.ts';
import type { Condition } from './condition.ts';
import type { DriverLoad } from './driver-load.ts';
import { LevelObserver, type LevelOutcome, type LevelPlan } from './level-observer.ts';
import { RateSearch } from './rate-search.ts';

/** Runs levels, wherever that is. */
export interface LevelRunner {
  /** Time since the search began. */
  now(): Millis;
  /** Whether the search is to end. */
  readonly isCancelled: boolean;
  /**
   * Runs a level until it has lasted as long as its plan says at most, or its observer has decided. Gives the observer
   * each report. Resolves when all requests have been answered, with what the load driver did meanwhile.
   */
  run(observer: LevelObserver): Promise<DriverLoad>;
}

/** What a search needs to know. */
export interface RateGoal {
  readonly task: string;
  readonly conditions: readonly Condition[];
  readonly clients: number;
  /** How long it may take. */
  readonly time: Seconds;
  /** The first rate, and the highest that is tried. */
  readonly start: number;
  readonly most: number;
  /** Whether the times of requests are random. */
  readonly isRandom: boolean;
  /** Hears of each level when it is over. */
  readonly onLevel: (level: RateLevel) => void;
  /** Hears why a level could not be run, which ends the search. */
  readonly onFailure: (error: unknown) => void;
}

const SETTLING = seconds(2);
const LEAST = seconds(5);
/** A level lasts until so many samples have had the chance to break the limit of a percentile. */
const WANTED_EXCESSES = 40;
const MOST = { growing: 5, least: 10, most: 60 } as const;
/** After a failed level a low rate is sent until the service time is at most so many times that of the first levels. */
const RECOVERED = 2;
const RECOVERY: Omit<LevelPlan, 'rate'> = {
  isRandom: false,
  settling: seconds(0),
  least: seconds(2),
  most: seconds(2),
};
const RECOVERY_TRIES = 5;
/** From this share of busy clients on, clients are the limit if the cluster is as quick as before. */
const BUSY_SHARE = 0.9;

/** Searches the highest rate. Never rejects because of a level: what was found until then is returned. */
export async function findRate(goal: RateGoal, runner: LevelRunner): Promise<RateResults> {
  return new RateFinder(goal, runner).find();
}

class RateFinder {
  private readonly goal: RateGoal;
  private readonly runner: LevelRunner;
  private readonly search: RateSearch;
  private readonly levels: RateLevel[] = [];
  private limitedBy: RateLimit = 'cluster';
  private explanation = '';
  /** Mean service time in ms of the first level that held. */
  private quickest: number | null = null;
  private driverFailures = 0;

  constructor(goal: RateGoal, runner: LevelRunner) {
    this.goal = goal;
    this.runner = runner;
    this.search = new RateSearch(goal.start, goal.most);
  }

  async find(): Promise<RateResults> {
    try {
      await this.tryRates();
    } catch (error) {
      this.stop('cancelled', `the load ended: ${messageOf(error)}`);
      this.goal.onFailure(error);
    }
    return this.results();
  }

  private async tryRates(): Promise<void> {
    for (let rate = this.search.next(); rate !== null && this.goesOn(rate); rate = this.search.next()) {
      const observer = new LevelObserver(this.goal.conditions, this.planOf(rate));
      const begin = this.runner.now();
      const driver = await this.runner.run(observer);
      const outcome = observer.outcome();
      this.note(rate, outcome, (this.runner.now() - begin) / 1000);
      if (this.runner.isCancelled || this.endsWith(rate, outcome, driver)) break;
      if (!outcome.holds) await this.recover(rate);
    }
  }

  /** Whether there is time for a level that would say anything. */
  private goesOn(rate: number): boolean {
    if (this.runner.isCancelled) return false;
    const needed = secondsToMillis(SETTLING) + secondsToMillis(LEAST);
    if (this.runner.now() + needed <= secondsToMillis(this.goal.time)) return true;
    this.stop('time', `the time was over before ${text(rate)} requests/s could be tried`);
    return false;
  }

  private planOf(rate: number): LevelPlan {
    const shares = this.goal.conditions.flatMap((one) => (one.kind === 'quantile' ? [1 - one.share] : []));
    const rarest = Math.max(0.001, Math.min(0.05, ...shares));
    const wanted = Math.max(MOST.least, Math.min(MOST.most, WANTED_EXCESSES / rarest / rate));
    const left = (secondsToMillis(this.goal.time) - this.runner.now()) / 1000 - SETTLING;
    // While the rate still grows, a verdict need not be clear: the levels between the last two will be.
    const most = Math.min(left, this.search.isGrowing ? MOST.growing : wanted);
    return { rate, isRandom: this.goal.isRandom, settling: SETTLING, least: LEAST, most: seconds(most) };
  }

  private note(rate: number, outcome: LevelOutcome, took: number): void {
    const { holds, isClear, achieved, p50, p99, samples, failed } = outcome;
    const broken = outcome.findings.filter(({ holdsByValue }) => !holdsByValue);
    const reason = samples === 0 ? 'no samples' : broken.map(wordsOf).join(', ');
    const errorRate = samples === 0 ? 0 : failed / samples;
    const level = { rate, achieved, p50, p99, errorRate, samples, seconds: took, holds, isClear, reason };
    this.levels.push(level);
    this.goal.onLevel(level);
  }

  /** Takes the verdict of a level. True if the search cannot go on because the limit is not that of the cluster. */
  private endsWith(rate: number, outcome: LevelOutcome, driver: DriverLoad): boolean {
    const { holds, isClear, meanServiceTime } = outcome;
    if (holds) {
      this.quickest ??= meanServiceTime;
      if (rate >= this.goal.most) this.stop('most', `${text(rate)} requests/s is the highest rate that is tried`);
      this.search.take({ rate, holds, isClear });
      return false;
    }
    const problem = driver.problem(this.goal.conditions);
    if (problem !== null) {
      this.driverFailures++;
      // What else the machine does may have disturbed one level, so it is tried once more before the search ends.
      if (this.driverFailures > 1)
        this.stop('driver', `at ${text(rate)} requests/s the load driver was the limit: ${problem}`);
      return this.driverFailures > 1;
    }
    if (this.isShortOfClients(outcome)) {
      const most = (this.goal.clients * 1000) / meanServiceTime;
      const why = `${this.goal.clients} clients at ${text(meanServiceTime)} ms each send ${text(most)} requests/s`;
      this.stop('clients', `at ${text(rate)} requests/s all clients were busy: ${why}`);
      return true;
    }
    this.search.take({ rate, holds, isClear });
    return false;
  }

  /** Little's law: as many requests are under way as clients, and the cluster is as quick as with few. */
  private isShortOfClients({ achieved, meanServiceTime }: LevelOutcome): boolean {
    const busy = (achieved * meanServiceTime) / 1000 / this.goal.clients;
    return this.quickest !== null && busy >= BUSY_SHARE && meanServiceTime <= RECOVERED * this.quickest;
  }

  /** Sends little until the cluster is as quick as at first, because a backlog would spoil the next level. */
  private async recover(failed: number): Promise<void> {
    const rate = Math.max(1, failed / 20);
    for (let tries = 0; tries < RECOVERY_TRIES; tries++) {
      const left = (secondsToMillis(this.goal.time) - this.runner.now()) / 1000;
      if (this.runner.isCancelled || left < RECOVERY.most + SETTLING + LEAST) return;
      const observer = new LevelObserver([], { ...RECOVERY, rate });
      await this.runner.run(observer);
      const { meanServiceTime } = observer.outcome();
      if (this.quickest === null || meanServiceTime <= RECOVERED * this.quickest) return;
    }
  }

  private stop(limitedBy: RateLimit, explanation: string): void {
    this.limitedBy = limitedBy;
    this.explanation = explanation;
  }

  private results(): RateResults {
    const { rate, low, high } = this.search.bounds;
    if (this.runner.isCancelled && this.explanation === '') this.stop('cancelled', 'the search was cancelled');
    const failed = this.levels.filter((level) => !level.holds).sort((left, right) => left.rate - right.rate)[0];
    const usual =
      failed === undefined ? 'nothing failed' : `at ${text(failed.rate)} requests/s it was ${failed.reason}`;
    return {
      task: this.goal.task,
      conditions: this.goal.conditions.map((condition) => condition.text),
      rate,
      low,
      high,
      limitedBy: this.limitedBy,
      explanation: this.explanation === '' ? usual : this.explanation,
      clients: this.goal.clients,
      seconds: this.runner.now() / 1000,
      levels: this.levels,
    };
  }
}

function wordsOf({ condition, value }: LevelOutcome['findings'][number]): string {
  const [figure = ''] = condition.text.split(/ [<>] /);
  const isTime = condition.kind === 'quantile' || condition.kind === 'mean';
  return `${figure} ${isTime ? `${text(value)} ms` : `${text(value * 100)} %`}`;
}

/** A number with three significant digits, without an exponent. */
const text = (value: number): string => String(Number(value.toPrecision(3)));
