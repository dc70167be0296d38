// Asks a store again when it could not answer.
import { setTimeout as wait } from 'node:timers/promises';
import { BenchmarkError, messageOf } from '../../errors.ts';
import { isPassing } from '../download.ts';
import { publicAddress } from '../partial-download.ts';
import { throwIfCancelled } from '../preparation.ts';

/** Attempts in all. */
const ATTEMPTS = 10;
const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;

/** Does some work again, after growing waits, as long as it fails in a way that may pass. Rejects with `CORPUS`. */
export async function withRetries<T>(url: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      throwIfCancelled(signal);
      if (error instanceof BenchmarkError) throw error;
      if (attempt === ATTEMPTS || !isPassing(error)) {
        throw new BenchmarkError(
          'CORPUS',
          `Cannot stream ${publicAddress(url)}: ${messageOf(error)} (${attempt} attempts).`,
          {
            hint: 'Check the address and the network.',
            cause: error,
          },
        );
      }
      const pause = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
      await wait(pause, undefined, { signal }).catch(() => throwIfCancelled(signal));
    }
  }
}
