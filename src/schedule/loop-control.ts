// How long a client goes on with a task, and which of its requests are warm-up (spec/3 §2.1, §2.2).
import { type Millis, secondsToMillis } from '../units.ts';
import type { Task } from '../workload/model.ts';

export type SampleType = 'warmup' | 'normal';

/** The part of a task that decides about its end. */
export type LoopSettings = Pick<
  Task,
  'clients' | 'iterations' | 'warmupIterations' | 'timePeriod' | 'warmupTimePeriod' | 'rampUpTimePeriod' | 'rampDownTimePeriod'
>;

/** All times in ms since the start of the step, read when the previous request of the client ended. */
export interface LoopControl {
  isOver(now: Millis): boolean;
  sampleType(now: Millis): SampleType;
  /** 0..1; `null` while the end is unknown. */
  progress(now: Millis): number | null;
  /** A request has ended. */
  advance(): void;
}

/** Chooses the control of one client: by time if the task has any period, else by count, else until the source is exhausted, else once. */
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
  const end = task.timePeriod === null ? Number.POSITIVE_INFINITY : warmup + secondsToMillis(task.timePeriod) + rampDownEnd(task, clientIndex);
  return {
    isOver: (now) => now >= end,
    sampleType: (now) => (now < warmup ? 'warmup' : 'normal'),
    progress: (now) => (Number.isFinite(end) ? Math.min(1, now / end) : null),
    advance: () => {},
  };
}

/** Of N clients, client i ends (N−1−i)/N of the ramp-down before its end. */
function rampDownEnd(task: LoopSettings, clientIndex: number): number {
  if (task.rampDownTimePeriod === null) return 0;
  const rampDown = secondsToMillis(task.rampDownTimePeriod);
  return rampDown - (rampDown * (task.clients - 1 - clientIndex)) / task.clients;
}

/** How long a client waits before its first request: client g of n waits g/n of the ramp-up. */
export function rampUpWait(task: LoopSettings, elementIndex: number, elementClients: number): number {
  return task.rampUpTimePeriod === null ? 0 : (secondsToMillis(task.rampUpTimePeriod) * elementIndex) / elementClients;
}
