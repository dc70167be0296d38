// Lets only one test run at a time go on per configuration, because two at once would measure each other.
import { rmSync, writeFileSync } from 'node:fs';
import { claimFile, removeStaleClaim } from '../claimed-file.ts';
import { BenchmarkError } from '../errors.ts';
import { systemReason } from '../files.ts';
import {
  identify,
  isSameProcess,
  mayBeAlive,
  type ProcessIdentity,
  signalProcess,
  untilGone,
} from '../process-identity.ts';
import { readTextFile, UnreadableText } from '../text-file.ts';

/** Who holds the lock. */
interface LockHolder {
  readonly process: ProcessIdentity;
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
  const own: LockHolder = { process: identify(processId), testRunId };
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (createLock(path, own)) return held(path, own);
    const holder = readHolder(path);
    if (holder === null) continue;
    if (holder !== 'unreadable' && mayBeAlive(holder.process)) {
      if (!request.endsOther) throw anotherRun(holder);
      await endProcess(holder);
    }
    await removeStale(path);
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
    `Another test run is going on: process ${holder.process.processId}, test run ${holder.testRunId}.`,
    {
      hint: 'Wait for it, end it with --kill-running-processes, or give each its own BENCHMARK_HOME.',
    },
  );
}

/** Makes the lock; `false` if there is one. */
function createLock(path: string, { process, testRunId }: LockHolder): boolean {
  const draft = `${path}.${process.processId}`;
  try {
    const content = { processId: process.processId, processStart: process.start, testRunId };
    writeFileSync(draft, `${JSON.stringify(content)}\n`);
    return claimFile(draft, path);
  } catch (error) {
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
      process: { processId: Number(value.processId), start },
      testRunId: 'testRunId' in value ? String(value.testRunId) : 'unknown',
    };
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function releaseLock(path: string, own: LockHolder): void {
  const holder = readHolder(path);
  if (holder === null || holder === 'unreadable') return;
  const { processId, start } = holder.process;
  if (processId === own.process.processId && start === own.process.start) rmSync(path, { force: true });
}

/** Removes the lock of a process that is gone, or one that nobody can read. */
async function removeStale(path: string): Promise<void> {
  const isStale = (): boolean => {
    const holder = readHolder(path);
    return holder === 'unreadable' || (holder !== null && !mayBeAlive(holder.process));
  };
  try {
    await removeStaleClaim(path, isStale);
  } catch (error) {
    if (error instanceof BenchmarkError) throw error;
    throw new BenchmarkError('DISK', `Cannot remove the lock file ${path}: ${systemReason(error)}.`, { cause: error });
  }
}

/** Ends another test run: first by SIGTERM, so that it stores what it has, then by SIGKILL. */
async function endProcess({ process: other, testRunId }: LockHolder): Promise<void> {
  if (!isSameProcess(other)) {
    if (!mayBeAlive(other)) return;
    const hint = `Look at process ${other.processId} and end it yourself.`;
    throw new BenchmarkError(
      'ANOTHER_RUN',
      `Process ${other.processId} cannot be told for sure to be a test run, so it was left alone.`,
      { hint },
    );
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      if (!signalProcess(other, signal)) return;
    } catch (error) {
      throw new BenchmarkError('ANOTHER_RUN', `Cannot end process ${other.processId} of test run ${testRunId}.`, {
        cause: error,
      });
    }
    if (await untilGone(other, patience)) return;
  }
  throw new BenchmarkError('ANOTHER_RUN', `Process ${other.processId} of test run ${testRunId} does not end.`);
}
