// Ends the wait for work that does not know of Ctrl-C.
import { BenchmarkError } from '../errors.ts';

/** The result of the work, or CANCELLED as soon as the signal is aborted; what becomes of the work after that is not waited for. */
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
