// Runs a test several times, one after the other, each under an id of its own.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError, exitCodes, messageOf } from '../../errors.ts';
import { longestWait, type Seconds, seconds, secondsToMillis } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { logFailure } from '../log-failure.ts';

/** How often a test is run. */
export interface Iterations {
  /** At least 1. */
  readonly count: number;
  /** The pause between two runs. */
  readonly pause: Seconds;
  /** Whether the first run that fails is the last. */
  readonly stopsOnError: boolean;
}

/** What became of all runs. */
export interface IterationOutcome {
  readonly exitCode: number;
  /** The ids of the runs that succeeded, in their order. */
  readonly succeeded: readonly string[];
  /** Why the runs as a whole failed; `null` if they did not. */
  readonly error: unknown;
}

interface FailedRun {
  readonly iteration: number;
  readonly error: unknown;
}

/**
 * Runs a test as often as wanted. The first run has the id `firstId`, each other a random one. `once` runs the test
 * under an id and returns its exit code, or throws why it failed. A run that fails does not keep the others from being
 * done, unless `stopsOnError`; one that is cancelled ends the row.
 */
export async function iterate(
  context: Pick<CommandContext, 'console' | 'log' | 'environment'>,
  { count, pause, stopsOnError }: Iterations,
  firstId: string,
  once: (id: string) => Promise<number>,
): Promise<IterationOutcome> {
  const succeeded: string[] = [];
  const failed: FailedRun[] = [];
  for (let iteration = 1; iteration <= count; iteration++) {
    const id = iteration === 1 ? firstId : randomUUID();
    if (count > 1) context.console.info(`Test run ${iteration} of ${count}.`);
    try {
      const exitCode = await once(id);
      if (exitCode !== exitCodes.success) return { exitCode, succeeded, error: null };
      succeeded.push(id);
    } catch (error) {
      if (count === 1 || isCancelled(error)) throw error;
      failed.push({ iteration, error });
      logFailure(context.log, error);
      context.console.error(`Error occurred during test run ${iteration}: ${messageOf(error)}`);
      if (stopsOnError) break;
    }
    if (iteration < count && !(await isRested(pause, context.environment.signal)))
      return { exitCode: exitCodes.cancelled, succeeded, error: null };
  }
  return { exitCode: exitCodes.success, succeeded, error: summaryOf(failed, count) };
}

/** Waits; `false` if it was cancelled meanwhile. */
async function isRested(pause: Seconds, signal: AbortSignal): Promise<boolean> {
  const millis = secondsToMillis(seconds(Math.min(pause, longestWait)));
  await sleep(millis, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

function summaryOf(failed: readonly FailedRun[], count: number): BenchmarkError | null {
  const [first] = failed;
  if (first === undefined) return null;
  const { error } = first;
  const code = error instanceof BenchmarkError ? error.code : 'INTERNAL';
  const which = failed.map(({ iteration }) => iteration).join(', ');
  return new BenchmarkError(code, `${failed.length} of ${count} test runs failed: ${which}.`, {
    cause: error,
    hint: error instanceof BenchmarkError ? error.hint : undefined,
  });
}

const isCancelled = (error: unknown): boolean =>
  error instanceof BenchmarkError && error.exitCode === exitCodes.cancelled;
