// How objects of a stream are cut, and which client sends which part. It follows from the object and the number of
// clients alone: whoever sees which objects when, every document is sent once, by one client of one node.
import { createHash } from 'node:crypto';
import type { StreamObject } from './stream-objects.ts';

/** Bytes of a chunk: enough that a request for it is worth while, and few enough that each client can hold two. */
export const CHUNK_BYTES = 1 << 22;

/** A part of an object: the documents that begin in the bytes `from` up to `to`, which is not included. */
export interface StreamChunk {
  readonly object: StreamObject;
  readonly from: number;
  readonly to: number;
}

/** The chunks of an object that client `index` (from 0) of `clients` sends, in order. */
export function* chunksOf(
  object: StreamObject,
  index: number,
  clients: number,
  chunkBytes: number = CHUNK_BYTES,
): Generator<StreamChunk> {
  // Without a turn of its own for each object, the first client would get all of many small ones.
  const turn = createHash('sha256').update(object.url).digest().readUInt32BE() % clients;
  const first = (index - turn + clients) % clients;
  for (let from = first * chunkBytes; from < object.size; from += clients * chunkBytes)
    yield { object, from, to: Math.min(object.size, from + chunkBytes) };
}
