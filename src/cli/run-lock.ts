// Lets only one test run at a time go on per configuration, because two at once would measure each other.
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError } from '../errors.ts';
import { systemReason } from '../files.ts';
import { readTextFile, UnreadableText } from '../text-file.ts';

/** Who holds the lock. */
export interface LockHolder {
  readonly processId: number;
  /**
   * When the process started, as the system says it, which tells a process from a later one with the same id. `null` =
   * unknown.
   */
  readonly processStart: string | null;
  readonly testRunId: string;
}

/** A lock that this process holds. */
export interface RunLock {
  /** Gives the lock back, unless somebody else has taken it over. */
  release(): void;
}

/** Who wants the lock, and how much. */
export interface LockRequest {
  /** The lock file. */
  readonly path: string;
  readonly processId: number;
  readonly testRunId: string;
  /** `--kill-running-processes`: ends the holder, if it certainly is a test run. */
  readonly endsOther: boolean;
}

/**
 * How often the lock is tried for. An attempt fails if another process takes or leaves the lock in the middle of it.
 */
const attempts = 5;
/** How many ms a process has for its end after each signal. */
const patience = 3000;

/**
 * Takes the lock; that of a process that is gone is taken over. Rejects with `ANOTHER_RUN` if a live process holds it,
 * and with `DISK` if the file cannot be written.
 */
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

/** A lock that is given back at the latest when the process ends, whatever ends it. */
function held(path: string, own: LockHolder): RunLock {
  const release = (): void => {
    process.off('exit', release);
    releaseLock(path, own);
  };
  process.once('exit', release);
  return { release };
}

function anotherRun(holder: LockHolder): BenchmarkError {
  return new BenchmarkError(
    'ANOTHER_RUN',
    `Another test run is going on: process ${holder.processId}, test run ${holder.testRunId}.`,
    {
      hint: 'Wait for it, end it with --kill-running-processes, or give each its own BENCHMARK_HOME.',
    },
  );
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
    if (typeof value !== 'object' || value === null || !('processId' in value) || !Number.isInteger(value.processId))
      return 'unreadable';
    const start = 'processStart' in value && typeof value.processStart === 'string' ? value.processStart : null;
    return {
      processId: Number(value.processId),
      processStart: start,
      testRunId: 'testRunId' in value ? String(value.testRunId) : 'unknown',
    };
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function releaseLock(path: string, own: LockHolder): void {
  const holder = readHolder(path);
  if (
    holder !== null &&
    holder !== 'unreadable' &&
    holder.processId === own.processId &&
    holder.processStart === own.processStart
  )
    rmSync(path, { force: true });
}

function removeStale(path: string, processId: number): void {
  const grave = `${path}.stale.${processId}`;
  try {
    renameSync(path, grave);
    rmSync(grave, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT'))
      throw new BenchmarkError('DISK', `Cannot remove the lock file ${path}: ${systemReason(error)}.`, {
        cause: error,
      });
  }
}

/** Whether the process that took the lock is still there, and not a later one with the same id. */
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
    // A process of another user cannot be signalled, but it is there.
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
    // The process is gone, or its facts may not be read.
    return null;
  }
}

/**
 * The 22nd field of `/proc/<id>/stat`. It is counted from behind the second one, a name in brackets with any spaces.
 */
const startFromStat = (stat: string): string | null => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;

/** Ends another test run: first by SIGTERM, so that it stores what it has, then by SIGKILL. */
async function endProcess(holder: LockHolder): Promise<void> {
  if (holder.processStart === null || processStart(holder.processId) !== holder.processStart) {
    const hint = `Look at process ${holder.processId} and end it yourself.`;
    throw new BenchmarkError(
      'ANOTHER_RUN',
      `Process ${holder.processId} cannot be told for sure to be a test run, so it was left alone.`,
      { hint },
    );
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(holder.processId, signal);
    } catch (error) {
      if (isCode(error, 'ESRCH')) return;
      throw new BenchmarkError(
        'ANOTHER_RUN',
        `Cannot end process ${holder.processId} of test run ${holder.testRunId}.`,
        { cause: error },
      );
    }
    for (let waited = 0; waited < patience; waited += 50) {
      if (!isAlive(holder)) return;
      await sleep(50);
    }
  }
  throw new BenchmarkError('ANOTHER_RUN', `Process ${holder.processId} of test run ${holder.testRunId} does not end.`);
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
