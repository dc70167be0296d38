// A git repository of workloads on this machine: cloned, brought up to date, and checked out for a version of the
// cluster.
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';
import { mayBeAlive } from '../process-identity.ts';
import { chooseBranch, chooseTag } from './branch.ts';
import {
  checkout,
  followBranch,
  gitIn,
  hasOwnWork,
  isWhole,
  LOCAL_BRANCHES,
  type LocalClone,
  originOf,
  REMOTE_BRANCHES,
  refNames,
  TAGS,
} from './clone.ts';
import { CONTACT_LIMIT, type GitContext, GitFailure, runGit, TRANSFER_LIMIT, withoutPassword } from './git.ts';

/** Which repository is to be made ready, and in which state. */
export interface RepositoryRequest {
  /** Its name in the configuration (`default`), or its path. */
  readonly name: string;
  /** Where it is cloned from; `null`: only what lies on this machine is used. */
  readonly url: string | null;
  /** Where the clone lies, or is to lie. */
  readonly directory: string;
  /** A branch, tag or commit; `null` = the branch that fits the version. */
  readonly revision: string | null;
  /** Version of the cluster, by which the branch is chosen; `null` = the branch `main`. */
  readonly distributionVersion: string | null;
  readonly isOffline: boolean;
  readonly git: GitContext;
  /** Whether a directory that is no clone may be read as it is. */
  readonly mayBePlain: boolean;
}

/** A repository that can be read. */
export interface CheckedOutRepository {
  readonly directory: string;
  /** The given revision, else the short hash of HEAD; empty for a directory that is no clone. */
  readonly revision: string;
  /** What was not as it should be and is used all the same, one line each. */
  readonly notices: readonly string[];
}

/**
 * Says that a repository is neither on this machine nor to be had now: the case in which the built-in workloads may
 * take its place.
 */
export class RepositoryUnreachable extends BenchmarkError {
  constructor(message: string, hint = 'Check the network, or use --workload-path or --workload-repository=builtin.') {
    super('WORKLOAD_REPOSITORY', message, { hint });
    this.name = 'RepositoryUnreachable';
  }
}

/**
 * Makes the repository ready to be read. Throws {@link RepositoryUnreachable} if there is no clone and none can be
 * made, else `WORKLOAD_REPOSITORY` for a revision or version that it does not have, or for a clone that cannot be used
 * as it is.
 */
export async function prepareRepository(request: RepositoryRequest): Promise<CheckedOutRepository> {
  if (request.revision?.startsWith('-') === true)
    throw repositoryError(request, `cannot have a revision "${request.revision}"`);
  const clone: LocalClone = { directory: request.directory, git: request.git };
  if (request.url === null && !isClone(request.directory)) return withoutGit(request);
  try {
    const notices = request.url === null ? [] : await bringUpToDate(request, clone, request.url);
    const checkedOut = await checkOut(request, clone);
    const revision = request.revision ?? (await gitIn(clone, 'rev-parse', '--short', 'HEAD')).trim();
    return {
      directory: request.directory,
      revision,
      notices: [...notices, ...checkedOut].map((notice) => `Workload repository [${request.name}]: ${notice}`),
    };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const what =
      request.revision === null
        ? 'cannot be checked out'
        : `does not have the revision "${request.revision}" or it cannot be checked out`;
    throw repositoryError(request, `${what}: ${error.message}`, error.adviceFor(request.directory));
  }
}

const isClone = (directory: string): boolean => existsSync(join(directory, '.git'));

/** The way of a directory that is no clone: it is read as it is, provided that the request allows for that. */
function withoutGit({ name, directory, revision, mayBePlain }: RepositoryRequest): CheckedOutRepository {
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  if (mayBePlain && isThere && revision === null) return { directory, revision: '', notices: [] };
  const address = `no address (key ${name}.url, section [workloads] of benchmark.ini)`;
  if (name !== directory)
    throw new RepositoryUnreachable(
      `Workload repository [${name}] has ${address}, and ${directory} is no git repository.`,
    );
  const what = isThere ? 'is no git repository, so it has no revisions' : 'does not exist';
  const hint = 'Check the path that --workload-repository gives.';
  throw new BenchmarkError('WORKLOAD_REPOSITORY', `The workload repository ${directory} ${what}.`, { hint });
}

