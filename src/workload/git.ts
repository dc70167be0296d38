// Runs git without a shell, without questions to the terminal, and never for ever.
import { execFile } from 'node:child_process';
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
  const env = {
    ...environment,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    LC_ALL: 'C',
    GIT_SSH_COMMAND: environment.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes -o ConnectTimeout=10',
  };
  // A transfer that stalls is given up after half a minute.
  const settings = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=30'];
  return new Promise((resolve, reject) => {
    execFile('git', [...settings, ...args], { env, timeout: limit, maxBuffer: 64 << 20, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new GitFailure('git is not installed or not on the PATH', true));
      else if (error.killed === true) reject(new GitFailure(`git ${args[0] ?? ''} got no answer within ${limit / 1000} s`, false));
      else reject(new GitFailure(firstCause(stderr) || `git ${args.join(' ')} failed`, false));
    });
  });
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
