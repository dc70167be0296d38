// Makes requests to the loader of workloads from the flags that run, list and info share.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { operationCatalog } from '../../operation/registry.ts';
import { pluginInspector } from '../../plugin/start/inspect.ts';
import type { Bytes } from '../../units.ts';
import { closestMatch } from '../../workload/closest-match.ts';
import { BUILTIN, isRepositoryPath, type WorkloadOrigin } from '../../workload/find.ts';
import { type LoadedWorkload, loadWorkload } from '../../workload/load.ts';
import type { OperationCatalog } from '../../workload/operation-catalog.ts';
import type { Settings } from '../config/settings.ts';
import type { CommandContext } from '../context.ts';
import type { OriginOptions, WorkloadOptions } from './workload-options.ts';

/** Matches an address of git, as opposed to a path: `https://…`, `user@host:…`. */
const ADDRESS = /^\w[\w+.-]*:\/\/|^[^/]+@[^/]+:/;

/** Where workloads come from. Throws `CONFIG` for a repository that the configuration does not know. */
export function workloadOrigin(
  context: CommandContext,
  options: OriginOptions,
  distributionVersion: string | null,
): WorkloadOrigin {
  const { settings, common, environment } = context;
  const { workloadRepository: repository, workloadRevision: revision } = options;
  const url =
    settings.workloadRepositories.get(repository) ?? settings.workloadRepositories.get(repository.toLowerCase());
  if (url === undefined && !isUsableWithoutAddress(repository, settings)) throw unknownRepository(repository, settings);
  return {
    repository,
    repositoryUrl: url ?? null,
    repositoriesDirectory: settings.workloadsDirectory,
    revision,
    distributionVersion,
    isOffline: common.isOffline,
    git: { environment: environment.variables, signal: environment.signal },
  };
}

/** Whether a repository needs no address: the built-in workloads, a path, or a clone that is there already. */
function isUsableWithoutAddress(repository: string, settings: Settings): boolean {
  if (repository === BUILTIN) return true;
  return isRepositoryPath(repository)
    ? !ADDRESS.test(repository)
    : existsSync(join(settings.workloadsDirectory, repository));
}

function unknownRepository(repository: string, settings: Settings): BenchmarkError {
  if (ADDRESS.test(repository)) {
    const hint = 'Write <name>.url = <address> in [workloads] and use --workload-repository=<name>.';
    return new BenchmarkError(
      'CONFIG',
      `--workload-repository takes a name of ${settings.file} or a path, no address.`,
      { hint },
    );
  }
  const known = [...settings.workloadRepositories.keys(), BUILTIN];
  const meant = closestMatch(repository, known);
  const question = meant === null ? '' : `Did you mean ${meant}? `;
  return new BenchmarkError('CONFIG', `The workload repository [${repository}] is not in ${settings.file}.`, {
    hint: `${question}Add ${repository}.url to [workloads], or use one of ${known.join(', ')}, or a path.`,
  });
}

/** What the workload is loaded for, which each command adds to the flags. */
export interface LoadPurpose {
  readonly purpose: 'run' | 'inspect';
  /** The parameters that the user gave. */
  readonly params: JsonObject;
  readonly testMode: boolean;
  readonly distributionVersion: string | null;
  /** The operation types of the target; absent = those of OpenSearch. */
  readonly operations?: OperationCatalog;
  /** Memory for the clients; absent = none will be made. */
  readonly availableMemory?: Bytes;
  /** Whether the values in queries are varied. Default: `false`. */
  readonly randomizesQueries?: boolean;
}

/** Loads the workload that the flags name; see `loadWorkload` for its errors. */
export async function loadNamedWorkload(
  context: CommandContext,
  options: WorkloadOptions,
  purpose: LoadPurpose,
): Promise<LoadedWorkload> {
  return loadWorkload({
    ...workloadOrigin(context, options, purpose.distributionVersion),
    workload: options.workload,
    workloadPath: options.workloadPath,
    params: purpose.params,
    testProcedure: options.testProcedure,
    includeTasks: options.includeTasks,
    excludeTasks: options.excludeTasks,
    testMode: purpose.testMode,
    isServerless: context.settings.isServerless,
    purpose: purpose.purpose,
    ...(purpose.availableMemory === undefined ? {} : { availableMemory: purpose.availableMemory }),
    randomizesQueries: purpose.randomizesQueries === true,
    operations: purpose.operations ?? operationCatalog,
    plugins: pluginInspector(join(context.settings.rootDirectory, 'plugins')),
    wallTime: context.environment.clock.wall,
  });
}