/** Clones or fetches. What keeps an existing clone from being updated is only told. */
async function bringUpToDate(request: RepositoryRequest, clone: LocalClone, url: string): Promise<readonly string[]> {
  if (!isClone(request.directory)) {
    await cloneFrom(request, url);
    return [];
  }
  if (!(await isWhole(clone))) return await replaceBroken(request, url);
  const origin = await originOf(clone);
  if (origin === null || !isSameAddress(origin, url)) return await replaceClone(request, clone, url, origin);
  // The same place under another spelling, perhaps with a new password.
  if (origin !== url) await gitIn(clone, 'remote', 'set-url', 'origin', url);
  if (request.isOffline) return [];
  const failure = await fetchUpdates(request);
  if (failure === null) return [];
  const advice = failure.adviceFor(request.directory);
  const notice = `could not be updated (${failure.message}); the copy on this machine is used.`;
  return [advice === undefined ? notice : `${notice} ${advice}`];
}

/** What a clone has left that was killed in its middle: nothing was checked out, so nothing of the user's is in it. */
async function replaceBroken(request: RepositoryRequest, url: string): Promise<readonly string[]> {
  const files = (await readdir(request.directory)).filter((name) => name !== '.git');
  if (files.length > 0) {
    const hint = `Move ${request.directory} away, and it is cloned anew; or read its files with --workload-path.`;
    throw repositoryError(request, 'holds files, but its .git is damaged: git does not take it for a repository', hint);
  }
  await cloneFrom(request, url);
  return [`cloned anew from ${withoutPassword(url)}; ${request.directory} was what a broken-off clone had left.`];
}

/** The address in the configuration is another one than that of the clone. */
async function replaceClone(
  request: RepositoryRequest,
  clone: LocalClone,
  url: string,
  origin: string | null,
): Promise<readonly string[]> {
  const address = withoutPassword(url);
  const old = origin === null ? 'a repository of its own' : `a clone of ${withoutPassword(origin)}`;
  if (request.isOffline) {
    const found = `${request.directory} is ${old}, not of ${address} as configured`;
    throw new RepositoryUnreachable(
      `Workload repository [${request.name}]: ${found}, and --offline forbids to fetch it.`,
    );
  }
  if (await hasOwnWork(clone)) {
    const hint = `Move ${request.directory} away, or correct ${request.name}.url in benchmark.ini.`;
    throw repositoryError(
      request,
      `is ${old}, not of ${address} as configured, and it holds changes that would be lost`,
      hint,
    );
  }
  await cloneFrom(request, url);
  return [`cloned anew from ${address}; ${request.directory} was ${old}.`];
}

