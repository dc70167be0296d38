// Real git repositories for tests: an upstream with branches, and where its clone will lie.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { findWorkload, type WorkloadAddress } from '../../src/workload/find.ts';
import { temporaryFiles, writeFiles } from './temporary-files.ts';

const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
/** git as a machine without settings has it. */
export const gitEnvironment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@example.org',
};

/** Runs git in a directory; gives its output. */
export function git(directory: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', directory, ...identity, ...args], {
    encoding: 'utf8',
    env: gitEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Commits a text as the definition of workload `w`; gives the short hash. */
export function commit(directory: string, branch: string, text: string): string {
  writeFiles(directory, { 'w/workload.json': text });
  git(directory, 'add', '.');
  git(directory, 'commit', '-q', '-m', `${branch}: ${text}`);
  return git(directory, 'rev-parse', '--short', 'HEAD');
}

/** A repository with the branches main, 1, 2 and 7, a tag v9, and one workload whose text names its branch. */
function makeUpstream(directory: string): void {
  writeFiles(directory, { readme: '' });
  git(directory, 'init', '-q', '-b', 'main');
  commit(directory, 'main', 'main');
  for (const branch of ['1', '2', '7']) {
    git(directory, 'checkout', '-q', '-b', branch, 'main');
    commit(directory, branch, branch);
  }
  git(directory, 'checkout', '-q', 'main');
}

export interface Setup {
  readonly upstream: string;
  readonly clone: string;
  readonly address: WorkloadAddress;
}

/** An upstream, and an address that will be cloned from it; without clone yet. */
export function setUp(context: TestContext): Setup {
  const root = temporaryFiles(context, { 'builtin/w/workload.json': 'builtin', 'builtin/other/readme': '' });
  const upstream = join(root, 'upstream');
  makeUpstream(upstream);
  const address: WorkloadAddress = {
    workload: 'w',
    workloadPath: null,
    repository: 'default',
    repositoryUrl: upstream,
    repositoriesDirectory: join(root, 'workloads'),
    revision: null,
    distributionVersion: null,
    isOffline: false,
    git: { environment: gitEnvironment },
    builtinDirectory: join(root, 'builtin'),
  };
  return { upstream, clone: join(root, 'workloads', 'default'), address };
}

/** The text of the workload that an address leads to. */
export const readFound = async (address: WorkloadAddress): Promise<string> =>
  readFileSync((await findWorkload(address)).file, 'utf8');
