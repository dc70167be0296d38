// Repeats an operation that failed. All attempts, and the pauses between them, are one sample.
import { type Millis, millis } from '../units.ts';
import { describeFailure } from './http-error.ts';
import { type FailureKind, type Outcome, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import type { Script } from './script.ts';

/** Failures that another attempt may not meet. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  'connection refused',
  'host unreachable',
  'TLS handshake failed',
  'connection',
  'timeout',
]);

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

/**
 * Reads the `retry-…` parameters. Problems go to the reader.
 * @param isUntilSuccess the default of `retry-until-success`
 */
export function readRetryPolicy(reader: ParamReader, isUntilSuccess = false): OperationRetryPolicy {
  const untilSuccess = reader.boolean('retry-until-success', isUntilSuccess);
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
    // An operation that runs out of time in a pause has to say what it waited for.
    let lastSeen: string | null = null;
    try {
      for (let left = policy.retries; ; left--) {
        outcome.reset();
        const result = await tryOnce(policy, attempt, session, outcome, left > 0);
        if (result.isLast) return;
        lastSeen = result.seen ?? lastSeen;
        await session.sleep(policy.waitPeriod);
        session.countRetry();
      }
    } catch (error) {
      throw lastSeen === null ? error : withLastSeen(error, lastSeen);
    }
  };
}

/** What the target answered to an attempt that will be repeated; `null` if it did not answer. */
type AttemptResult = { readonly isLast: true } | { readonly isLast: false; readonly seen: string | null };

function withLastSeen(error: unknown, lastSeen: string): unknown {
  if (!(error instanceof RequestFailure) || error.kind !== 'timeout') return error;
  return new RequestFailure(error.kind, `${error.message}; the last attempt: ${lastSeen}`, error.status, error.body);
}

/** Makes one attempt. It is the last one if it was a success or must not be repeated. */
async function tryOnce(
  policy: OperationRetryPolicy,
  attempt: Script,
  session: Session,
  outcome: Outcome,
  mayRepeat: boolean,
): Promise<AttemptResult> {
  try {
    await attempt(session, outcome);
  } catch (error) {
    if (mayRepeat && policy.onTimeout && isTimeout(error))
      return { isLast: false, seen: error.status === null ? null : describeFailure(error).description };
    throw error;
  }
  if (outcome.success || !policy.onError || !mayRepeat) return { isLast: true };
  return { isLast: false, seen: outcome.errorDescription };
}

function isTimeout(error: unknown): error is RequestFailure {
  return error instanceof RequestFailure && (PASSING.has(error.kind) || error.status === 408);
}
