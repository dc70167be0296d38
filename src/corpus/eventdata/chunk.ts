// A run of documents in one buffer that fits them.
import type { EventGenerator } from './generator.ts';

/** Documents `from` up to, not including, `to`. */
export interface ChunkOrder {
  readonly from: number;
  readonly to: number;
}

/** Documents of an order: the first `bytes` of the buffer. */
export interface Chunk {
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
}

/** More than documents take on average (820), so that a buffer seldom grows. */
const EXPECTED_DOCUMENT_BYTES = 900;

/** Makes the documents of an order, in the spare buffer if there is one that is large enough. */
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
