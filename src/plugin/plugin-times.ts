// The times of one client's requests as a scheduler of a plug-in wants them.
import { type RequestTimes, type RequestWeight, requestInterval } from '../schedule/pacer.ts';
import { type Millis, millis, type Seconds, seconds } from '../units.ts';
import type { TargetThroughput } from '../workload/model.ts';
import type { PluginScheduler } from './host.ts';

/** What the times depend on beside the scheduler. */
export interface PluginTimesSettings {
  /** What all clients of the task together shall reach; `null` = the workload does not say. */
  readonly target: TargetThroughput | null;
  /** Clients that share the target. */
  readonly clients: number;
  /** What a request is expected to do; `null` = unknown until the first answer. */
  readonly expected: RequestWeight | null;
}

const toSeconds = (time: Millis): Seconds => seconds(time / 1000);

/**
 * Asks the scheduler before each request. A `simple` one is told the rate that the target throughput and the weight of
 * the requests give; a `full` one hears of each request.
 */
export class PluginTimes implements RequestTimes {
  /** Only a time after 0 says when a request is due. */
  readonly isThrottled = false;
  private readonly scheduler: PluginScheduler;
  private readonly isSimple: boolean;
  private readonly settings: PluginTimesSettings;
  private current: Seconds = seconds(0);
  private weight = 0;
  private failure: unknown = null;

  constructor(scheduler: PluginScheduler, isSimple: boolean, settings: PluginTimesSettings) {
    this.scheduler = scheduler;
    this.isSimple = isSimple;
    this.settings = settings;
    if (settings.expected !== null) this.adopt(settings.expected);
  }

  ready(): Promise<void> | null {
    return this.scheduler.ready();
  }

  next(): Millis {
    if (this.failure !== null) throw this.failure;
    this.current = this.scheduler.next(this.current);
    return millis(this.current * 1000);
  }

  dueBefore(): number {
    return 0;
  }

  before(now: Millis): void {
    if (this.isSimple) return;
    try {
      this.scheduler.beforeRequest(toSeconds(now));
    } catch (error) {
      // The request is about to leave; the next question for a time tells.
      this.failure = error;
    }
  }

  after(weight: number, unit: string, now: Millis): void {
    if (!this.isSimple) this.scheduler.afterRequest(toSeconds(now), weight, unit, weight > 0);
    else if (weight > 0 && weight !== this.weight) this.adopt({ weight, unit });
  }

  private adopt(request: RequestWeight): void {
    const { target, clients } = this.settings;
    if (target === null || !this.isSimple) return;
    this.weight = request.weight;
    this.scheduler.setRate(1000 / requestInterval(target, clients, request));
  }
}
