// Entry of the thread, started by `signals.ts`, that ends the process if the main thread is stuck after it was asked to
// end.
import { workerData } from 'node:worker_threads';

/** What the thread watches. */
export interface StuckWatch {
  /** One number that grows while the event loop of the main thread goes round. */
  readonly beats: Int32Array;
  /** The process is ended when the number has stood still for so many ms. */
  readonly stuckMillis: number;
}

function isWatch(value: unknown): value is StuckWatch {
  return typeof value === 'object' && value !== null && 'beats' in value && 'stuckMillis' in value;
}

function watch({ beats, stuckMillis }: StuckWatch): never {
  for (let seen = Atomics.load(beats, 0); ; seen = Atomics.load(beats, 0)) {
    // A process that was itself suspended, or has no core, shows no beats either: the wait is cut into pieces that only
    // count while it runs.
    for (let piece = 0; piece < 10 && Atomics.load(beats, 0) === seen; piece++)
      Atomics.wait(beats, 0, seen, stuckMillis / 10);
    if (Atomics.load(beats, 0) === seen) process.kill(process.pid, 'SIGKILL');
  }
}

if (isWatch(workerData)) watch(workerData);
