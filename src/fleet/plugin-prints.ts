// What plug-ins print in the threads and processes of this machine: it goes to a log, and never between the lines of
// this program.
import { createInterface } from 'node:readline';
import type { Worker } from 'node:worker_threads';

/** Passes on what is printed in a thread whose output is kept (`stdout` and `stderr` of its options), line by line. */
export function passPrints({ stdout, stderr }: Pick<Worker, 'stdout' | 'stderr'>, print: (line: string) => void): void {
  for (const input of [stdout, stderr]) createInterface({ input }).on('line', print);
}
