// Makes a run of consecutive documents in one buffer.
import type { EventGenerator } from './generator.ts';

/** Asks for the documents `from` up to `to`, which is not included. */
export interface ChunkOrder {
  readonly from: number;
  readonly to: number;
}

/** The documents of an order: the first `bytes` of the buffer. */
export interface Chunk {
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
}

/** More than the 820 bytes that documents take on average, so that a buffer seldom has to grow. */
const EXPECTED_DOCUMENT_BYTES = 900;

/** Makes the documents of an order. It uses the spare buffer if that is large enough. */
export function generateChunk(generator: EventGenerator, order: ChunkOrder, spare: ArrayBuffer | undefined): Chunk {
  const wanted = (order.to - order.from) * EXPECTED_DOCUMENT_BYTES + generator.maxDocumentBytes;
  let buffer = spare !== undefined && spare.byteLength >= wanted ? spare : new ArrayBuffer(wanted);
  let bytes = 0;
  for (let next = order.from; ; ) {
    const filled = generator.fill(new Uint8Array(buffer, bytes), next, order.to);
    next += filled.documents;
    bytes += filled.bytes;
    if (next === order.to) return { buffer, bytes };
    const larger = new ArrayBuffer(buffer.byteLength * 2);
    new Uint8Array(larger).set(new Uint8Array(buffer, 0, bytes));
    buffer = larger;
  }
}
