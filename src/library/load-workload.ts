// Loads a workload for a program that uses the engine as a library.
import { BenchmarkError } from '../errors.ts';
import { isJsonObject, toJson } from '../json.ts';
import { operationCatalog } from '../operation/registry.ts';
import { pluginInspector } from '../plugin/start/inspect.ts';
import { epochMillis } from '../units.ts';
import { BUILTIN } from '../workload/find.ts';
import { type LoadedWorkload, loadWorkload as load } from '../workload/load.ts';

/** Which workload, and what of it. */
export interface WorkloadChoice {
  /** The directory that holds `workload.json`, or the file itself. */
  readonly path?: string;
  /** In place of a path: the name of a workload that comes with this package, e.g. `eventdata`. */
  readonly builtin?: string;
  /** Values for the variables of its templates; default: none. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Default: the one that the workload calls its default. */
  readonly testProcedure?: string;
  /** Tasks to run, by name, `type:…` or `tag:…`; default: all. */
  readonly includeTasks?: readonly string[];
  /** Tasks to leave out, in the same words; default: none. */
  readonly excludeTasks?: readonly string[];
  /**
   * Whether the workload is cut down to a smoke test; default `false`. The test run must be told as well, by the
   * `testMode` of its load.
   */
  readonly testMode?: boolean;
}

/**
 * Finds, renders and checks a workload. Rejects with a `BenchmarkError` that holds all problems at once:
 * `WORKLOAD_NOT_FOUND`, `WORKLOAD_SYNTAX`, `WORKLOAD_INVALID`, `WORKLOAD_PARAMS_UNUSED`, `UNSUPPORTED` or `USAGE`.
 */
export async function loadWorkload(choice: WorkloadChoice): Promise<LoadedWorkload> {
  const params = toJson(choice.params ?? {});
  if (!isJsonObject(params)) throw new BenchmarkError('USAGE', 'The parameters of a workload must be an object.');
  return load({
    repository: BUILTIN,
    repositoryUrl: null,
    repositoriesDirectory: '',
    revision: null,
    distributionVersion: null,
    isOffline: true,
    git: { environment: {}, signal: new AbortController().signal },
    workload: choice.builtin ?? null,
    workloadPath: choice.path ?? null,
    params,
    testProcedure: choice.testProcedure ?? null,
    includeTasks: choice.includeTasks ?? [],
    excludeTasks: choice.excludeTasks ?? [],
    testMode: choice.testMode ?? false,
    purpose: 'run',
    operations: operationCatalog,
    plugins: pluginInspector(null),
    wallTime: () => epochMillis(Date.now()),
  });
}
