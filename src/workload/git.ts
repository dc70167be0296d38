// Runs git without a shell, without questions to the terminal, and never for ever.
import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../errors.ts';
import { type Millis, millis } from '../units.ts';

/** Environment variables that git and its helpers see (PATH, HOME, proxies). */
export type Environment = Readonly<Record<string, string | undefined>>;

/** For commands that only read the local clone. */
export const LOCAL_LIMIT = millis(60_000);
/** For the first contact with a host: one that does not answer must not hold up a run. */
export const CONTACT_LIMIT = millis(10_000);
/** For the transfer itself, once the host has answered. */
export const TRANSFER_LIMIT = millis(900_000);

export class GitFailure extends Error {
  /** git itself is not installed. */
  readonly isMissing: boolean;
  constructor(message: string, isMissing: boolean) {
    super(message);
    this.name = 'GitFailure';
    this.isMissing = isMissing;
  }
}

/** Runs `git <args>` and resolves with its standard output. Rejects with {@link GitFailure}, whose message is one line. */
export function runGit(args: readonly string[], environment: Environment, limit: Millis = LOCAL_LIMIT): Promise<string> {
  // A transfer that stalls is given up after half a minute.
  const settings = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=30'];
  // git leaves its helpers behind when it is killed, so all of them form a group that is killed as one.
  const child = spawn('git', [...settings, ...args], {
    env: quiet(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: hasGroups,
    windowsHide: true,
  });
  const killAll = (): void => killGroup(child);
  return new Promise<string>((resolve, reject) => {
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killAll();
    }, limit);
    process.once('exit', killAll);
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      process.off('exit', killAll);
      settle();
    };
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      finish(() => reject(new GitFailure(isMissing ? 'git is not installed or not on the PATH' : messageOf(error), isMissing)));
    });
    child.once('close', (code) => {
      const failure = isLate
        ? `git ${args[0] ?? ''} got no answer within ${limit / 1000} s`
        : firstCause(Buffer.concat(complaints).toString()) || `git ${args.join(' ')} failed`;
      finish(() => (code === 0 && !isLate ? resolve(Buffer.concat(output).toString()) : reject(new GitFailure(failure, false))));
    });
  });
}

const hasGroups = process.platform !== 'win32';

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (!hasGroups) child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}

/** The environment of a git that asks nobody and complains in English. */
function quiet(environment: Environment): NodeJS.ProcessEnv {
  const ssh = environment.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes -o ConnectTimeout=10';
  return { ...environment, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', LC_ALL: 'C', GIT_SSH_COMMAND: ssh };
}

/** The line of git's complaint that says most. Passwords in addresses are left out. */
function firstCause(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((candidate) => /^(?:fatal|error):/.test(candidate)) ?? lines.find((candidate) => candidate !== '') ?? '';
  return withoutPassword(line.replace(/^(?:fatal|error): /, ''));
}

/** An address as it may be shown: without user and password. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^/@\s]+@/g, '://');
}
