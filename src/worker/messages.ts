// What the coordinator's process and a load thread say to each other. The first word of each is its `kind`.
import type { WireError } from '../errors.ts';
import type { WorkerReport } from '../metrics/report.ts';
import type { RunValues } from '../run-values.ts';
import type { StepLevel } from '../schedule/level.ts';
import type { WorkerPlan } from './plan.ts';

/** What the coordinator's process tells a load thread to do. */
export type WorkerCommand =
  /** Take the plan and make the clients; answered by `prepared`. `profile` is the file for the CPU profile, if any. */
  | { readonly kind: 'prepare'; readonly plan: WorkerPlan; readonly profile: string | null }
  /** Take what operations left behind, make the step's operations and open its connections; answered by `opened`. */
  | { readonly kind: 'open'; readonly step: number; readonly values: RunValues; readonly level: StepLevel | null }
  /** Begin at this reading of {@link processClock}. */
  | { readonly kind: 'run'; readonly step: number; readonly startAt: number }
  /** Let so many clients of the step send, and pause the others. */
  | { readonly kind: 'activate'; readonly step: number; readonly clients: number }
  /** A completing task has ended on all workers: end the others. */
  | { readonly kind: 'complete'; readonly step: number }
  /** End the CPU profile and write it; answered by `profiled`. */
  | { readonly kind: 'profile' }
  /** End the load at once; what was measured is reported. */
  | { readonly kind: 'cancel' }
  /** End the thread. */
  | { readonly kind: 'close' };

/** What a load thread tells the coordinator's process. */
export type WorkerMessage =
  | { readonly kind: 'prepared' }
  /** The CPU profile is in this file; `null` if none was taken, or it could not be written. */
  | { readonly kind: 'profiled'; readonly file: string | null }
  | { readonly kind: 'opened'; readonly step: number }
  /** Code of a plug-in begins to run that may never end; the next message but reports says that it has. */
  | { readonly kind: 'plugin-begins'; readonly what: string }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  /** All clients of this worker have ended one of the completing tasks. */
  | { readonly kind: 'completing-done'; readonly step: number; readonly task: number }
  /** All clients have reached the join point; `report` is the last one of the step, `values` what they left behind. */
  | { readonly kind: 'step-done'; readonly step: number; readonly report: WorkerReport; readonly values: RunValues }
  /** The thread cannot go on; `report` is what it had measured and not yet reported. */
  | { readonly kind: 'failed'; readonly error: WireError; readonly report: WorkerReport | null };

/** A monotonic clock in ms that all threads of a process share, unlike `performance.now()`. */
export const processClock = (): number => Number(process.hrtime.bigint()) / 1e6;
