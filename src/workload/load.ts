// From the name or path of a workload to the read-only model that a run, `info` and `list workloads` use.
import { join } from 'node:path';
import { BenchmarkError, exitCodes, type Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Bytes } from '../units.ts';
import { findExcessClients } from './client-memory.ts';
import {
  type FoundWorkload,
  findWorkload,
  openCollection,
  type WorkloadAddress,
  type WorkloadOrigin,
  workloadNames,
} from './find.ts';
import { joinPath } from './json-path.ts';
import { parameterHint } from './missing-parameters.ts';
import { leafTasks, type TestProcedure, type Workload, type WorkloadSource } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import { taskKey } from './parse-context.ts';
import type { LoadedPlugin, PluginInspector } from './plugin-inspector.ts';
import { PluginUse, type SelectedWorkload } from './plugin-use.ts';
import { type ReadSurroundings, type ReadWorkload, readWorkload } from './read-workload.ts';
import { selectProcedure } from './select-procedure.ts';
import { forServerless } from './serverless.ts';
import { filterTasks, parseTaskFilters, type TaskFilter } from './task-filter.ts';
import { forTestMode } from './test-mode.ts';
import { checkFeatures, hasOtherSource } from './unsupported-features.ts';

/** What stands in place of the version of a cluster if it is a serverless collection. */
const SERVERLESS = 'oss';
/** The version whose branch serves serverless collections. */
const SERVERLESS_VERSION = '2.11.0';

/** Which workload, what of it, and what for. */
export interface WorkloadRequest extends WorkloadAddress, ReadSurroundings {
  readonly params: JsonObject;
  /** `null` = the default one. */
  readonly testProcedure: string | null;
  readonly includeTasks: readonly string[];
  readonly excludeTasks: readonly string[];
  readonly testMode: boolean;
  /** Also on when the version of the cluster is `oss`. */
  readonly isServerless?: boolean;
  /**
   * `run`: the selected tasks must be executable and their parameters right. `inspect`: what this version cannot run is
   * shown all the same.
   */
  readonly purpose: 'run' | 'inspect';
  /** Memory for the clients, on all machines that drive the load; absent = not checked. */
  readonly availableMemory?: Bytes;
  /** Opens plug-ins; absent = none can be run. */
  readonly plugins?: PluginInspector;
  /** Whether the values in queries are varied, by values of the plug-in. Default: `false`. */
  readonly randomizesQueries?: boolean;
}

/** A workload that is ready to run. */
export interface LoadedWorkload extends SelectedWorkload {
  /** The parameters that it was rendered with. */
  readonly params: JsonObject;
  /** The plug-in that its tasks need; `null` if they need none. */
  readonly plugin: LoadedPlugin | null;
}

/**
 * Finds, renders, validates and filters a workload. Throws one {@link BenchmarkError} with all problems:
 * `WORKLOAD_NOT_FOUND`, `WORKLOAD_REPOSITORY`, `WORKLOAD_SYNTAX`, `WORKLOAD_INVALID`, `WORKLOAD_PARAMS_UNUSED`,
 * `UNSUPPORTED`, `PLUGIN`, or `USAGE` (exit code 64) for an unknown test procedure, a wrong filter, or a filter that
 * leaves nothing.
 */
export async function loadWorkload(request: WorkloadRequest): Promise<LoadedWorkload> {
  const selection = parseSelection(request);
  const found = await findWorkload(withBranchVersion(request));
  const plugin = new PluginUse(found, request);
  try {
    let read = readWorkload(found, request.params, request);
    if (plugin.isAlwaysOpened) read = await plugin.change(read);
    let selected = select(found, read, request, selection);
    if (plugin.isNeededBy(selected.testProcedure)) {
      read = await plugin.change(read);
      selected = select(found, read, request, selection);
    }
    if (request.purpose === 'run') rejectUnrunnable(found, read, selected, plugin, request);
    const notices = [...found.notices, ...plugin.notices, ...selected.notices];
    notices.push(...idleKeyNotices(selected.testProcedure, read));
    const { workload, testProcedure } = selected;
    return { workload, testProcedure, notices, params: request.params, plugin: await plugin.load(selected) };
  } finally {
    await plugin.close();
  }
}

