// Parses one task of a schedule.
import { isJsonObject } from '../json.ts';
import { longestWait, type Seconds, seconds } from '../units.ts';
import { findIdleKeys, TASK_KEYS } from './known-keys.ts';
import type { Task } from './model.ts';
import type { ObjectView } from './object-view.ts';
import { taskKey, type WorkloadNotes } from './parse-context.ts';
import type { WorkloadOperations } from './parse-operations.ts';
import { readTargetThroughput } from './throughput.ts';

/** Counts and periods, which a parallel element hands down to its tasks. */
export interface LoopLimits {
  readonly warmupIterations: number | null;
  readonly iterations: number | null;
  readonly warmupTimePeriod: Seconds | null;
  readonly timePeriod: Seconds | null;
  readonly rampUpTimePeriod: Seconds | null;
  readonly rampDownTimePeriod: Seconds | null;
}

/** What the parser of a task needs to know of the workload around it. */
export interface TaskContext {
  readonly operations: WorkloadOperations;
  /** Name of the test procedure. */
  readonly procedure: string;
  /** Where what the model does not hold is written down. */
  readonly notes: WorkloadNotes;
}

/** What a task inherits that is in no parallel element. */
export const NO_LIMITS: LoopLimits = {
  warmupIterations: null,
  iterations: null,
  warmupTimePeriod: null,
  timePeriod: null,
  rampUpTimePeriod: null,
  rampDownTimePeriod: null,
};

/** Reads the limits of a task or of a parallel element; what is absent is inherited. */
export function parseLimits(view: ObjectView, inherited: LoopLimits): LoopLimits {
  const period = (key: string, minimum: number): Seconds | null => {
    const value = view.integer(key, minimum, longestWait);
    return value === null ? null : seconds(value);
  };
  return {
    warmupIterations: view.integer('warmup-iterations', 0) ?? inherited.warmupIterations,
    iterations: view.integer('iterations', 1) ?? inherited.iterations,
    warmupTimePeriod: period('warmup-time-period', 0) ?? inherited.warmupTimePeriod,
    timePeriod: period('time-period', 1) ?? inherited.timePeriod,
    rampUpTimePeriod: period('ramp-up-time-period', 0) ?? inherited.rampUpTimePeriod,
    rampDownTimePeriod: period('ramp-down-time-period', 0) ?? inherited.rampDownTimePeriod,
  };
}

/**
 * Reads one element that is no `parallel`: one task, or one per entry of `clients_list`. Empty if a problem was
 * reported that leaves nothing to run.
 */
export function parseTasks(view: ObjectView, context: TaskContext, inherited: LoopLimits = NO_LIMITS): readonly Task[] {
  const reference = view.raw('operation');
  if (reference === undefined) {
    view.complain('operation', 'is missing; a task needs the name of an operation or an operation itself');
    return [];
  }
  const operation = context.operations.resolve(reference, view.at('operation'), view.sink);
  if (operation === null) return [];
  const name = view.has('name') ? view.requiredName('name') : operation.name;
  const customSchedule = readCustomSchedule(view);
  // A schedule of a plug-in reads whatever it wants from its task.
  const idleKeys = customSchedule === null ? findIdleKeys(view, TASK_KEYS) : [];
  const task: Task = {
    kind: 'task',
    name,
    operation,
    clients: view.integer('clients', 1) ?? 1,
    ...checkedLimits(view, inherited),
    targetThroughput: readTargetThroughput(view),
    schedule: view.raw('schedule') === 'poisson' ? 'poisson' : 'deterministic',
    customSchedule: customSchedule === null ? null : { name: customSchedule, spec: view.json },
    ignoreResponseErrorLevel: view.text('ignore-response-error-level') === 'non-fatal' ? 'non-fatal' : null,
    tags: view.texts('tags'),
    meta: view.jsonObject('meta'),
  };
  const tasks = view.has('clients_list') ? perClientCount(view, task, context.procedure) : [task];
  for (const one of tasks) context.notes.tasks.set(taskKey(context.procedure, one.name), { path: view.path, idleKeys });
  return tasks;
}

function perClientCount(view: ObjectView, task: Task, procedure: string): readonly Task[] {
  return view
    .integers('clients_list', 1)
    .map((clients) => ({ ...task, clients, name: `${procedure}_${clients}_clients` }));
}

function checkedLimits(view: ObjectView, inherited: LoopLimits): LoopLimits {
  const limits = parseLimits(view, inherited);
  rejectMixture(view, limits);
  checkRamp(
    view,
    limits,
    'ramp-up-time-period',
    limits.rampUpTimePeriod,
    'warmup-time-period',
    limits.warmupTimePeriod,
  );
  checkRamp(view, limits, 'ramp-down-time-period', limits.rampDownTimePeriod, 'time-period', limits.timePeriod);
  for (const [key, own, outer] of [
    ['ramp-up-time-period', limits.rampUpTimePeriod, inherited.rampUpTimePeriod],
    ['ramp-down-time-period', limits.rampDownTimePeriod, inherited.rampDownTimePeriod],
  ] as const) {
    if (inherited !== NO_LIMITS && own !== outer)
      view.complain(key, `must be the same as ${key} of the parallel element around it`);
  }
  return limits;
}

/** A task ends after a time or after a count: of two limits of different kinds one would silently be without effect. */
function rejectMixture(view: ObjectView, limits: LoopLimits): void {
  const given = (pairs: readonly (readonly [string, number | null])[]): readonly string[] =>
    pairs.flatMap(([key, value]) => (value === null ? [] : [key]));
  const [count] = given([
    ['iterations', limits.iterations],
    ['warmup-iterations', limits.warmupIterations],
  ]);
  const [period] = given([
    ['time-period', limits.timePeriod],
    ['warmup-time-period', limits.warmupTimePeriod],
  ]);
  if (count === undefined || period === undefined) return;
  const hint = 'Use iterations with warmup-iterations, or time-period with warmup-time-period.';
  view.complain(count, `${count} and ${period} exclude each other`, hint);
}

function checkRamp(
  view: ObjectView,
  limits: LoopLimits,
  key: string,
  ramp: Seconds | null,
  boundKey: string,
  bound: Seconds | null,
): void {
  if (ramp === null || ramp === 0) return;
  if (limits.iterations !== null || limits.warmupIterations !== null) {
    view.complain(key, `${key} cannot be combined with iterations`, 'Ramps need periods of time.');
  } else if (bound === null) {
    view.complain(key, `${key} needs ${boundKey}`);
  } else if (ramp > bound) {
    view.complain(key, `${key} (${ramp} s) must not be longer than ${boundKey} (${bound} s)`);
  }
}

function readCustomSchedule(view: ObjectView): string | null {
  const schedule = view.text('schedule');
  return schedule === 'deterministic' || schedule === 'poisson' ? null : schedule;
}

/** True for an element of a schedule that runs several tasks at once. */
export function isParallel(view: ObjectView): boolean {
  return view.has('parallel') && (isJsonObject(view.raw('parallel')) || !view.has('operation'));
}
