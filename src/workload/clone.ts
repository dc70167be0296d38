// A clone of a workload repository: which branches it has, what its user has added, and how a branch follows its
// upstream.
import { type GitContext, GitFailure, runGit } from './git.ts';

/** A clone on this machine and the git that works on it. */
export interface LocalClone {
  readonly directory: string;
  readonly git: GitContext;
}

/** Prefix of the references to branches of the origin, as they were at the last fetch. */
export const REMOTE_BRANCHES = 'refs/remotes/origin';
/** Prefix of the references to branches of the clone itself. */
export const LOCAL_BRANCHES = 'refs/heads';
/** Prefix of the references to tags. */
export const TAGS = 'refs/tags';

/** Runs git in the clone; see {@link runGit} for its errors. */
export function gitIn(clone: LocalClone, ...args: readonly string[]): Promise<string> {
  return runGit(['-C', clone.directory, ...args], clone.git);
}

/** Names below a prefix, which is cut off; `HEAD` is no name. */
export async function refNames(clone: LocalClone, prefix: string): Promise<readonly string[]> {
  const lines = (await gitIn(clone, 'for-each-ref', '--format=%(refname)', prefix)).split('\n');
  return lines
    .filter((line) => line.startsWith(`${prefix}/`) && line !== `${prefix}/HEAD`)
    .map((line) => line.slice(prefix.length + 1));
}

/** Whether git takes the directory itself for a repository: a clone that was broken off lacks its HEAD or more. */
export async function isWhole(clone: LocalClone): Promise<boolean> {
  const prefix = await orNothing(gitIn(clone, 'rev-parse', '--show-prefix'));
  return prefix === '';
}

/** The address that the clone was made from; `null` if it has none. */
export async function originOf(clone: LocalClone): Promise<string | null> {
  return orNothing(gitIn(clone, 'config', '--get', 'remote.origin.url'));
}

/**
 * True if something would be lost with the clone: changed or new files, commits or stashes that its origin does not
 * have.
 */
export async function hasOwnWork(clone: LocalClone): Promise<boolean> {
  if ((await gitIn(clone, 'status', '--porcelain')).trim() !== '') return true;
  return (await countCommits(clone, '--exclude=refs/tags/*', '--all', '--not', '--remotes=origin')) > 0;
}

/** Checks out a branch or tag unless it is checked out already, in which case not even a lock is needed. */
export async function checkout(clone: LocalClone, name: string): Promise<void> {
  if (name !== (await currentBranch(clone))) await gitIn(clone, 'checkout', '--quiet', name, '--');
}

/**
 * Checks out a branch of the origin as it is there. Commits of the user's own stay on top of it; where they cannot,
 * the branch stays as it is, which the returned notices say.
 */
export async function followBranch(clone: LocalClone, branch: string): Promise<readonly string[]> {
  const upstream = `${REMOTE_BRANCHES}/${branch}`;
  const local = `${LOCAL_BRANCHES}/${branch}`;
  const isCurrent = (await currentBranch(clone)) === branch;
  const forkPoint = (await refNames(clone, LOCAL_BRANCHES)).includes(branch)
    ? await forkPointOf(clone, local, upstream)
    : upstream;
  const ownCommits =
    forkPoint === upstream
      ? 0
      : await countCommits(clone, local, '--not', upstream, ...(forkPoint === null ? [] : [forkPoint]));
  if (ownCommits === 0) {
    if (isCurrent) return await resetTo(clone, branch, upstream);
    await gitIn(clone, 'checkout', '--quiet', '-B', branch, '--track', upstream, '--');
    return [];
  }
  if (!isCurrent) await gitIn(clone, 'checkout', '--quiet', branch, '--');
  if ((await countCommits(clone, upstream, '--not', local)) === 0) return [];
  if (forkPoint === null || !(await isAncestor(clone, forkPoint, upstream)))
    return [rewritten(clone, branch, forkPoint, ownCommits)];
  return await rebase(clone, branch, upstream);
}

/** Uncommitted changes survive, unless the update changes the same files. */
async function resetTo(clone: LocalClone, branch: string, upstream: string): Promise<readonly string[]> {
  if ((await countCommits(clone, `HEAD...${upstream}`)) === 0) return [];
  try {
    await gitIn(clone, 'reset', '--quiet', '--keep', upstream);
    return [];
  } catch (error) {
    return [notUpdated(clone, branch, error)];
  }
}

async function rebase(clone: LocalClone, branch: string, upstream: string): Promise<readonly string[]> {
  try {
    await gitIn(clone, 'rebase', '--quiet', upstream);
    return [];
  } catch (error) {
    if (error instanceof GitFailure) await orNothing(gitIn(clone, 'rebase', '--abort'));
    return [notUpdated(clone, branch, error)];
  }
}

/** What a failed update leaves is still a usable workload, so it is only told. */
function notUpdated(clone: LocalClone, branch: string, error: unknown): string {
  if (!(error instanceof GitFailure)) throw error;
  const advice = error.adviceFor(clone.directory) ?? `To drop your own changes: ${resetCommand(clone, branch)}`;
  return `Branch ${branch} in ${clone.directory} could not be updated: ${error.message}. ${advice}`;
}

function rewritten(clone: LocalClone, branch: string, forkPoint: string | null, ownCommits: number): string {
  const commits = ownCommits === 1 ? 'a commit' : `${ownCommits} commits`;
  const moving =
    forkPoint === null
      ? ''
      : `To keep them: git -C ${clone.directory} rebase --onto origin/${branch} ${forkPoint.slice(0, 12)} ${branch}. `;
  return (
    `Branch ${branch} in ${clone.directory} was not updated: its origin has been rewritten, ` +
    `and ${commits} of the branch would be lost. ${moving}To drop them: ${resetCommand(clone, branch)}`
  );
}

const resetCommand = (clone: LocalClone, branch: string): string =>
  `git -C ${clone.directory} reset --hard origin/${branch}`;

/**
 * The last commit that a local branch had from its upstream, which is still known after the upstream was rewritten,
 * because git logs where a branch of the origin has been. `null` if the two never met.
 */
async function forkPointOf(clone: LocalClone, local: string, upstream: string): Promise<string | null> {
  return (
    (await orNothing(gitIn(clone, 'merge-base', '--fork-point', upstream, local))) ??
    orNothing(gitIn(clone, 'merge-base', upstream, local))
  );
}

/** `null` for a detached HEAD. */
async function currentBranch(clone: LocalClone): Promise<string | null> {
  return orNothing(gitIn(clone, 'symbolic-ref', '--quiet', '--short', 'HEAD'));
}

async function isAncestor(clone: LocalClone, older: string, newer: string): Promise<boolean> {
  return (await orNothing(gitIn(clone, 'merge-base', '--is-ancestor', older, newer))) !== null;
}

async function countCommits(clone: LocalClone, ...range: readonly string[]): Promise<number> {
  return Number(await gitIn(clone, 'rev-list', '--count', ...range));
}

/** The answer to a question that git answers by failing; `null` for "no". */
async function orNothing(answer: Promise<string>): Promise<string | null> {
  try {
    return (await answer).trim();
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}
