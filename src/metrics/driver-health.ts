// Says in words whether the figures of a step describe the cluster or the load driver.
import type { DriverHealth, Standstill } from './report.ts';
import { standstillWarnings } from './standstill-warnings.ts';

/** Share of the time, 0..1, from which on a busy thread has no time left to notice answers when they come. */
const SATURATED = 0.95;
/** Share of a step's time that must have been saturated before it is worth a warning. */
const SATURATED_SHARE = 1 / 3;
/** A worker that was observed for less than this in a step has no utilisation worth a warning. */
const MIN_OBSERVED_MILLIS = 500;
/** A delay of sending below this many ms is never worth a warning. */
const MIN_LAG_MILLIS = 2;
/** A delay below this share of the median latency is not worth a warning either. */
const LAG_SHARE_OF_LATENCY = 0.2;
/** Share of a worker's reports that must be late before it is worth a warning: a long step may have a single pause. */
const LATE_SHARE = 0.25;
/** Number of a worker's reports that must be late, or all if there are fewer. A report covers a second at most. */
const MIN_LATE_REPORTS = 3;
/** A thread that had the CPU for less than this share of its busy time lacked CPU. */
const STARVED = 0.7;
/** Share of the time that a thread must be busy before a lack of CPU can be told from idleness. */
const BUSY_ENOUGH = 0.3;
/** Delays are counted in classes of a logarithmic scale, so that the number of reports does not matter. */
const CLASSES_PER_DOUBLING = 8;

/** What must be known of a task to judge whether the driver was its limit. */
export interface TaskLoad {
  readonly task: string;
  /** Whether it has a target throughput. */
  readonly isThrottled: boolean;
  /** In ms; `null` without samples. */
  readonly medianLatency: number | null;
}

interface WorkerHealth {
  millis: number;
  /** Sum of utilisation times interval. */
  busyMillis: number;
  saturatedMillis: number;
  cpuMillis: number;
  lagReports: number;
  worstLag: number;
  readonly lagClasses: Map<number, number>;
}

/** Collects the health of all workers over a test run, in space that grows with steps and workers only. */
export class DriverHealthMonitor {
  private readonly standstills = new Map<number, Map<string, Standstill[]>>();
  private readonly steps = new Map<number, Map<string, WorkerHealth>>();

  /** Adds the health of one report. `worker` is its name for people: `worker 3`, `worker 0 on 10.0.0.5`. */
  record(step: number, worker: string, health: DriverHealth): void {
    const known = this.worker(step, worker);
    known.millis += health.intervalMillis;
    known.busyMillis += health.eventLoopUtilisation * health.intervalMillis;
    known.cpuMillis += health.cpuMillis;
    if (health.eventLoopUtilisation >= SATURATED) known.saturatedMillis += health.intervalMillis;
    this.recordStandstills(step, worker, health.standstills);
    if (health.sendLagP99 === null) return;
    known.lagReports++;
    known.worstLag = Math.max(known.worstLag, health.sendLagP99);
    const lagClass = Math.floor(Math.log2(Math.max(health.sendLagP99, MIN_LAG_MILLIS / 2)) * CLASSES_PER_DOUBLING);
    known.lagClasses.set(lagClass, (known.lagClasses.get(lagClass) ?? 0) + 1);
  }

  private recordStandstills(step: number, worker: string, standstills: readonly Standstill[]): void {
    if (standstills.length === 0) return;
    const ofStep = this.standstills.get(step) ?? new Map<string, Standstill[]>();
    this.standstills.set(step, ofStep);
    ofStep.set(worker, [...(ofStep.get(worker) ?? []), ...standstills]);
  }

  private worker(step: number, worker: string): WorkerHealth {
    const workers = this.steps.get(step) ?? new Map<string, WorkerHealth>();
    this.steps.set(step, workers);
    const health = workers.get(worker) ?? {
      millis: 0,
      busyMillis: 0,
      saturatedMillis: 0,
      cpuMillis: 0,
      lagReports: 0,
      worstLag: 0,
      lagClasses: new Map(),
    };
    workers.set(worker, health);
    return health;
  }

