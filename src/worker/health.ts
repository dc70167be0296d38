// Watches the load thread itself: how busy it was and how late it sent, so that a report can say whether the driver was
// the limit.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Histogram } from '../metrics/histogram.ts';
import type { DriverHealth, Standstill } from '../metrics/report.ts';
import type { Timeline } from './timeline.ts';

const NANOS_PER_MILLI = 1e6;
/** Linux counts the CPU time of threads in ticks of this length. */
const MILLIS_PER_TICK = 10;

/** The health of one load thread between two reports. */
export class HealthMonitor {
  private readonly timeline: Timeline;
  private readonly lags = new Histogram();
  private utilisation = performance.eventLoopUtilization();
  private start = performance.now();
  private cpu = threadCpuMillis();
  private standstills: Standstill[] = [];

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  /** Adds a delay of sending in ms. */
  recordLag(millis: number): void {
    this.lags.record(millis * NANOS_PER_MILLI);
  }

  /** Adds a time in which the thread did not run. */
  recordStandstill(standstill: Standstill): void {
    this.standstills.push(standstill);
  }

  /** Figures since the last call. */
  drain(): DriverHealth {
    const now = performance.now();
    const interval = now - this.start;
    const current = performance.eventLoopUtilization();
    const { active } = performance.eventLoopUtilization(current, this.utilisation);
    const cpu = threadCpuMillis();
    const busy = Math.max(0, active - this.timeline.idleSpin);
    const health: DriverHealth = {
      eventLoopUtilisation: interval > 0 ? Math.min(1, busy / interval) : 0,
      sendLagP99: this.lags.count === 0 ? null : this.lags.percentile(99) / NANOS_PER_MILLI,
      cpuMillis: cpu === null || this.cpu === null ? busy : Math.max(0, cpu - this.cpu - this.timeline.idleSpin),
      intervalMillis: interval,
      standstills: this.standstills,
    };
    this.standstills = [];
    this.cpu = cpu;
    this.utilisation = current;
    this.timeline.idleSpin = 0;
    this.lags.reset();
    this.start = now;
    return health;
  }
}

/** CPU time that this thread has used; `null` where the system does not tell. */
function threadCpuMillis(): number | null {
  if (process.platform !== 'linux') return null;
  // The name of the thread stands in parentheses and may hold spaces: the fields are counted behind it.
  const stat = readFileSync('/proc/thread-self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MILLIS_PER_TICK;
}
