// Writes a file of generated documents: several threads make chunks, and one writer writes them in order.
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BenchmarkError, messageOf } from '../../errors.ts';
import type { DocumentSet } from '../../workload/model.ts';
import { type Chunk, type ChunkOrder, generateChunk } from './chunk.ts';
import type { ChunkMessage } from './chunk-thread.ts';
import { createGenerator } from './generator.ts';

const CHUNK_DOCUMENTS = 10_000;
/** Chunks per thread that are made or wait to be written: one can be made while the other is written. */
const CHUNKS_PER_THREAD = 2;
/** Fewer documents are made sooner than threads can start. */
const WORTH_THREADS = 30_000;

/** How a file is generated. */
export interface GenerateOptions {
  /** The most threads that may make documents. */
  readonly cores: number;
  /** Gets the number of documents written so far. */
  readonly listener?: ((documents: number) => void) | undefined;
  /** Cancels the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the document file of a set whose generator is `eventdata`. The file appears under its name only when it is
 * complete. Throws a `BenchmarkError`: `DISK` if it cannot be written, `CANCELLED` if the signal says so, `UNSUPPORTED`
 * for any other generator.
 */
export async function generateFile(
  documentSet: Pick<DocumentSet, 'documentCount' | 'generator'>,
  targetPath: string,
  options: GenerateOptions,
): Promise<void> {
  const generator = documentSet.generator;
  if (generator?.name !== 'eventdata') {
    throw new BenchmarkError('UNSUPPORTED', `There is no generator of documents named "${generator?.name ?? ''}".`, {
      hint: 'Use the generator "eventdata".',
    });
  }
  const temporaryPath = `${targetPath}.tmp`;
  throwIfCancelled(options.signal, targetPath);
  const file = await onDisk(targetPath, async () => {
    await mkdir(dirname(targetPath), { recursive: true });
    return open(temporaryPath, 'w');
  });
  try {
    try {
      await writeDocuments(file, targetPath, documentSet.documentCount, generator.seed, options);
    } finally {
      await file.close();
    }
    await onDisk(targetPath, () => rename(temporaryPath, targetPath));
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

async function writeDocuments(
  file: FileHandle,
  path: string,
  count: number,
  seed: number,
  options: GenerateOptions,
): Promise<void> {
  const threads =
    count < WORTH_THREADS ? 0 : Math.max(1, Math.min(options.cores, Math.ceil(count / CHUNK_DOCUMENTS / 2)));
  const source = threads === 0 ? inlineSource(seed) : threadedSource(seed, threads);
  const orders = chunkOrders(count);
  const pending: Promise<Chunk>[] = [];
  let next = 0;
  try {
    for (let written = 0; written < orders.length; written++) {
      for (; next < orders.length && pending.length < Math.max(1, threads * CHUNKS_PER_THREAD); next++) {
        const chunk = source.make(orders[next] ?? { from: 0, to: 0 });
        // A failure is thrown when it is the turn of this chunk to be written. Until then it must not count as
        // unhandled.
        chunk.catch(() => undefined);
        pending.push(chunk);
      }
      const chunk = await pending.shift();
      if (chunk === undefined) break;
      throwIfCancelled(options.signal, path);
      await onDisk(path, () => writeFully(file, chunk));
      source.release(chunk);
      options.listener?.(orders[written]?.to ?? count);
    }
  } finally {
    await source.close();
  }
}

function chunkOrders(count: number): readonly ChunkOrder[] {
  return Array.from({ length: Math.ceil(count / CHUNK_DOCUMENTS) }, (_, i) => ({
    from: i * CHUNK_DOCUMENTS,
    to: Math.min(count, (i + 1) * CHUNK_DOCUMENTS),
  }));
}

/**
 * Makes chunks, several at a time if it has threads. `release` gives back the buffer of a chunk, which is used for
 * another one.
 */
interface ChunkSource {
  make(order: ChunkOrder): Promise<Chunk>;
  release(chunk: Chunk): void;
  close(): Promise<void>;
}

function inlineSource(seed: number): ChunkSource {
  const generator = createGenerator(seed);
  let spare: ArrayBuffer | undefined;
  return {
    make: async (order) => generateChunk(generator, order, spare),
    release: (chunk) => {
      spare = chunk.buffer;
    },
    close: async () => undefined,
  };
}

interface Waiting {
  readonly resolve: (chunk: Chunk) => void;
  readonly reject: (error: Error) => void;
}

/** A source with threads, which take turns. Each thread answers in the order in which it was asked. */
function threadedSource(seed: number, count: number): ChunkSource {
  const spare: ArrayBuffer[] = [];
  const threads = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./chunk-thread.js', import.meta.url), { workerData: { seed } });
    const waiting: Waiting[] = [];
    let failure: Error | undefined;
    const fail = (error: Error): void => {
      failure = error;
      for (const { reject } of waiting.splice(0)) reject(error);
    };
    worker.on('message', (chunk: Chunk) => waiting.shift()?.resolve(chunk));
    worker.on('error', (error) =>
      fail(
        new BenchmarkError('INTERNAL', `A thread that generates documents failed: ${messageOf(error)}`, {
          cause: error,
        }),
      ),
    );
    worker.on('exit', () => fail(new BenchmarkError('INTERNAL', 'A thread that generates documents ended early.')));
    const ask = (order: ChunkOrder, buffer: ArrayBuffer | undefined): Promise<Chunk> =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.push({ resolve, reject });
        const message: ChunkMessage = { ...order, buffer };
        worker.postMessage(message, buffer === undefined ? [] : [buffer]);
      });
    return { ask, worker };
  });
  let turn = 0;
  return {
    make: (order) => {
      const thread = threads[turn++ % count];
      return thread === undefined ? Promise.reject(new RangeError('No threads.')) : thread.ask(order, spare.pop());
    },
    release: (chunk) => {
      spare.push(chunk.buffer);
    },
    close: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

async function writeFully(file: FileHandle, chunk: Chunk): Promise<void> {
  const bytes = new Uint8Array(chunk.buffer, 0, chunk.bytes);
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new BenchmarkError(
      'DISK',
      `Cannot write the generated documents ${path}: ${isFull ? 'the disk is full' : messageOf(error)}.`,
      {
        hint: isFull
          ? 'Free some space, choose another data directory, or generate fewer documents.'
          : 'Check that the data directory can be written.',
        cause: error,
      },
    );
  }
}

function throwIfCancelled(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted === true) throw new BenchmarkError('CANCELLED', `Generating ${path} was cancelled.`);
}
