// Makes the bulk bodies of one client from a stream of documents.
//
// Each client fetches its own chunks, in order, and holds two: the one whose documents it sends, and the next one,
// which is on its way meanwhile. So nothing is shared between clients, threads and nodes, and what waits in memory is
// bounded.
import { setTimeout as wait } from 'node:timers/promises';
import { BenchmarkError } from '../../errors.ts';
import { type BodyCursor, type DocumentWriter, documentWriter } from '../document-writer.ts';
import { skipLines } from '../line-scan.ts';
import type { PreparedDocumentSet } from '../prepared.ts';
import { RemoteReader } from '../remote-reader.ts';
import { fetchChunk } from './chunk-fetch.ts';
import { CHUNK_BYTES, chunksOf, type StreamChunk } from './stream-chunks.ts';
import { type DocumentStream, listObjects, type StreamObject } from './stream-objects.ts';

/** Time between two looks for further objects, in ms. */
const POLL = 60_000;

/** How the documents of one client become bulks. */
export interface StreamReaderOptions {
  readonly clientIndex: number;
  readonly clientCount: number;
  /** Documents per bulk request. The last one of a chunk may have fewer. */
  readonly bulkSize: number;
  /** Bytes that are kept free in front of every body, for the head of the request. */
  readonly headRoom: number;
  /** Whether to start again when all are sent. */
  readonly looped: boolean;
  /** Bytes of a chunk, and ms between two looks for further objects; only tests say them. */
  readonly chunkBytes?: number;
  readonly poll?: number;
}

/** A document set that is streamed. */
export type StreamedDocumentSet = PreparedDocumentSet & { readonly stream: DocumentStream };

/** Whole lines of a document set that are still to be sent. */
interface Lines {
  readonly documentSet: StreamedDocumentSet;
  readonly chunk: StreamChunk;
  readonly bytes: Buffer;
}

/**
 * Reads the bulks of one client. It is used as a `BulkReader` is: its user waits for {@link ready}, calls {@link next}
 * and sends `buffer[headRoom .. headRoom + length)`. Rejects with `CORPUS` if the store does not answer.
 */
export class StreamReader {
  /** Holds the body at `headRoom`. May be another buffer after every {@link next}. */
  buffer: Buffer = Buffer.alloc(0);
  /** Bytes of the body. */
  length = 0;
  /** Documents in the body. */
  documents = 0;
  private readonly sets: readonly StreamedDocumentSet[];
  private readonly options: StreamReaderOptions;
  private readonly closing = new AbortController();
  private chunks: AsyncGenerator<Lines>;
  private coming: Promise<IteratorResult<Lines>> | null = null;
  private lines: Lines | null = null;
  /** The first byte of the lines that was not put into a body. */
  private offset = 0;
  private ahead = newBody();
  private current = newBody();
  private filling: Promise<void> | null = null;
  private failure: unknown = null;
  private isExhausted = false;
  /** Bytes of the chunks all of whose documents were put into bodies. */
  private doneBytes = 0;
  private readonly ownBytes: number | null;

  constructor(sets: readonly StreamedDocumentSet[], options: StreamReaderOptions) {
    this.sets = sets;
    this.options = options;
    this.ownBytes = sets.some(({ stream }) => stream.follows !== null) ? null : this.countOwnBytes();
    this.chunks = this.chunkLines();
  }

  /** Share of the documents that was handed out, 0..1; `null` if looped, or if more documents may come. */
  progress(): number | null {
    if (this.options.looped || this.ownBytes === null) return null;
    return this.isExhausted && !this.ahead.isFilled ? 1 : Math.min(1, this.current.done / this.ownBytes);
  }