/** Which tasks the user wants. */
interface TaskSelection {
  readonly include: readonly TaskFilter[];
  readonly exclude: readonly TaskFilter[];
}

const parseSelection = ({ includeTasks, excludeTasks }: WorkloadRequest): TaskSelection => ({
  include: parseTaskFilters(includeTasks),
  exclude: parseTaskFilters(excludeTasks),
});

/** The tasks that are to run, of a workload without problems. */
function select(
  found: FoundWorkload,
  read: ReadWorkload,
  request: WorkloadRequest,
  { include, exclude }: TaskSelection,
): SelectedWorkload {
  // A workload without any procedure has problems, and those come first.
  if (read.problems.length > 0) throw invalidWorkload(found, read, read.problems);
  const isServerless = request.isServerless === true || request.distributionVersion === SERVERLESS;
  const filtered = filterTasks(read.workload, include, exclude);
  const cut = request.testMode ? forTestMode(filtered) : filtered;
  const allowed = isServerless ? forServerless(cut, request.operations) : { workload: cut, notices: [] };
  const testProcedure = selectProcedure(allowed.workload, request.testProcedure);
  if (testProcedure.schedule.length === 0) throw nothingLeft(request, testProcedure);
  return { ...allowed, testProcedure };
}

/** What `list workloads` shows. */
export interface WorkloadListing {
  readonly source: WorkloadSource;
  readonly directory: string;
  readonly notices: readonly string[];
  /** Sorted by name. One that cannot be loaded does not hide the others. */
  readonly workloads: readonly ListedWorkload[];
}

/** A workload of a listing, or why it cannot be loaded. */
export type ListedWorkload =
  | { readonly name: string; readonly workload: Workload; readonly error: null }
  | { readonly name: string; readonly workload: null; readonly error: BenchmarkError };

/** All workloads of a repository, or the built-in ones, without user parameters. Throws `WORKLOAD_REPOSITORY`. */
export async function listWorkloads(origin: WorkloadOrigin, surroundings: ReadSurroundings): Promise<WorkloadListing> {
  const collection = await openCollection(withBranchVersion(origin), null);
  const workloads = workloadNames(collection.directory).map((name): ListedWorkload => {
    const directory = join(collection.directory, name);
    return listOne({ ...collection, name, directory, file: join(directory, 'workload.json') }, surroundings);
  });
  return { ...collection, workloads };
}

/** The workload in one directory or file, as `list workloads --workload-path` shows it. */
export async function listWorkloadAt(
  address: WorkloadAddress,
  surroundings: ReadSurroundings,
): Promise<WorkloadListing> {
  const found = await findWorkload(address);
  return {
    source: found.source,
    directory: found.directory,
    notices: found.notices,
    workloads: [listOne(found, surroundings)],
  };
}

function listOne(found: FoundWorkload, surroundings: ReadSurroundings): ListedWorkload {
  try {
    const read = readWorkload(found, new Map(), surroundings);
    if (read.problems.length > 0) throw invalidWorkload(found, read, read.problems);
    return { name: found.name, workload: read.workload, error: null };
  } catch (error) {
    if (error instanceof BenchmarkError) return { name: found.name, workload: null, error };
    throw error;
  }
}

function withBranchVersion<T extends WorkloadOrigin>(origin: T): T {
  return origin.distributionVersion === SERVERLESS ? { ...origin, distributionVersion: SERVERLESS_VERSION } : origin;
}

