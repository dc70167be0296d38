// From the workload flags, which run, list and info share, to what the loader wants.
import { BenchmarkError } from '../../errors.ts';
import { closestMatch } from '../../workload/closest-match.ts';
import { BUILTIN, type WorkloadOrigin } from '../../workload/find.ts';
import { type LoadedWorkload, loadWorkload } from '../../workload/load.ts';
import { parseWorkloadParams } from '../../workload/parameters.ts';
import { contradiction } from '../args/command.ts';
import type { Context } from '../context.ts';

interface OriginOptions {
  readonly workloadRepository: string;
  readonly workloadRevision: string | null;
}

interface WorkloadOptions extends OriginOptions {
  readonly workload: string | null;
  readonly workloadPath: string | null;
  readonly workloadParams: string;
  readonly testProcedure: string | null;
  readonly includeTasks: readonly string[];
  readonly excludeTasks: readonly string[];
}

/** Where workloads come from. A repository that the configuration does not know fails with CONFIG. */
export function workloadOrigin(context: Context, options: OriginOptions, distributionVersion: string | null): WorkloadOrigin {
  const { settings, common, environment } = context;
  const { workloadRepository: repository, workloadRevision: revision } = options;
  const url = settings.workloadRepositories.get(repository);
  if (url === undefined && repository !== BUILTIN) {
    const known = [...settings.workloadRepositories.keys(), BUILTIN];
    const meant = closestMatch(repository, known);
    throw new BenchmarkError('CONFIG', `The workload repository [${repository}] is not in ${settings.file}.`, {
      hint: `${meant === null ? '' : `Did you mean ${meant}? `}Add ${repository}.url to [workloads], or use one of ${known.join(', ')}.`,
    });
  }
  return {
    repository,
    repositoryUrl: url ?? null,
    repositoriesDirectory: settings.workloadsDirectory,
    revision,
    distributionVersion,
    isOffline: common.isOffline,
    environment: environment.variables,
  };
}

/** Combinations of the workload flags that make no sense (exit code 64). */
export function checkWorkloadFlags({ workload, workloadPath, workloadRevision }: WorkloadOptions): void {
  if (workload === null && workloadPath === null) throw contradiction('No workload is given.', 'Use --workload=NAME or --workload-path=PATH.');
  if (workload !== null && workloadPath !== null) throw contradiction('--workload and --workload-path exclude each other.');
  if (workloadPath !== null && workloadRevision !== null) throw contradiction('--workload-revision and --workload-path exclude each other.');
}

/** What a caller adds to the flags. */
export interface LoadPurpose {
  readonly purpose: 'run' | 'inspect';
  readonly testMode: boolean;
  readonly distributionVersion: string | null;
}

/** Loads the workload that the flags name; see `loadWorkload` for its errors. */
export async function loadNamedWorkload(context: Context, options: WorkloadOptions, purpose: LoadPurpose): Promise<LoadedWorkload> {
  const { operationType } = await import('../../operation/registry.ts');
  return loadWorkload({
    ...workloadOrigin(context, options, purpose.distributionVersion),
    workload: options.workload,
    workloadPath: options.workloadPath,
    params: parseWorkloadParams(options.workloadParams),
    testProcedure: options.testProcedure,
    includeTasks: options.includeTasks,
    excludeTasks: options.excludeTasks,
    testMode: purpose.testMode,
    purpose: purpose.purpose,
    checkOperation: (spec, workload) => operationType(spec.type)?.check(spec, workload) ?? [],
    wallTime: context.environment.clock.wall,
  });
}
