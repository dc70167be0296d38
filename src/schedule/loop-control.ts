// How long a client goes on with a task, and which of its requests are warm-up.
import { type Millis, millis, secondsToMillis } from '../units.ts';
import type { Task } from '../workload/model.ts';

/** Three times a third of a second must be a second, although rounding may make it a little more or less. */
const ROUNDING_MILLIS = 1e-6;

/** Whether a request belongs to the warm-up, whose samples are kept apart, or counts in the results. */
export type SampleType = 'warmup' | 'normal';

/** The properties of a task that decide when it ends. */
export type LoopSettings = Pick<
  Task,
  | 'clients'
  | 'iterations'
  | 'warmupIterations'
  | 'timePeriod'
  | 'warmupTimePeriod'
  | 'rampUpTimePeriod'
  | 'rampDownTimePeriod'
>;

/**
 * Tells when a client has done its part of a task. Times are in ms since the client began it. A request is due when the
 * schedule wants it, an unthrottled one when it is sent.
 */
export interface LoopControl {
  /** From this time on no request is due; infinite if the number of requests decides. */
  readonly end: Millis;
  /** Whether a request that is due at `due` is one too many. */
  isOver(due: Millis): boolean;
  sampleType(due: Millis): SampleType;
  /** How much of the task is done, 0..1; `null` if nobody knows when it ends. */
  progress(now: Millis): number | null;
  /** Notes that a request has ended. */
  advance(): void;
}

/**
 * The control of one client of a task. A task with a warm-up or a time period goes by time, one with iterations by
 * their count. A task with neither runs until its source of requests is exhausted, or once if the source is endless.
 */
export function loopControl(task: LoopSettings, clientIndex: number, isFiniteSource: boolean): LoopControl {
  if (task.warmupTimePeriod !== null || task.timePeriod !== null) return timeControl(task, clientIndex);
  if (task.iterations === null && task.warmupIterations === null)
    return isFiniteSource ? countControl(0, Number.POSITIVE_INFINITY) : countControl(0, 1);
  const normal = task.iterations ?? (isFiniteSource ? Number.POSITIVE_INFINITY : 1);
  return countControl(task.warmupIterations ?? 0, normal);
}

function countControl(warmup: number, normal: number): LoopControl {
  let done = 0;
  const total = warmup + normal;
  return {
    end: millis(Number.POSITIVE_INFINITY),
    isOver: () => done >= total,
    sampleType: () => (done < warmup ? 'warmup' : 'normal'),
    progress: () => (Number.isFinite(total) ? Math.min(1, done / total) : null),
    advance: () => {
      done++;
    },
  };
}

function timeControl(task: LoopSettings, clientIndex: number): LoopControl {
  const warmup = task.warmupTimePeriod === null ? 0 : secondsToMillis(task.warmupTimePeriod);
  const period = task.timePeriod === null ? Number.POSITIVE_INFINITY : secondsToMillis(task.timePeriod);
  const end = millis(warmup + period + rampDownEnd(task, clientIndex));
  return {
    end,
    isOver: (due) => due >= end - ROUNDING_MILLIS,
    sampleType: (due) => (due < warmup - ROUNDING_MILLIS ? 'warmup' : 'normal'),
    progress: (now) => (Number.isFinite(end) ? Math.min(1, now / end) : null),
    advance: () => {},
  };
}

/**
 * In ms after the end of the time period: of N clients, client i ends (N−1−i)/N of the ramp-down before the end of the
 * ramp-down.
 */
function rampDownEnd(task: LoopSettings, clientIndex: number): number {
  if (task.rampDownTimePeriod === null) return 0;
  const rampDown = secondsToMillis(task.rampDownTimePeriod);
  return rampDown - (rampDown * (task.clients - 1 - clientIndex)) / task.clients;
}

/**
 * How many ms a client waits before its first request: client g of the n clients of a schedule element waits g/n of the
 * ramp-up.
 */
export function rampUpWait(task: LoopSettings, elementIndex: number, elementClients: number): Millis {
  return millis(
    task.rampUpTimePeriod === null ? 0 : (secondsToMillis(task.rampUpTimePeriod) * elementIndex) / elementClients,
  );
}
