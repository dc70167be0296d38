// The values of the workload flags, and which of them exclude each other.
import { contradiction } from '../args/command.ts';

/** Where workloads come from. */
export interface OriginOptions {
  readonly workloadRepository: string;
  readonly workloadRevision: string | null;
}

/** Which workload, and which part of it. */
export interface WorkloadOptions extends OriginOptions {
  readonly workload: string | null;
  readonly workloadPath: string | null;
  readonly workloadParams: string;
  readonly testProcedure: string | null;
  readonly includeTasks: readonly string[];
  readonly excludeTasks: readonly string[];
}

/** Throws `USAGE` (exit code 64) if the workload flags contradict each other or name no workload. */
export function checkWorkloadFlags({ workload, workloadPath, workloadRevision }: WorkloadOptions): void {
  if (workload === null && workloadPath === null)
    throw contradiction('No workload is given.', 'Use --workload=NAME or --workload-path=PATH.');
  if (workload !== null && workloadPath !== null)
    throw contradiction('--workload and --workload-path exclude each other.');
  if (workloadPath !== null && workloadRevision !== null)
    throw contradiction('--workload-revision and --workload-path exclude each other.');
}
