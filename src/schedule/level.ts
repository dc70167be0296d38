// A step that is repeated at another rate: what a search for the highest rate does with it.
import type { PerSecond, Seconds } from '../units.ts';
import type { TargetThroughput } from '../workload/model.ts';
import type { LoopSettings } from './loop-control.ts';

/** The rate of a step, and how long it lasts. */
export interface StepLevel {
  /** Requests per second of all clients together. */
  readonly rate: PerSecond;
  readonly warmup: Seconds;
  readonly period: Seconds;
}

/** A task as it runs at a level, in place of what the workload says of its rate and its end. */
export function atLevel<T extends LoopSettings & { readonly targetThroughput: TargetThroughput | null }>(
  task: T,
  { rate, warmup, period }: StepLevel,
): T {
  return {
    ...task,
    targetThroughput: { value: rate, unit: 'ops' },
    iterations: null,
    warmupIterations: null,
    warmupTimePeriod: warmup,
    timePeriod: period,
    rampUpTimePeriod: null,
    rampDownTimePeriod: null,
  };
}
