// Entry of a thread that makes the chunks of documents that it is asked for, one after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { type ChunkOrder, generateChunk } from './chunk.ts';
import { createGenerator } from './generator.ts';

/** A message to the thread, which answers each with a `Chunk`. */
export interface ChunkMessage extends ChunkOrder {
  /** A buffer that may be used for the answer, because nobody needs it any longer. */
  readonly buffer: ArrayBuffer | undefined;
}

function serve(seed: number): void {
  const port = parentPort;
  if (port === null) throw new Error('This module is the entry of a thread.');
  const generator = createGenerator(seed);
  port.on('message', (message: ChunkMessage) => {
    const chunk = generateChunk(generator, message, message.buffer);
    port.postMessage(chunk, [chunk.buffer]);
  });
}

const data: unknown = workerData;
if (typeof data !== 'object' || data === null || !('seed' in data) || typeof data.seed !== 'number')
  throw new Error('The thread was given no seed.');
serve(data.seed);
