// Hears the signals that ask the process to end: the first one ends it in an orderly way, the second one at once.
import { Worker } from 'node:worker_threads';
import { exitCodes } from '../errors.ts';
import type { StuckWatch } from './stuck-watch.ts';

/** The signals that end the process. SIGHUP is what the system sends when the terminal or the remote shell is gone. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Limit of an orderly end. Load ends within seconds, and then the results are written: an end that takes longer waits
 * for something that does not come.
 */
const orderlyMillis = 20_000;
/** How often the main thread shows that it still hears signals. */
const beatMillis = 100;
/** A main thread that has shown nothing for so long would not hear a second signal either. */
const stuckMillis = 5000;

/**
 * Listens from now on. The first signal aborts `cancellation`. The process ends with a second signal, or if it is still
 * there after {@link orderlyMillis}; whoever has something to clean up listens to its `exit`. A main thread that is
 * stuck hears no signal: another thread ends the process then, without cleaning up. A run lock that is left behind
 * shows by itself that its owner is gone.
 */
export function listenForSignals(cancellation: AbortController): void {
  const end = (): void => process.exit(exitCodes.cancelled);
  const onSignal = (): void => {
    if (cancellation.signal.aborted) end();
    cancellation.abort();
    watchStuckThread();
    const timer = setTimeout(() => {
      process.stderr.write(
        `[ERROR] ❌ The program did not end within ${orderlyMillis / 1000} seconds and was cut off.\n`,
      );
      end();
    }, orderlyMillis);
    // The timer alone must not keep the process from ending.
    timer.unref();
  };
  for (const signal of endingSignals) process.on(signal, onSignal);
}

/** Starts a thread that looks whether the event loop of this one still goes round. */
function watchStuckThread(): void {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const watch: StuckWatch = { beats, stuckMillis };
  const worker = new Worker(new URL('./stuck-watch.js', import.meta.url), { workerData: watch, execArgv: [] });
  // If the thread cannot be started, for want of memory perhaps, an orderly end is still possible.
  worker.on('error', () => undefined);
  worker.unref();
  setInterval(() => Atomics.add(beats, 0, 1), beatMillis).unref();
}