/** Addresses are the same if they differ only in their user, their password, or their ending. */
function isSameAddress(one: string, other: string): boolean {
  const place = (address: string): string => {
    const plain = withoutPassword(address.trim())
      .replace(/^file:\/\//, '')
      .replace(/(?<=[^/])(?:\/|\.git)+$/, '');
    return /^[\w.+-]+:/.test(plain) || /^[^/]+@[^/]+:/.test(plain) ? plain : resolve(plain);
  };
  return place(one) === place(other);
}

/** Puts a new clone into the place of the repository; an old one gives way only to a whole one. */
async function cloneFrom(request: RepositoryRequest, url: string): Promise<void> {
  const { name, directory, git } = request;
  const address = withoutPassword(url);
  const wasAbsent = !isClone(directory);
  if (request.isOffline) {
    throw new RepositoryUnreachable(
      `Workload repository [${name}] (${address}) is not on this machine, and --offline forbids to fetch it.`,
    );
  }
  // Cloned beside its place and moved, so that an interrupted clone is never taken for a whole one.
  const unfinished = `${directory}.clone-${process.pid}`;
  try {
    await removeUnfinished(directory);
    await runGit(['ls-remote', '--quiet', '--heads', '--', url], git, CONTACT_LIMIT);
    await mkdir(dirname(directory), { recursive: true });
    await rm(unfinished, { recursive: true, force: true });
    await runGit(['clone', '--quiet', '--', url, unfinished], git, TRANSFER_LIMIT);
    if (isClone(directory)) await rm(directory, { recursive: true, force: true });
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process was quicker.
    if (wasAbsent && isClone(directory)) return;
    if (error instanceof BenchmarkError) throw error;
    const isInTheWay =
      error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(String(error.code));
    const hint = isInTheWay
      ? `${directory} is in the way: move it, or name it with --workload-repository=${directory}.`
      : undefined;
    throw new RepositoryUnreachable(
      `Workload repository [${name}] cannot be cloned from ${address}: ${messageOf(error)}.`,
      hint,
    );
  }
}

/** Removes what processes have left that were killed while they cloned this repository. */
async function removeUnfinished(directory: string): Promise<void> {
  const parent = dirname(directory);
  if (!existsSync(parent)) return;
  const prefix = `${basename(directory)}.clone-`;
  for (const name of await readdir(parent)) {
    const processId = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (Number.isInteger(processId) && !mayBeAlive({ processId, start: null }))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Resolves with what kept the clone from being updated. Branches and tags that were moved or removed at the origin are
 * so here, too.
 */
async function fetchUpdates({ directory, git }: RepositoryRequest): Promise<GitFailure | null> {
  try {
    await runGit(['-C', directory, 'ls-remote', '--quiet', '--heads', 'origin'], git, CONTACT_LIMIT);
    const branches = `+${LOCAL_BRANCHES}/*:${REMOTE_BRANCHES}/*`;
    await runGit(
      ['-C', directory, 'fetch', '--quiet', '--force', '--prune', '--tags', 'origin', branches],
      git,
      TRANSFER_LIMIT,
    );
    return null;
  } catch (error) {
    if (error instanceof GitFailure) return error;
    throw error;
  }
}

/** Checks out the revision, or else what fits the version. Returns notices. */
async function checkOut(request: RepositoryRequest, clone: LocalClone): Promise<readonly string[]> {
  const { revision, distributionVersion: version } = request;
  const remote = request.url === null ? [] : await refNames(clone, REMOTE_BRANCHES);
  const followed =
    revision === null ? chooseBranch(remote, version) : (remote.find((name) => name === revision) ?? null);
  if (followed !== null) return await followBranch(clone, followed);
  if (revision !== null) {
    await checkout(clone, revision);
    return [];
  }
  // When the branches of the origin do not fit, a local main is only a copy of one of them and fits no better.
  const heads = await refNames(clone, LOCAL_BRANCHES);
  const branch = chooseBranch(request.url === null ? heads : heads.filter((name) => name !== 'main'), version);
  const target = branch ?? chooseTag(await refNames(clone, TAGS), version);
  if (target === null) throw nothingFits(request, request.url === null ? heads : remote);
  await checkout(clone, target);
  return branch === null || request.url === null
    ? []
    : [`the origin has no branch ${branch}; the one on this machine is used.`];
}

function nothingFits(request: RepositoryRequest, branches: readonly string[]): BenchmarkError {
  const version = request.distributionVersion;
  const wanted = version === null ? 'an unknown version (branch main)' : `version ${version}`;
  const hint = `Choose one with --workload-revision. It has the branches: ${branches.join(', ') || 'none'}.`;
  return repositoryError(request, `has no branch or tag for ${wanted}`, hint);
}

function repositoryError(
  request: RepositoryRequest,
  message: string,
  hint = 'Choose another one with --workload-revision.',
): BenchmarkError {
  const name = request.name === request.directory ? '' : ` [${request.name}] in`;
  return new BenchmarkError('WORKLOAD_REPOSITORY', `Workload repository${name} ${request.directory} ${message}.`, {
    hint,
  });
}