  /** `null` if {@link next} can be called now, else resolves when it can; rejects if documents cannot be fetched. */
  ready(): Promise<void> | null {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.ahead.isFilled || this.isExhausted) return null;
    this.fill();
    return this.filling?.then(() => (this.failure === null ? undefined : Promise.reject(this.failure))) ?? null;
  }

  /** Makes the next body the current one; `false` if there is none. Starts to make the one after it. */
  next(): boolean {
    if (!this.ahead.isFilled) return false;
    const made = this.ahead;
    this.ahead = this.current;
    this.current = made;
    made.isFilled = false;
    const { cursor } = made;
    this.buffer = cursor.buffer;
    this.length = cursor.target - this.options.headRoom;
    this.documents = cursor.documents;
    if (!this.isExhausted) this.fill();
    return true;
  }

  /** Ends what is on its way. Never rejects. */
  async close(): Promise<void> {
    this.isExhausted = true;
    this.closing.abort();
    await this.filling;
    await this.coming?.catch(() => undefined);
    await this.chunks.return(undefined).catch(() => undefined);
  }

  private fill(): void {
    this.filling ??= this.makeBody().then(
      () => {
        this.filling = null;
      },
      (error: unknown) => {
        this.failure = error;
        this.filling = null;
      },
    );
  }

  private async makeBody(): Promise<void> {
    while (this.lines === null || this.offset === this.lines.bytes.length) {
      const { done, value } = await (this.coming ?? this.chunks.next());
      this.coming = null;
      if (done === true) {
        this.isExhausted = true;
        return;
      }
      [this.lines, this.offset] = [value, 0];
      this.coming = this.chunks.next();
      // A failure is thrown when it is the turn of this chunk. Until then it must not count as unhandled.
      this.coming.catch(() => undefined);
    }
    this.writeBody(this.lines);
  }

  private writeBody({ bytes, documentSet, chunk }: Lines): void {
    const { bulkSize, headRoom } = this.options;
    const writer = this.writerOf(documentSet);
    const end = { offset: this.offset, lines: 0 };
    skipLines(bytes, bytes.length, end, bulkSize);
    const gap = headRoom + end.lines * writer.extraBytes;
    const { cursor } = this.ahead;
    const needed = gap + end.offset - this.offset;
    if (cursor.buffer.length < needed) cursor.buffer = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.1));
    bytes.copy(cursor.buffer, gap, this.offset, end.offset);
    Object.assign(cursor, { source: gap, end: needed, target: headRoom, documents: 0 });
    writer.write(cursor, end.lines);
    this.offset = end.offset;
    const chunkBytes = chunk.to - chunk.from;
    this.ahead.done = this.doneBytes + chunkBytes * (end.offset / bytes.length);
    if (end.offset === bytes.length) this.doneBytes += chunkBytes;
    this.ahead.isFilled = true;
  }

  private readonly writers = new Map<PreparedDocumentSet, DocumentWriter>();

  private writerOf(documentSet: PreparedDocumentSet): DocumentWriter {
    const known = this.writers.get(documentSet) ?? documentWriter(documentSet, null);
    this.writers.set(documentSet, known);
    return known;
  }

  /** The lines of all chunks of this client, in order; one chunk is fetched per step. */
  private async *chunkLines(): AsyncGenerator<Lines> {
    do {
      let count = 0;
      for (const documentSet of this.sets) {
        for await (const object of objectsOf(documentSet.stream, this.closing.signal, this.options.poll ?? POLL)) {
          for await (const lines of this.linesOf(object, documentSet)) {
            count++;
            yield lines;
          }
        }
      }
      if (count === 0) return;
    } while (this.options.looped);
  }

  private async *linesOf(object: StreamObject, documentSet: StreamedDocumentSet): AsyncGenerator<Lines> {
    const reader = new RemoteReader(object.url, documentSet.stream.variables);
    try {
      for (const chunk of this.ownChunks(object)) {
        const bytes = await fetchChunk(chunk, reader, this.closing.signal);
        if (bytes.length > 0) yield { documentSet, chunk, bytes };
        else this.doneBytes += chunk.to - chunk.from;
      }
    } finally {
      await reader.close();
    }
  }

  private ownChunks(object: StreamObject): Iterable<StreamChunk> {
    const { clientIndex, clientCount, chunkBytes } = this.options;
    return chunksOf(object, clientIndex, clientCount, chunkBytes ?? CHUNK_BYTES);
  }

  private countOwnBytes(): number {
    let sum = 0;
    for (const { stream } of this.sets)
      for (const object of stream.objects) for (const { from, to } of this.ownChunks(object)) sum += to - from;
    return sum;
  }
}

/** A body, and the bytes of this client's chunks up to its last document. */
interface Body {
  readonly cursor: BodyCursor;
  isFilled: boolean;
  done: number;
}

const newBody = (): Body => ({
  cursor: { buffer: Buffer.alloc(0), source: 0, end: 0, target: 0, documents: 0 },
  isFilled: false,
  done: 0,
});

/** The objects of a stream, those that come later, too. */
async function* objectsOf(stream: DocumentStream, signal: AbortSignal, poll: number): AsyncGenerator<StreamObject> {
  yield* stream.objects;
  if (stream.follows === null) return;
  const seen = new Set(stream.objects.map(({ url }) => url));
  for (;;) {
    const { objects, isEnded } = await listObjects(stream.follows, stream.variables, signal);
    const further = objects.filter(({ url }) => !seen.has(url));
    for (const object of further) seen.add(object.url);
    yield* further;
    if (isEnded) return;
    if (further.length === 0) await wait(poll, undefined, { signal });
  }
}

/** Whether a document set is streamed. */
export function isStreamed(documentSet: PreparedDocumentSet): documentSet is StreamedDocumentSet {
  return documentSet.stream !== undefined;
}

/** The error for an operation that would send documents of both kinds. */
export const mixedDocuments = (): BenchmarkError =>
  new BenchmarkError('UNSUPPORTED', 'One operation cannot send streamed documents and those of files.', {
    hint: 'Name the corpora of each kind in an operation of its own.',
  });
