// Averages the CPU usage of the nodes of a cluster over a window, and compares it with a limit from time to time.
import { type Millis, secondsToMillis } from '../units.ts';
import type { CpuLimit } from './redline-settings.ts';

/** The CPU usage of each node of a cluster in per cent, by name. */
export type NodeCpu = ReadonlyMap<string, number>;

/** A node whose CPU usage was above the limit. */
export interface BusyNode {
  readonly node: string;
  /** Mean over the window, in per cent. */
  readonly usage: number;
}

/** The readings of a window. Times are in ms since the start of the step. */
export class CpuWindow {
  private readonly limit: CpuLimit;
  private readings: { readonly at: Millis; readonly usage: NodeCpu }[] = [];
  private lastCheck: number;

  constructor(limit: CpuLimit) {
    this.limit = limit;
    this.lastCheck = 0;
  }

  /** Adds what the nodes said at a moment. */
  add(at: Millis, usage: NodeCpu): void {
    const oldest = at - secondsToMillis(this.limit.window);
    this.readings = [...this.readings.filter((reading) => reading.at >= oldest), { at, usage }];
  }

  /**
   * The busiest node above the limit, if a comparison is due: once per interval. `null` if none is due, or no node is
   * above.
   */
  check(now: Millis): BusyNode | null {
    if (now - this.lastCheck < secondsToMillis(this.limit.interval)) return null;
    this.lastCheck = now;
    const sums = new Map<string, { sum: number; count: number }>();
    for (const { usage } of this.recent(now)) {
      for (const [node, value] of usage) {
        const known = sums.get(node) ?? { sum: 0, count: 0 };
        sums.set(node, { sum: known.sum + value, count: known.count + 1 });
      }
    }
    const busy = [...sums]
      .map(([node, { sum, count }]) => ({ node, usage: sum / count }))
      .filter(({ usage }) => usage > this.limit.most)
      .sort((left, right) => right.usage - left.usage);
    return busy[0] ?? null;
  }

  /**
   * The readings within the window. A window that is no longer than the time between two readings may hold none; the
   * newest one then stands for it, unless the cluster has stopped telling.
   */
  private recent(now: Millis): readonly { readonly usage: NodeCpu }[] {
    const window = secondsToMillis(this.limit.window);
    const within = this.readings.filter(({ at }) => now - at <= window);
    if (within.length > 0) return within;
    const newest = this.readings.at(-1);
    const patience = window + 2 * secondsToMillis(this.limit.interval);
    return newest !== undefined && now - newest.at <= patience ? [newest] : [];
  }
}
