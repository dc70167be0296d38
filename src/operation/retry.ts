// Repeats an operation that failed. All attempts, and the pauses between them, are one sample.
import { type Millis, millis } from '../units.ts';
import { type FailureKind, type Outcome, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import type { Script } from './script.ts';

/** Failures that another attempt may not meet. */
const PASSING: ReadonlySet<FailureKind> = new Set(['connection refused', 'host unreachable', 'TLS handshake failed', 'connection', 'timeout']);

/** When and how often an operation is repeated, from its `retry-…` parameters. */
export interface OperationRetryPolicy {
  /** How many attempts may follow the first one; `Infinity` for `retry-until-success`. */
  readonly retries: number;
  /** The pause before each of them. */
  readonly waitPeriod: Millis;
  /** Repeats after lost connections, timeouts and HTTP 408. */
  readonly onTimeout: boolean;
  /** Repeats if the operation itself says that it was no success. */
  readonly onError: boolean;
}

/** Reads the `retry-…` parameters. Problems go to the reader. */
export function readRetryPolicy(reader: ParamReader): OperationRetryPolicy {
  const untilSuccess = reader.boolean('retry-until-success', false);
  const retries = reader.integer('retries', 0, { min: 0 });
  const onError = reader.boolean('retry-on-error', false);
  return {
    retries: untilSuccess ? Number.POSITIVE_INFINITY : retries,
    waitPeriod: reader.duration('retry-wait-period', millis(500), { min: 0 }),
    onTimeout: reader.boolean('retry-on-timeout', true),
    onError: untilSuccess || onError,
  };
}

/**
 * The script with repeats. The outcome or failure of the last attempt counts. When the operation reaches its time limit
 * in a pause, the pause rejects and with it the whole script.
 */
export function retrying(policy: OperationRetryPolicy, attempt: Script): Script {
  return async (session, outcome) => {
    for (let left = policy.retries; ; left--) {
      outcome.reset();
      if (await succeeds(policy, attempt, session, outcome, left > 0)) return;
      await session.sleep(policy.waitPeriod);
      session.countRetry();
    }
  };
}

/** Makes one attempt. True if it is the last one, because it was a success or must not be repeated. */
async function succeeds(policy: OperationRetryPolicy, attempt: Script, session: Session, outcome: Outcome, mayRepeat: boolean): Promise<boolean> {
  try {
    await attempt(session, outcome);
  } catch (error) {
    if (mayRepeat && policy.onTimeout && isTimeout(error)) return false;
    throw error;
  }
  return outcome.success || !policy.onError || !mayRepeat;
}

function isTimeout(error: unknown): boolean {
  return error instanceof RequestFailure && (PASSING.has(error.kind) || error.status === 408);
}
