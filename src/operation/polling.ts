// Asks the target again and again until something that takes its time has ended there: a snapshot, a recovery, a task.
import { type Millis, millis, seconds, secondsToMillis } from '../units.ts';
import { oneLine } from './http-error.ts';
import { RequestFailure, type ScriptRequest, type Session } from './operation.ts';

/** What an answer tells: it goes on (`seen` says in a few words how far it is), it has ended well, or it has failed. */
export type Look<T> =
  | { readonly state: 'going on'; readonly seen: string }
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'failed'; readonly reason: string };

/** How something ended. */
export type Ending<T> = Exclude<Look<T>, { readonly state: 'going on' }>;

/** What is asked for, and how often. */
export interface Polling<T> {
  readonly request: ScriptRequest;
  /** The pause between an answer and the next request. */
  readonly every: Millis;
  /** Longest wait until the end. Default: as long as the operation may take. */
  readonly limit?: Millis;
  /** What has to come about, for messages: `the snapshot to be complete`. */
  readonly what: string;
  /** Reads the body of an answer. */
  look(body: Buffer): Look<T>;
}

/** How long an operation that waits may take if the workload does not say. */
export const waitLimit: Millis = secondsToMillis(seconds(3600));
/** How long one of its requests may take, so that a target that does not answer is noticed. */
export const pollTimeout: Millis = secondsToMillis(seconds(60));

/**
 * Waits for the end. Rejects with a {@link RequestFailure} `timeout`, which says what was seen last, if the limit is
 * over before, and with that of a request that fails.
 */
export async function poll<T>(session: Session, polling: Polling<T>): Promise<Ending<T>> {
  const { every, limit = millis(Number.POSITIVE_INFINITY), what } = polling;
  const request = { timeout: pollTimeout, ...polling.request };
  const end = session.now() + limit;
  let seen: string | null = null;
  try {
    for (;;) {
      const look = polling.look((await session.request(request)).body);
      if (look.state === 'failed') return { ...look, reason: oneLine(look.reason) };
      if (look.state === 'done') return look;
      seen = look.seen;
      if (session.now() + every > end) throw new RequestFailure('timeout', `${limit / 1000} s are over`);
      await session.sleep(every);
    }
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.kind !== 'timeout') throw error;
    const state = seen === null ? '' : `; it was last seen ${seen}`;
    throw new RequestFailure('timeout', `Waited in vain for ${what}: ${error.message}${state}.`);
  }
}
