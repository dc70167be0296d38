// From the workload flags, which run, list and info share, to what the loader wants.
import { BenchmarkError } from '../../errors.ts';
import { operationType } from '../../operation/registry.ts';
import { closestMatch } from '../../workload/closest-match.ts';
import { BUILTIN, type WorkloadOrigin } from '../../workload/find.ts';
import { type LoadedWorkload, loadWorkload } from '../../workload/load.ts';
import { parseWorkloadParams } from '../../workload/parameters.ts';
import type { Context } from '../context.ts';
import type { OriginOptions, WorkloadOptions } from './workload-options.ts';

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

/** What a caller adds to the flags. */
export interface LoadPurpose {
  readonly purpose: 'run' | 'inspect';
  readonly testMode: boolean;
  readonly distributionVersion: string | null;
}

/** Loads the workload that the flags name; see `loadWorkload` for its errors. */
export async function loadNamedWorkload(context: Context, options: WorkloadOptions, purpose: LoadPurpose): Promise<LoadedWorkload> {
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
