// Runs git without a shell, without questions to the terminal, and never for ever.
import { type ChildProcess, spawn } from 'node:child_process';
import { BenchmarkError, messageOf } from '../errors.ts';
import { type Millis, millis } from '../units.ts';

/** Environment variables that git and its helpers see (PATH, HOME, proxies). */
type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** For commands that only read the local clone. */
export const LOCAL_LIMIT = millis(60_000);
/** For the first contact with a host: one that does not answer must not hold up a run. */
export const CONTACT_LIMIT = millis(10_000);
/** For the transfer itself, once the host has answered. */
export const TRANSFER_LIMIT = millis(900_000);

/** After SIGTERM git removes its lock files; one that does not end by itself is killed. */
const TERMINATION_LIMIT = millis(2000);
/** So many of the files that git lists in a complaint are named. */
const MAX_NAMED_FILES = 5;

/** Says in one line why git failed. Never leaves this folder: the repository is named where it is caught. */
export class GitFailure extends Error {
  /** git itself is not installed. */
  readonly isMissing: boolean;
  constructor(message: string, isMissing: boolean) {
    super(message);
    this.name = 'GitFailure';
    this.isMissing = isMissing;
  }

  /** What to do about it in a clone; `undefined` if the message says all that is known. */
  adviceFor(directory: string): string | undefined {
    const found = ADVICE.find(([complaint]) => complaint.test(this.message));
    return found?.[1].replaceAll('{directory}', directory);
  }
}

/** What to do about what git complains of. */
const ADVICE: readonly (readonly [complaint: RegExp, advice: string])[] = [
  [
    /local changes|untracked working tree|unstaged changes|uncommitted changes|not uptodate/,
    'Commit them, undo them (git -C {directory} stash --include-untracked), ' +
      'or run the workload as it is with --workload-path.',
  ],
  [/\.lock'?: File exists/, 'If no git is at work there, one that was killed has left this file: remove it.'],
  [
    /dubious ownership/,
    'The directory belongs to somebody else. To trust it: git config --global --add safe.directory {directory}',
  ],
];

/** What every call of git gets. */
export interface GitContext {
  readonly environment: EnvironmentVariables;
  /** Ends git; the call rejects with `CANCELLED`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `git <args>` and resolves with its standard output. Rejects with {@link GitFailure}, whose message is one line,
 * or with `CANCELLED`.
 */
export async function runGit(
  args: readonly string[],
  { environment, signal }: GitContext,
  limit: Millis = LOCAL_LIMIT,
): Promise<string> {
  if (signal?.aborted === true) throw cancelled();
  // A transfer that stalls is given up after half a minute. Own commits are moved as they are: signing them might ask
  // for a pass phrase.
  const settings = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=30', '-c', 'commit.gpgSign=false'];
  // git leaves its helpers behind when it is ended, so all of them form a group that is ended as one.
  const child = spawn('git', [...settings, ...args], {
    env: quiet(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: hasGroups,
    windowsHide: true,
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const end = await ended(child, limit, signal);
  if (end.kind === 'unstartable') {
    const isMissing = 'code' in end.error && end.error.code === 'ENOENT';
    throw new GitFailure(isMissing ? 'git is not installed or not on the PATH' : end.error.message, isMissing);
  }
  if (end.kind === 'cancelled') throw cancelled();
  if (end.kind === 'late') throw new GitFailure(`git ${args[0] ?? ''} got no answer within ${limit / 1000} s`, false);
  if (end.code !== 0)
    throw new GitFailure(causeIn(Buffer.concat(complaints).toString()) || `git ${args.join(' ')} failed`, false);
  return Buffer.concat(output).toString();
}

type End =
  | { readonly kind: 'exit'; readonly code: number | null }
  | { readonly kind: 'unstartable'; readonly error: Error }
  | { readonly kind: 'late' }
  | { readonly kind: 'cancelled' };

/**
 * Waits for the end of a process, and brings it about when its time is over, the signal comes, or this process ends.
 */
function ended(child: ChildProcess, limit: Millis, signal: AbortSignal | undefined): Promise<End> {
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    let forced: End | null = null;
    const terminate = (reason: End): void => {
      forced ??= reason;
      signalGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), TERMINATION_LIMIT));
    };
    const onAbort = (): void => terminate({ kind: 'cancelled' });
    const onExit = (): void => signalGroup(child, 'SIGTERM');
    timers.push(setTimeout(() => terminate({ kind: 'late' }), limit));
    signal?.addEventListener('abort', onAbort, { once: true });
    process.once('exit', onExit);
    const finish = (end: End): void => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      process.off('exit', onExit);
      resolve(forced ?? end);
    };
    child.once('error', (error) => finish({ kind: 'unstartable', error }));
    child.once('close', (code) => finish({ kind: 'exit', code }));
  });
}

const cancelled = (): BenchmarkError => new BenchmarkError('CANCELLED', 'Cancelled.');

const hasGroups = process.platform !== 'win32';

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (!hasGroups) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // The group has just ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH'))
      throw new Error(`git cannot be ended: ${messageOf(error)}`);
  }
}

/**
 * Variables that git does not get: a program by which ssh asks the user, and what binds git to a repository, as it is
 * set where this program is called by a hook of another repository.
 */
const WITHHELD_VARIABLES = new Set([
  'SSH_ASKPASS',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
]);

/** The environment of a git that asks nobody, complains in English, and works where it is told to. */
function quiet(environment: EnvironmentVariables): NodeJS.ProcessEnv {
  const unbound = Object.fromEntries(Object.entries(environment).filter(([name]) => !WITHHELD_VARIABLES.has(name)));
  return {
    ...unbound,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    // ssh has no terminal to ask at, as git runs in a session of its own, and must not open a window instead. How it is
    // called is left to the user, who may have set it in the environment or in the configuration of git.
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    GIT_EDITOR: 'true',
    LC_ALL: 'C',
    ...(hasGroups ? {} : { GIT_SSH_COMMAND: environment.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes' }),
  };
}

/** The line of git's complaint that says most, with the files that it lists. Passwords in addresses are left out. */
function causeIn(stderr: string): string {
  const lines = stderr.split('\n');
  const isCause = (line: string): boolean => /^(?:fatal|error):/.test(line);
  const found = lines.findIndex(isCause);
  const index = found === -1 ? lines.findIndex((line) => line.trim() !== '') : found;
  const cause = (lines[index] ?? '').trim().replace(/^(?:fatal|error): /, '');
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => !line.startsWith('\t'));
  const files = rest.slice(0, end === -1 ? rest.length : end).map((line) => line.trim());
  if (files.length === 0) return withoutPassword(cause);
  const more = files.length > MAX_NAMED_FILES ? ` and ${files.length - MAX_NAMED_FILES} more` : '';
  return withoutPassword(`${cause} ${files.slice(0, MAX_NAMED_FILES).join(', ')}${more}`);
}

/** An address as it may be shown: without user and password. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/\S*@/g, '://');
}
