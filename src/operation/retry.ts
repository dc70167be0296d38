// Repeats an operation that failed, all attempts and pauses inside one sample (spec/3 §4.2).
import { type Millis, millis } from '../units.ts';
import { type Outcome, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import type { Script } from './script.ts';

export interface RetryPolicy {
  /** Attempts after the first one; `Infinity` for `retry-until-success`. */
  readonly retries: number;
  readonly waitPeriod: Millis;
  /** Repeat after lost connections, timeouts and HTTP 408. */
  readonly onTimeout: boolean;
  /** Repeat if the operation itself says that it was no success. */
  readonly onError: boolean;
}

export function readRetryPolicy(reader: ParamReader): RetryPolicy {
  const untilSuccess = reader.boolean('retry-until-success', false);
  const retries = reader.integer('retries', 0, { min: 0 });
  const onError = reader.boolean('retry-on-error', false);
  return {
    retries: untilSuccess ? Number.POSITIVE_INFINITY : retries,
    waitPeriod: millis(reader.number('retry-wait-period', 0.5, { min: 0 }) * 1000),
    onTimeout: reader.boolean('retry-on-timeout', true),
    onError: untilSuccess || onError,
  };
}

/**
 * The script with repeats. The last attempt's outcome or failure stands. A pause that meets the limit of the whole operation rejects, which ends
 * the repeating.
 */
export function retrying(policy: RetryPolicy, attempt: Script): Script {
  return async (session, outcome) => {
    for (let left = policy.retries; ; left--) {
      outcome.reset();
      if (await succeeds(policy, attempt, session, outcome, left > 0)) return;
      await session.sleep(policy.waitPeriod);
      session.countRetry();
    }
  };
}

/** True if there is nothing to repeat. */
async function succeeds(policy: RetryPolicy, attempt: Script, session: Session, outcome: Outcome, mayRepeat: boolean): Promise<boolean> {
  try {
    await attempt(session, outcome);
  } catch (error) {
    if (mayRepeat && policy.onTimeout && isTimeout(error)) return false;
    throw error;
  }
  return outcome.success || !policy.onError || !mayRepeat;
}

function isTimeout(error: unknown): boolean {
  return error instanceof RequestFailure && (error.kind === 'connection' || error.kind === 'timeout' || error.status === 408);
}
