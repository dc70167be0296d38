// Entry of a thread that unpacks regions of a bzip2 file, one after the other.
import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type RegionOrder, RegionReader } from './region.ts';

/** What a thread is given at its start. */
export interface RegionThreadData {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** One word: bytes that the thread has handed over and that were not taken yet. */
  readonly untaken: Int32Array<SharedArrayBuffer>;
}

/** A thread that is so many bytes ahead waits until some of them are taken. */
const MOST_AHEAD = 1 << 25;

function serve({ path, size, untaken }: RegionThreadData): void {
  const port = parentPort;
  if (port === null) throw new Error('This module is the entry of a thread.');
  const reader = new RegionReader(openSync(path, 'r'), size);
  port.on('message', (order: RegionOrder) => {
    for (const event of reader.read(order)) {
      if (event.kind === 'block') waitForRoom(untaken, event.content.length);
      port.postMessage(event, event.kind === 'block' ? [event.content.buffer] : []);
    }
    port.postMessage(null);
  });
}

function waitForRoom(untaken: Int32Array<SharedArrayBuffer>, bytes: number): void {
  for (let ahead = Atomics.load(untaken, 0); ahead > MOST_AHEAD; ahead = Atomics.load(untaken, 0))
    Atomics.wait(untaken, 0, ahead);
  Atomics.add(untaken, 0, bytes);
}

const data: unknown = workerData;
if (!isThreadData(data)) throw new Error('The thread was not given a file.');
serve(data);

function isThreadData(value: unknown): value is RegionThreadData {
  if (typeof value !== 'object' || value === null) return false;
  if (!('path' in value && 'size' in value && 'untaken' in value)) return false;
  return typeof value.path === 'string' && typeof value.size === 'number' && value.untaken instanceof Int32Array;
}