function rejectUnrunnable(
  found: FoundWorkload,
  read: ReadWorkload,
  { workload, testProcedure: procedure }: SelectedWorkload,
  plugin: PluginUse,
  { operations, availableMemory }: WorkloadRequest,
): void {
  const { notes } = read;
  const { unsupported, invalid } = checkFeatures({ workload, procedure, notes, plugin: plugin.known, operations });
  const excess = availableMemory === undefined ? [] : findExcessClients(procedure, notes, found.file, availableMemory);
  const wrong = [
    ...invalid,
    ...excess,
    ...checkParameters(workload, procedure, operations, plugin),
    ...plugin.checkRandomization(procedure),
  ];
  if (wrong.length > 0) throw invalidWorkload(found, read, wrong, { procedure: procedure.name, unsupported });
  if (unsupported.length > 0) throw unsupportedWorkload(found, read, procedure, unsupported);
}

function checkParameters(
  workload: Workload,
  procedure: TestProcedure,
  catalog: OperationCatalog,
  plugin: PluginUse,
): readonly Problem[] {
  const operations = new Set(leafTasks(procedure.schedule).map((task) => task.operation));
  return [...operations].flatMap((operation) => {
    const { name, type, params, location } = operation;
    const facts = catalog.facts.get(type);
    const isOwn = facts !== undefined && facts.unsupported === null && !plugin.runs(operation);
    if (!isOwn || hasOtherSource(operation, catalog)) return [];
    const problems = catalog.check({ name, type, params }, workload);
    return problems.map((problem) => ({
      ...problem,
      file: location.file,
      path: joinPath(location.path, problem.path),
    }));
  });
}

/** One line per task with keys that have no effect. */
function idleKeyNotices(procedure: TestProcedure, read: ReadWorkload): readonly string[] {
  return leafTasks(procedure.schedule).flatMap((task) => {
    const keys = read.notes.tasks.get(taskKey(procedure.name, task.name))?.idleKeys ?? [];
    return keys.length === 0
      ? []
      : [`Task "${task.name}": ${keys.map((key) => `"${key}"`).join(', ')} at a task has no effect.`];
  });
}

/** What is wrong, and apart from that what this version cannot do. */
function invalidWorkload(
  found: FoundWorkload,
  read: Pick<ReadWorkload, 'locate' | 'missing'>,
  wrong: readonly Problem[],
  beside: { readonly procedure: string; readonly unsupported: readonly Problem[] } = { procedure: '', unsupported: [] },
): BenchmarkError {
  const count = wrong.length === 1 ? 'a problem' : `${wrong.length} problems`;
  const { length } = beside.unsupported;
  const things = length === 1 ? 'a thing' : `${length} things`;
  const more =
    length === 0
      ? ''
      : ` Besides, test procedure [${beside.procedure}] needs ${things} that this version cannot do, listed last.`;
  const located = read.locate(wrong);
  return new BenchmarkError('WORKLOAD_INVALID', `Workload [${found.name}] (${found.file}) has ${count}.${more}`, {
    problems: [...located, ...read.locate(beside.unsupported)],
    hint: parameterHint(located, read.missing),
  });
}

function unsupportedWorkload(
  found: FoundWorkload,
  read: Pick<ReadWorkload, 'locate'>,
  procedure: TestProcedure,
  problems: readonly Problem[],
): BenchmarkError {
  const what = `test procedure [${procedure.name}] needs what this version cannot do`;
  return new BenchmarkError('UNSUPPORTED', `Workload [${found.name}] (${found.file}): ${what}.`, {
    problems: read.locate(problems),
    hint: 'Choose another test procedure, or leave these tasks out with --exclude-tasks.',
  });
}

function nothingLeft(request: WorkloadRequest, procedure: TestProcedure): BenchmarkError {
  const flags = [
    request.includeTasks.length > 0 ? `--include-tasks=${request.includeTasks.join(',')}` : '',
    request.excludeTasks.length > 0 ? `--exclude-tasks=${request.excludeTasks.join(',')}` : '',
  ].filter((flag) => flag !== '');
  const cause = flags.length > 0 ? `${flags.join(' and ')} leave` : 'The serverless filter leaves';
  return new BenchmarkError('USAGE', `${cause} no task of test procedure [${procedure.name}] to run.`, {
    exitCode: exitCodes.failure,
    hint: 'The command "info" lists the tasks.',
  });
}
