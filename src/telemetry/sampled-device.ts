// A device that reads figures again and again while the load goes on.
import { messageOf } from '../errors.ts';
import { type Seconds, secondsToMillis } from '../units.ts';
import type { RunningDevice, TelemetryContext, TelemetryDevice } from './device.ts';
import { type Figure, SeriesStore } from './series-store.ts';
import type { StatsRequest } from './stats-client.ts';

/** After failures a device waits longer and longer, up to this. */
const LONGEST_PAUSE_MILLIS = 60_000;

/** What differs from device to device. */
export interface SamplingPlan {
  readonly name: string;
  readonly description: string;
  /** Time from one reading to the next. */
  readonly interval: Seconds;
  /**
   * Reads the figures once. `ask` resolves with the body of a good answer and rejects with what was wrong; statuses in
   * `expected` give `undefined`.
   */
  readonly read: (ask: Ask, context: TelemetryContext) => Promise<readonly Figure[]>;
}

/** Asks the cluster for something. */
export type Ask = (request: Omit<StatsRequest, 'method'>, expected?: readonly number[]) => Promise<unknown>;

/** A device by its plan. */
export function sampledDevice(plan: SamplingPlan): TelemetryDevice {
  const { name, description } = plan;
  return {
    name,
    description,
    isForAllClusters: true,
    start: async (context) => {
      const sampler = new Sampler(plan, context);
      await sampler.begin();
      return sampler;
    },
  };
}

/**
 * Reads at fixed intervals; a reading that takes longer than one leaves the next ones out. A failure is told once, and
 * tried again after pauses that double; the first good reading after it is told, too.
 */
class Sampler implements RunningDevice {
  private readonly plan: SamplingPlan;
  private readonly context: TelemetryContext;
  private readonly store = new SeriesStore();
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private silentSince = 0;
  private hasEnded = false;
  private hasToldLeft = false;

  constructor(plan: SamplingPlan, context: TelemetryContext) {
    this.plan = plan;
    this.context = context;
  }

  /** The first reading; the others follow without anybody waiting for them. */
  async begin(): Promise<void> {
    await this.read();
    this.schedule();
  }

  /** A reading that is under way is not waited for: a frozen cluster must not hold the results. */
  async stop(): Promise<Readonly<Record<string, never>>> {
    this.end();
    return {};
  }

  end(): void {
    this.hasEnded = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  series() {
    return this.store.series(this.plan.name, this.context.cluster);
  }

  private schedule(): void {
    if (this.hasEnded) return;
    const interval = secondsToMillis(this.plan.interval);
    const pause = Math.max(interval, Math.min(LONGEST_PAUSE_MILLIS, interval * 2 ** this.failures));
    this.timer = setTimeout(() => {
      void this.read().then(() => this.schedule());
    }, pause);
    this.timer.unref();
  }

  private async read(): Promise<void> {
    const { plan, context, store } = this;
    const start = context.now();
    try {
      const figures = await plan.read(this.ask, context);
      if (this.hasEnded) return;
      store.add((start + context.now()) / 2, figures);
      this.tellRecovery();
      this.tellLeft();
    } catch (error) {
      if (!this.hasEnded) this.tellFailure(start, messageOf(error));
    }
  }

  private readonly ask: Ask = async (request, expected = []) => {
    const { status, body } = await this.context.client.request({ method: 'GET', ...request });
    if (expected.includes(status)) return undefined;
    if (status < 200 || status >= 300) throw new Error(`GET ${request.path} was answered with HTTP ${status}`);
    if (typeof body !== 'object' || body === null) throw new Error(`the answer to GET ${request.path} is not JSON`);
    return body;
  };

  private tellFailure(at: number, reason: string): void {
    if (this.failures === 0) {
      this.silentSince = at;
      this.context.warn(`${this.where()} reads nothing: ${reason}. It goes on trying.`);
    }
    this.failures = Math.min(this.failures + 1, 16);
  }

  private tellRecovery(): void {
    if (this.failures > 0) {
      const seconds = ((this.context.now() - this.silentSince) / 1000).toFixed(0);
      this.context.warn(`${this.where()} reads again, after ${seconds} s without figures.`);
    }
    this.failures = 0;
  }

  private tellLeft(): void {
    if (this.store.left === 0 || this.hasToldLeft) return;
    this.hasToldLeft = true;
    this.context.warn(
      `${this.where()} has room for fewer figures than the cluster has: ${this.store.left} are left out.`,
    );
  }

  private where(): string {
    const { cluster } = this.context;
    return `Telemetry device ${this.plan.name}${cluster === 'default' ? '' : ` of cluster ${cluster}`}`;
  }
}
