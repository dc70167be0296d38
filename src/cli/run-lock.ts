// One test run at a time per configuration: two at once would measure each other.
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError } from '../errors.ts';
import { systemReason } from '../files.ts';
import { readTextFile, UnreadableText } from '../text-file.ts';

/** Who holds the lock. */
export interface LockHolder {
  readonly processId: number;
  /** When the process started, as the system says it: tells a process from a later one with the same id. `null` = unknown. */
  readonly processStart: string | null;
  readonly testRunId: string;
}

export interface RunLock {
  /** Gives the lock back; only if it is still ours. */
  release(): void;
}

export interface LockRequest {
  readonly path: string;
  readonly processId: number;
  readonly testRunId: string;
  /** `--kill-running-processes`: ends the holder, if it certainly is a test run. */
  readonly endsOther: boolean;
}

/** Attempts; each failed one means that another process took or left the lock in between. */
const attempts = 5;
const patience = 3000;

/** Takes the lock. Fails with ANOTHER_RUN if a live process holds it. The lock of a dead one is taken over. */
export async function takeRunLock(request: LockRequest): Promise<RunLock> {
  const { path, processId, testRunId } = request;
  const own: LockHolder = { processId, processStart: processStart(processId), testRunId };
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (createLock(path, own)) return held(path, own);
    const holder = readHolder(path);
    if (holder === null) continue;
    if (holder !== 'unreadable' && isAlive(holder)) {
      if (!request.endsOther) throw anotherRun(holder);
      await endProcess(holder);
    }
    removeStale(path, processId);
  }
  throw new BenchmarkError('ANOTHER_RUN', `Other test runs keep taking the lock ${path}.`, { hint: 'Try again.' });
}

/** A lock that is given back at the latest when the process ends, however it is asked to. */
function held(path: string, own: LockHolder): RunLock {
  const release = (): void => {
    process.off('exit', release);
    releaseLock(path, own);
  };
  process.once('exit', release);
  return { release };
}

function anotherRun(holder: LockHolder): BenchmarkError {
  return new BenchmarkError('ANOTHER_RUN', `Another test run is going on: process ${holder.processId}, test run ${holder.testRunId}.`, {
    hint: 'Wait for it, end it with --kill-running-processes, or give each its own BENCHMARK_HOME.',
  });
}

/** Makes the lock with its content in one step, so that nobody ever reads half of it. */
function createLock(path: string, holder: LockHolder): boolean {
  const draft = `${path}.${holder.processId}`;
  try {
    writeFileSync(draft, `${JSON.stringify(holder)}\n`);
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new BenchmarkError('DISK', `Cannot write the lock file ${path}: ${systemReason(error)}.`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): LockHolder | 'unreadable' | null {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    if (error.kind === 'missing') return null;
    if (error.kind === 'garbled') return 'unreadable';
    throw new BenchmarkError('DISK', `Cannot read the lock file ${path}: ${error.message}.`, { cause: error });
  }
  return parseHolder(text);
}

function parseHolder(text: string): LockHolder | 'unreadable' {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('processId' in value) || !Number.isInteger(value.processId)) return 'unreadable';
    const start = 'processStart' in value && typeof value.processStart === 'string' ? value.processStart : null;
    return { processId: Number(value.processId), processStart: start, testRunId: 'testRunId' in value ? String(value.testRunId) : 'unknown' };
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function releaseLock(path: string, own: LockHolder): void {
  const holder = readHolder(path);
  if (holder !== null && holder !== 'unreadable' && holder.processId === own.processId && holder.processStart === own.processStart)
    rmSync(path, { force: true });
}

function removeStale(path: string, processId: number): void {
  const grave = `${path}.stale.${processId}`;
  try {
    renameSync(path, grave);
    rmSync(grave, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw new BenchmarkError('DISK', `Cannot remove the lock file ${path}: ${systemReason(error)}.`, { cause: error });
  }
}

/** Is the process that took the lock still there, and not another one that got its id since? */
export function isAlive(holder: LockHolder): boolean {
  if (!exists(holder.processId)) return false;
  const start = processStart(holder.processId);
  return holder.processStart === null || start === null || start === holder.processStart;
}

function exists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return isCode(error, 'EPERM');
  }
}

/** When a process started, in the words of the system; `null` if it does not say. */
export function processStart(processId: number): string | null {
  try {
    if (process.platform === 'linux') return startFromStat(readFileSync(`/proc/${processId}/stat`, 'utf8'));
    if (process.platform === 'win32') return null;
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(processId)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 2000,
      }).trim() || null
    );
  } catch {
    // The process is gone, or its facts are not for us: then nothing is known about it.
    return null;
  }
}

/** The 22nd field; the second one is a name in brackets that may hold spaces. */
const startFromStat = (stat: string): string | null => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;

/** Ends a test run of ours: first politely, so that it stores what it has, then not. */
async function endProcess(holder: LockHolder): Promise<void> {
  if (holder.processStart === null || processStart(holder.processId) !== holder.processStart) {
    const hint = `Look at process ${holder.processId} and end it yourself.`;
    throw new BenchmarkError('ANOTHER_RUN', `Process ${holder.processId} cannot be told for sure to be a test run, so it was left alone.`, { hint });
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(holder.processId, signal);
    } catch (error) {
      if (isCode(error, 'ESRCH')) return;
      throw new BenchmarkError('ANOTHER_RUN', `Cannot end process ${holder.processId} of test run ${holder.testRunId}.`, { cause: error });
    }
    for (let waited = 0; waited < patience; waited += 50) {
      if (!isAlive(holder)) return;
      await sleep(50);
    }
  }
  throw new BenchmarkError('ANOTHER_RUN', `Process ${holder.processId} of test run ${holder.testRunId} does not end.`);
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
