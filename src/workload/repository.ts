// A git repository of workloads on this machine: cloned, brought up to date, and checked out for a version of the cluster (spec/2 §1.2).
import { existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';
import { chooseBranch, chooseTag } from './branch.ts';
import { CONTACT_LIMIT, type Environment, GitFailure, runGit, TRANSFER_LIMIT, withoutPassword } from './git.ts';

export interface RepositoryRequest {
  /** Its name in the configuration (`default`). */
  readonly name: string;
  /** `null`: only what lies on this machine. */
  readonly url: string | null;
  /** The clone. */
  readonly directory: string;
  /** `git checkout` of exactly this; `null` = the branch that fits the version. */
  readonly revision: string | null;
  readonly distributionVersion: string | null;
  readonly isOffline: boolean;
  readonly environment: Environment;
}

export interface CheckedOutRepository {
  readonly directory: string;
  /** The given revision, else the short hash of HEAD. */
  readonly revision: string;
  readonly notices: readonly string[];
}

/** A repository that is neither on this machine nor to be had now. The built-in workloads may take its place. */
export class RepositoryUnreachable extends BenchmarkError {
  constructor(message: string) {
    super('WORKLOAD_REPOSITORY', message, { hint: 'Check the network, or use --workload-path or --workload-repository=builtin.' });
    this.name = 'RepositoryUnreachable';
  }
}

/**
 * Makes the repository ready to be read. Throws {@link RepositoryUnreachable} if there is no clone and none can be made,
 * else `WORKLOAD_REPOSITORY` for a revision or version that it does not have.
 */
export async function prepareRepository(request: RepositoryRequest): Promise<CheckedOutRepository> {
  const notices: string[] = [];
  if (request.revision?.startsWith('-') === true) throw repositoryError(request, `"${request.revision}" is no revision`);
  const isClone = existsSync(join(request.directory, '.git'));
  if (request.url === null) {
    if (!isClone) return withoutGit(request);
  } else if (!isClone) {
    await clone(request, request.url);
  } else if (!request.isOffline) {
    const failure = await fetchUpdates(request);
    if (failure !== null) notices.push(`Workload repository [${request.name}] could not be updated (${failure}); the copy on this machine is used.`);
  }
  try {
    if (request.revision !== null) await git(request, ['checkout', '--quiet', request.revision, '--']);
    else await checkoutVersion(request, notices);
    return { directory: request.directory, revision: request.revision ?? (await git(request, ['rev-parse', '--short', 'HEAD'])).trim(), notices };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const what = request.revision === null ? 'cannot be checked out' : `does not have the revision "${request.revision}" or it cannot be checked out`;
    throw repositoryError(request, `${what}: ${error.message}`);
  }
}

/** A directory that is no clone is read as it is, but only under the name `default`. */
function withoutGit(request: RepositoryRequest): CheckedOutRepository {
  if (request.name === 'default' && request.revision === null && statSync(request.directory, { throwIfNoEntry: false })?.isDirectory() === true) {
    return { directory: request.directory, revision: '', notices: [] };
  }
  throw new RepositoryUnreachable(
    `Workload repository [${request.name}] has no address (key ${request.name}.url, section [workloads] of benchmark.ini), and ${request.directory} is no git repository.`,
  );
}

async function clone(request: RepositoryRequest, url: string): Promise<void> {
  const address = withoutPassword(url);
  if (request.isOffline) {
    throw new RepositoryUnreachable(`Workload repository [${request.name}] (${address}) is not on this machine, and --offline forbids to fetch it.`);
  }
  // Cloned beside its place and moved, so that an interrupted clone is never taken for a whole one.
  const unfinished = `${request.directory}.clone-${process.pid}`;
  try {
    await runGit(['ls-remote', '--quiet', '--heads', '--', url], request.environment, CONTACT_LIMIT);
    await mkdir(dirname(request.directory), { recursive: true });
    await runGit(['clone', '--quiet', '--', url, unfinished], request.environment, TRANSFER_LIMIT);
    await rename(unfinished, request.directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw new RepositoryUnreachable(`Workload repository [${request.name}] cannot be cloned from ${address}: ${messageOf(error)}.`);
  }
}

/** Resolves with the reason if it failed. */
async function fetchUpdates(request: RepositoryRequest): Promise<string | null> {
  try {
    await runGit(['-C', request.directory, 'ls-remote', '--quiet', '--heads', 'origin'], request.environment, CONTACT_LIMIT);
    await runGit(['-C', request.directory, 'fetch', '--quiet', '--prune', '--tags', 'origin'], request.environment, TRANSFER_LIMIT);
    return null;
  } catch (error) {
    if (error instanceof GitFailure) return error.message;
    throw error;
  }
}

async function checkoutVersion(request: RepositoryRequest, notices: string[]): Promise<void> {
  const version = request.distributionVersion;
  if (request.url !== null) {
    const branch = chooseBranch(await refNames(request, 'refs/remotes/origin'), version);
    if (branch !== null) return await checkoutRemote(request, branch, notices);
  }
  // When the remote branches do not fit, a local main is only its copy and fits no better.
  const heads = (await refNames(request, 'refs/heads')).filter((name) => request.url === null || name !== 'main');
  const branch = chooseBranch(heads, version);
  const target = branch ?? chooseTag(await refNames(request, 'refs/tags'), version);
  if (target === null) {
    throw repositoryError(request, `has no branch or tag for ${version === null ? 'an unknown version (branch main)' : `version ${version}`}`);
  }
  await git(request, ['checkout', '--quiet', target, '--']);
}

/** Own commits are kept on top of the branch; if that fails they stay as they are. */
async function checkoutRemote(request: RepositoryRequest, branch: string, notices: string[]): Promise<void> {
  const current = await git(request, ['symbolic-ref', '--quiet', '--short', 'HEAD']).catch(() => '');
  if (current.trim() !== branch) await git(request, ['checkout', '--quiet', branch, '--']);
  const upstream = `origin/${branch}`;
  if ((await git(request, ['rev-list', '--count', `HEAD..${upstream}`])).trim() === '0') return;
  try {
    await git(request, ['rebase', '--quiet', upstream]);
  } catch (error) {
    await git(request, ['rebase', '--abort']).catch(() => '');
    notices.push(
      `Workload repository [${request.name}]: changes in ${request.directory} keep branch ${branch} from being updated (${messageOf(error)}).`,
    );
  }
}

/** Names below a prefix, which is cut off; `HEAD` is no name. */
async function refNames(request: RepositoryRequest, prefix: string): Promise<readonly string[]> {
  const lines = (await git(request, ['for-each-ref', '--format=%(refname)', prefix])).split('\n');
  return lines.filter((line) => line.startsWith(`${prefix}/`) && line !== `${prefix}/HEAD`).map((line) => line.slice(prefix.length + 1));
}

function git(request: RepositoryRequest, args: readonly string[]): Promise<string> {
  return runGit(['-C', request.directory, ...args], request.environment);
}

function repositoryError(request: RepositoryRequest, message: string): BenchmarkError {
  return new BenchmarkError('WORKLOAD_REPOSITORY', `Workload repository [${request.name}] in ${request.directory} ${message}.`, {
    hint: 'Choose another one with --workload-revision.',
  });
}