  /**
   * Warnings about a step, for people. A throttled task is harmed by requests that leave late, because its latencies
   * count the delay. An unthrottled one has no such delay, but its throughput is that of the driver when a thread is
   * busy all the time.
   */
  warnings(step: number, tasks: readonly TaskLoad[]): readonly string[] {
    const workers = [...(this.steps.get(step) ?? [])];
    const throttled = tasks.filter((task) => task.isThrottled);
    const unthrottled = tasks.filter((task) => !task.isThrottled);
    const standstills = standstillWarnings([...(this.standstills.get(step) ?? [])]);
    return [...standstills, ...lateWarnings(workers, throttled), ...saturationWarnings(workers, unthrottled)];
  }
}

type NamedHealth = readonly (readonly [worker: string, health: WorkerHealth])[];

function lateWarnings(workers: NamedHealth, tasks: readonly TaskLoad[]): readonly string[] {
  if (tasks.length === 0) return [];
  const medians = tasks.flatMap((task) => task.medianLatency ?? []);
  const limit = Math.max(MIN_LAG_MILLIS, LAG_SHARE_OF_LATENCY * (medians.length === 0 ? 0 : Math.min(...medians)));
  const late = workers.filter(([, health]) => {
    const reports = lateReports(health, limit);
    return (
      reports > 0 && reports >= Math.max(Math.min(MIN_LATE_REPORTS, health.lagReports), LATE_SHARE * health.lagReports)
    );
  });
  const worst = greatest(late, (health) => health.worstLag);
  if (worst === null) return [];
  const [name, health] = worst;
  return [
    `Requests of ${quoted(tasks)} left late on ${late.length} of ${workers.length} workers. ` +
      `The worst is ${name}: in ${lateReports(health, limit)} of ${health.lagReports} reports ` +
      `the 99th percentile of the delay was above ${figure(limit)} ms, at most ${figure(health.worstLag)} ms` +
      `${starvation(health)}. The latencies contain this delay of the load driver. ` +
      'Use more worker threads or nodes, or a lower target throughput.',
  ];
}

function lateReports(health: WorkerHealth, limit: number): number {
  const first = Math.log2(limit) * CLASSES_PER_DOUBLING;
  let count = 0;
  for (const [lagClass, reports] of health.lagClasses) if (lagClass >= first) count += reports;
  return count;
}

function saturationWarnings(workers: NamedHealth, tasks: readonly TaskLoad[]): readonly string[] {
  if (tasks.length === 0) return [];
  const saturated = workers.filter(
    ([, health]) => health.millis >= MIN_OBSERVED_MILLIS && health.saturatedMillis >= SATURATED_SHARE * health.millis,
  );
  const worst = greatest(saturated, (health) => health.busyMillis / health.millis);
  if (worst === null) return [];
  const [name, health] = worst;
  return [
    `The load driver was the limit of ${quoted(tasks)}: ` +
      `${saturated.length} of ${workers.length} workers had no time to spare. The busiest is ${name}, ` +
      `busy ${percent(health.busyMillis / health.millis)} of the time${starvation(health)}. ` +
      'The cluster may be able to do more than the throughput says, and faster than the service times say. ' +
      'Use more worker threads or nodes.',
  ];
}

/** Says so if a thread was ready to run and did not run, because others used its core; else nothing. */
function starvation(health: WorkerHealth): string {
  if (health.busyMillis < BUSY_ENOUGH * health.millis || health.cpuMillis >= STARVED * health.busyMillis) return '';
  const share = percent(health.cpuMillis / health.millis);
  return `, with only ${share} of a core: other programs on the machine take CPU from it`;
}

function greatest(workers: NamedHealth, measure: (health: WorkerHealth) => number): NamedHealth[number] | null {
  return workers.reduce<NamedHealth[number] | null>(
    (best, worker) => (best === null || measure(worker[1]) > measure(best[1]) ? worker : best),
    null,
  );
}

const quoted = (tasks: readonly TaskLoad[]): string => tasks.map(({ task }) => `"${task}"`).join(', ');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const figure = (value: number): string => String(Number(value.toPrecision(3)));
