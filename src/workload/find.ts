// From the name or path of a workload to its directory: a path, a git repository, or the workloads of this package.
import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BenchmarkError, exitCodes, messageOf } from '../errors.ts';
import { packageRoot } from '../package.ts';
import { didYouMean } from './closest-match.ts';
import { type GitContext, withoutPassword } from './git.ts';
import type { WorkloadSource } from './model.ts';
import { expandHome } from './parameters.ts';
import { prepareRepository, RepositoryUnreachable } from './repository.ts';

/** Name of the repository that stands for the workloads of this package. */
export const BUILTIN = 'builtin';
const DEFINITION = 'workload.json';

/** Where workloads come from, as configured. */
export interface WorkloadOrigin {
  /** `--workload-repository`: a name of the configuration, `builtin`, or the path of a directory of workloads. */
  readonly repository: string;
  /** Its address (`<name>.url` in `[workloads]`); `null` = only what lies on this machine. */
  readonly repositoryUrl: string | null;
  /** Clones lie here: `<root.dir>/workloads`. */
  readonly repositoriesDirectory: string;
  /** `--workload-revision`. */
  readonly revision: string | null;
  /** Chooses the branch; `null` = `main`. */
  readonly distributionVersion: string | null;
  readonly isOffline: boolean;
  /** What every call of git gets. */
  readonly git: GitContext;
  /** The built-in workloads; default those of this package. */
  readonly builtinDirectory?: string;
}

/** Which workload is meant. Exactly one of the two is given. */
export interface WorkloadAddress extends WorkloadOrigin {
  /** `--workload`. */
  readonly workload: string | null;
  /** `--workload-path`. */
  readonly workloadPath: string | null;
}

/** A workload that lies on this machine, not yet read. */
export interface FoundWorkload {
  readonly name: string;
  /** Absolute path. */
  readonly directory: string;
  /** Absolute path of the definition, usually `workload.json`. */
  readonly file: string;
  readonly source: WorkloadSource;
  /** What the user should know of how it was found, one line each. */
  readonly notices: readonly string[];
}

/** A directory that holds each workload in a directory of its own. */
export interface WorkloadCollection {
  readonly directory: string;
  readonly source: WorkloadSource;
  readonly notices: readonly string[];
}

/** Finds one workload. Throws `USAGE` (exit code 64), `WORKLOAD_NOT_FOUND` or `WORKLOAD_REPOSITORY`. */
export async function findWorkload(address: WorkloadAddress): Promise<FoundWorkload> {
  const { workload: name, workloadPath } = address;
  if (workloadPath !== null) {
    if (name !== null) throw usage('--workload and --workload-path exclude each other.');
    if (address.revision !== null) throw usage('--workload-revision and --workload-path exclude each other.');
    return findByPath(workloadPath);
  }
  if (name === null || name === '') throw usage('No workload is given.', 'Use --workload or --workload-path.');
  const collection = await openCollection(address, name);
  const directory = join(collection.directory, name);
  const file = join(directory, DEFINITION);
  if (/^[.]|[\\/]/.test(name) || !existsSync(file)) throw unknownWorkload(name, collection, builtinDirectory(address));
  return { ...collection, name, directory, file };
}

/** Names of the workloads of a collection, sorted. */
export function workloadNames(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const entries = readable(directory, () => readdirSync(directory)).filter(
    (name) => !name.startsWith('.') && existsSync(join(directory, name, DEFINITION)),
  );
  return entries.sort();
}

/**
 * Opens the configured repository. If it cannot be reached the built-in workloads take its place, provided that they
 * have `wanted` (any at all, if that is `null`); a notice says so.
 */
