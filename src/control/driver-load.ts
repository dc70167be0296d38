// Whether a level of a search shows the limit of the cluster or that of the load driver.
import type { DriverHealth } from '../metrics/report.ts';
import type { Condition } from './condition.ts';

/** Share of the time from which on a thread has none left to send on time. */
const SATURATED = 0.95;
/** Share of the reports that must say so. */
const SATURATED_SHARE = 1 / 3;
/** A delay of sending matters from this share of the strictest limit on. */
const LAG_SHARE = 0.2;
/** If no condition limits a time: a delay of so many ms matters. */
const USUAL_LAG_MILLIS = 20;

/** The health of all load threads during a level. */
export class DriverLoad {
  private readonly lags: number[] = [];
  private reports = 0;
  private saturated = 0;

  /** Takes the health of a report. */
  add({ eventLoopUtilisation, sendLagP99 }: DriverHealth): void {
    this.reports++;
    if (eventLoopUtilisation >= SATURATED) this.saturated++;
    if (sendLagP99 !== null) this.lags.push(sendLagP99);
  }

  /** Why the level describes the driver and not the cluster; `null` if it does not. */
  problem(conditions: readonly Condition[]): string | null {
    if (this.saturated > 0 && this.saturated >= SATURATED_SHARE * this.reports)
      return 'its threads had no time to spare';
    const limits = conditions.flatMap((one) => (one.kind === 'quantile' || one.kind === 'mean' ? [one.limit] : []));
    const most = limits.length === 0 ? USUAL_LAG_MILLIS : LAG_SHARE * Math.min(...limits);
    const sorted = this.lags.toSorted((left, right) => left - right);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return median <= most ? null : `its requests left ${Number(median.toPrecision(3))} ms late`;
  }
}
