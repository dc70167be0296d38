// When a client sends: turns the target throughput of a task into the times of one client's requests.
import { type Millis, millis } from '../units.ts';
import type { TargetThroughput } from '../workload/model.ts';

/** A part of an interval up to this share is taken for the error of rounding. */
const ROUNDING_SHARE = 1e-9;

/** How much work one request does: 5,000 `docs`, 1 `ops`. */
export interface RequestWeight {
  readonly weight: number;
  readonly unit: string;
}

/** What the times of the requests of one client depend on. */
export interface PacerSettings {
  /** What all clients of the task together shall reach; `null` = unthrottled. */
  readonly target: TargetThroughput | null;
  /** Clients that share the target. */
  readonly clients: number;
  readonly kind: 'deterministic' | 'poisson';
  /** What a request is expected to do; `null` = unknown until the first answer, and unthrottled until then. */
  readonly expected: RequestWeight | null;
  /**
   * Share of an interval by which this client's requests come later than those of client 0, so that the requests of all
   * clients are evenly spread: 0 ≤ phase < 1.
   */
  readonly phase: number;
  /** Uniform in [0, 1), for `poisson`. */
  readonly random: () => number;
}

/** Thrown when answers count in another unit than the target throughput, so that the task cannot be paced. */
export class UnitMismatch extends Error {
  readonly expected: string;
  readonly actual: string;
  constructor(expected: string, actual: string) {
    super(`The target throughput is in ${expected}/s, but the requests count ${actual}.`);
    this.name = 'UnitMismatch';
    this.expected = expected;
    this.actual = actual;
  }
}

/** Gives the intended times of one client's requests, in ms after the start of its schedule. */
export interface RequestTimes {
  /** True once the interval is known. Before that intended times of 0 say nothing about latency. */
  readonly isThrottled: boolean;
  /** A promise while the next time is still being computed, `null` if {@link next} can be called. */
  ready(): Promise<void> | null;
  /** Intended time of the next request. 0 = at once. */
  next(): Millis;
  /** How many more requests are due before `limit`; 0 if that cannot be known. */
  dueBefore(limit: Millis): number;
  /** A request leaves. */
  before(now: Millis): void;
  /** A request has ended; a failed one has a weight of 0. Throws {@link UnitMismatch}. */
  after(weight: number, unit: string, now: Millis): void;
}

/** What a request is to last, in ms, for its share of a target. Throws {@link UnitMismatch}. */
export function requestInterval(target: TargetThroughput, clients: number, { weight, unit }: RequestWeight): number {
  // A target in ops/s means requests, whatever unit their weight has.
  if (unit !== target.unit && target.unit !== 'ops') throw new UnitMismatch(target.unit, unit);
  return (1000 * clients * (unit === target.unit ? weight : 1)) / target.value;
}

/**
 * The times that a target throughput gives, in ms after the start of the schedule. It never skips one: a
 * client that is late sends at once until it has caught up. The interval follows the weight of the answers, so that
 * "5000 docs/s" stays true when bulks shrink:
 *
 *   interval in ms = 1000 · clients · weight of a request / target per second
 */
export class Pacer implements RequestTimes {
  private readonly settings: PacerSettings;
  private interval: number | null = null;
  private weight = 0;
  private current = 0;
  /** The time from which intervals are counted. To add up the intervals themselves would add up their rounding. */
  private base = 0;
  /** How many intervals have passed since then. */
  private steps = 0;
  private isFirst = true;
  private isPhased = false;

  constructor(settings: PacerSettings) {
    this.settings = settings;
    if (settings.expected !== null) this.adopt(settings.expected);
  }

  get isThrottled(): boolean {
    return this.interval !== null;
  }

  ready(): null {
    return null;
  }

  next(): Millis {
    const { interval } = this;
    if (interval !== null) {
      if (!this.isFirst) this.advance(interval);
      if (!this.isPhased) this.base += this.settings.phase * interval;
      this.isPhased = true;
      this.current = this.base + this.steps * interval;
    }
    this.isFirst = false;
    return millis(this.current);
  }

  private advance(interval: number): void {
    if (this.settings.kind === 'poisson') this.base -= Math.log(1 - this.settings.random()) * interval;
    else this.steps++;
  }

  /**
   * How many more requests the schedule wants before `limit`, which is in ms after the start of the schedule; for a
   * random schedule the mean of that number. 0 without a known interval or a finite limit.
   */
  dueBefore(limit: Millis): number {
    const { interval, settings } = this;
    if (interval === null || !Number.isFinite(limit)) return 0;
    const phase = this.isPhased ? 0 : settings.phase * interval;
    const first = this.current + phase + (this.isFirst ? 0 : interval);
    if (settings.kind === 'poisson')
      return Math.max(0, Math.round((limit - first) / interval + (this.isFirst ? 0 : 1)));
    return Math.max(0, Math.ceil((limit - first) / interval - ROUNDING_SHARE));
  }

  before(): void {
    // The times do not depend on when requests really leave.
  }

  /** Takes the weight of an answer; failed requests (weight 0) change nothing. Throws {@link UnitMismatch}. */
  after(weight: number, unit: string): void {
    if (weight > 0 && weight !== this.weight) this.adopt({ weight, unit });
  }

  private adopt(request: RequestWeight): void {
    const { target, clients } = this.settings;
    if (target === null || target.value <= 0) return;
    this.interval = requestInterval(target, clients, request);
    this.weight = request.weight;
    this.base = this.current;
    this.steps = 0;
  }
}