export async function openCollection(origin: WorkloadOrigin, wanted: string | null): Promise<WorkloadCollection> {
  const builtin: WorkloadCollection = { directory: builtinDirectory(origin), source: { kind: 'builtin' }, notices: [] };
  if (origin.repository === BUILTIN) {
    if (origin.revision !== null)
      throw usage('The built-in workloads have no revisions; --workload-revision cannot be used with them.');
    return builtin;
  }
  const isPath = isRepositoryPath(origin.repository);
  const name = isPath ? resolve(expandHome(origin.repository)) : origin.repository;
  if (!isPath && !/^[\w][\w.-]*$/.test(name)) throw usage(`"${name}" cannot be the name of a workload repository.`);
  const url = isPath ? null : origin.repositoryUrl;
  try {
    const directory = isPath ? name : resolve(origin.repositoriesDirectory, name);
    const ready = await prepareRepository({
      ...origin,
      name,
      url,
      directory,
      mayBePlain: isPath || name === 'default',
    });
    const source = {
      kind: 'repository',
      repository: name,
      url: url === null ? null : withoutPassword(url),
      revision: ready.revision,
    } as const;
    return { directory, source, notices: ready.notices };
  } catch (error) {
    const names = workloadNames(builtin.directory);
    const canStandIn = origin.revision === null && (wanted === null ? names.length > 0 : names.includes(wanted));
    if (!(error instanceof RepositoryUnreachable) || !canStandIn) throw error;
    return {
      ...builtin,
      notices: [`${error.message} The built-in workload${wanted === null ? 's are' : ` [${wanted}] is`} used.`],
    };
  }
}

/** Whether `--workload-repository` gives a path (of a clone, or of a plain directory of workloads), not a name. */
export function isRepositoryPath(repository: string): boolean {
  return /[\\/]/.test(repository) || /^[.~]/.test(repository);
}

function findByPath(given: string): FoundWorkload {
  const path = resolve(expandHome(given));
  const status = statusOf(path);
  if (status === null) throw notFound(`There is no workload at ${path}: no such file or directory.`);
  if (!status.isDirectory()) {
    if (!path.endsWith('.json')) throw notFound(`${path} is no workload: the file must end with .json.`);
    return {
      name: basename(path, '.json'),
      directory: dirname(path),
      file: path,
      source: { kind: 'path', path },
      notices: [],
    };
  }
  const file = join(path, DEFINITION);
  if (statusOf(file) === null) throw notFound(`${path} is no workload: it holds no ${DEFINITION}.`);
  return { name: basename(path), directory: path, file, source: { kind: 'path', path }, notices: [] };
}

/**
 * `null` if there is nothing of that name. Throws `WORKLOAD_NOT_FOUND` for links that lead nowhere and whatever else
 * cannot be looked at.
 */
function statusOf(path: string): Stats | null {
  const isThere = readable(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
  if (!isThere) return null;
  const status = readable(path, () => statSync(path, { throwIfNoEntry: false }));
  if (status === undefined) throw notFound(`${path} is a link to a file that does not exist.`);
  return status;
}

/** What a look at the disk gives; its failure names the path. */
function readable<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw notFound(`${path} cannot be read: ${messageOf(error)}.`);
  }
}

function unknownWorkload(name: string, collection: WorkloadCollection, builtin: string): BenchmarkError {
  const names = workloadNames(collection.directory);
  const where =
    collection.source.kind === 'repository' ? `repository [${collection.source.repository}]` : 'the built-in workloads';
  const inBuiltin = collection.source.kind !== 'builtin' && workloadNames(builtin).includes(name);
  const hint = inBuiltin
    ? `--workload-repository=${BUILTIN} has it.`
    : (didYouMean(name, names) ?? 'Use --workload-path for a workload of your own.');
  return notFound(
    `There is no workload [${name}] in ${where} (${collection.directory}). It has: ${names.join(', ') || 'none'}.`,
    hint,
  );
}

function builtinDirectory(origin: WorkloadOrigin): string {
  return origin.builtinDirectory ?? join(packageRoot, 'workloads');
}

function notFound(message: string, hint?: string): BenchmarkError {
  return new BenchmarkError('WORKLOAD_NOT_FOUND', message, { hint });
}

function usage(message: string, hint?: string): BenchmarkError {
  return new BenchmarkError('USAGE', message, { hint, exitCode: exitCodes.failure });
}
