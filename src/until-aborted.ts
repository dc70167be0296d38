// Lets Ctrl-C end the wait for work that does not listen to it.
import { BenchmarkError } from './errors.ts';

/**
 * Resolves with the result of the work, or rejects with `CANCELLED` as soon as the signal is aborted. Nothing waits for
 * the work after that.
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new BenchmarkError('CANCELLED', 'Cancelled.'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
