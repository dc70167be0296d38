// Data sets of vectors for tests: files of both formats, and a source that makes bodies in this thread.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromWireError } from '../../src/errors.ts';
import type { WorkloadFacts } from '../../src/operation/operation.ts';
import { BodyStreams } from '../../src/vectors/body-streams.ts';
import type { DataSetFile, DataSetShape } from '../../src/vectors/data-set.ts';
import { DataSetCache } from '../../src/vectors/data-set-cache.ts';
import type { StreamOwner, VectorSource } from '../../src/vectors/vector-reader.ts';

/** A part of an HDF5 file: numbers or texts in rows. */
export interface PartContent {
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];
  readonly shape: number[];
  readonly chunks?: number[];
  readonly dtype?: string;
}

/** Writes an HDF5 file. */
export async function writeHdf5(path: string, parts: Readonly<Record<string, PartContent>>): Promise<DataSetFile> {
  const { default: library, ready } = await import('h5wasm/node');
  await ready;
  const file = new library.File(path, 'w');
  for (const [name, { data, shape, chunks, dtype }] of Object.entries(parts))
    file.create_dataset({
      name,
      data,
      shape,
      ...(chunks === undefined ? {} : { chunks, compression: 4 }),
      ...(dtype === undefined ? {} : { dtype }),
    });
  file.close();
  return { format: 'hdf5', path };
}

/** Writes a file of the format big-ann: its head, then the bytes of its values. */
export function writeBigAnn(path: string, rows: number, columns: number, ...values: ArrayBufferView[]): DataSetFile {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(rows, 0);
  head.writeUInt32LE(columns, 4);
  const parts = values.map((value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  writeFileSync(path, Buffer.concat([head, ...parts]));
  return { format: 'big-ann', path };
}

/** Rows of pseudo-random floats in [-1, 1). */
export function randomRows(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The ids of the `k` vectors that are nearest to each query, by counting all distances. */
export function nearest(train: Float32Array, queries: Float32Array, columns: number, k: number): Int32Array {
  const rows = train.length / columns;
  const all: number[] = [];
  for (let query = 0; query < queries.length / columns; query++) {
    const distances = Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += ((train[row * columns + column] ?? 0) - (queries[query * columns + column] ?? 0)) ** 2;
      return [sum, row] as const;
    });
    distances.sort(([left], [right]) => left - right);
    all.push(...distances.slice(0, k).map(([, row]) => row));
  }
  return Int32Array.from(all);
}

/** A source whose bodies are made in this thread. */
export class LocalVectors implements VectorSource {
  private readonly owners = new Map<number, StreamOwner>();
  private readonly streams = new BodyStreams((reply) => {
    if (reply.kind === 'filled') this.owners.get(reply.stream)?.onBlock(reply.block);
    if (reply.kind === 'failed') this.owners.get(reply.stream)?.onFailure(fromWireError(reply.error));
  });

  open: VectorSource['open'] = (spec, owner) => {
    const stream = this.owners.size + 1;
    this.owners.set(stream, owner);
    this.streams.accept({ kind: 'open', stream, spec });
    return {
      fill: (used) => this.streams.accept({ kind: 'fill', stream, used }),
      close: () => this.streams.accept({ kind: 'close', stream }),
    };
  };
}

/** What is in some files. */
export async function shapesOf(files: readonly DataSetFile[]): Promise<readonly DataSetShape[]> {
  const cache = new DataSetCache();
  try {
    await cache.require(files);
    return files.map((file) => cache.get(file).shape);
  } finally {
    cache.close();
  }
}

/** Facts of a workload whose operations read some files. */
export async function factsOf(facts: WorkloadFacts, ...files: readonly DataSetFile[]): Promise<WorkloadFacts> {
  return { ...facts, dataSets: await shapesOf(files) };
}

/** A file name in a directory of a test. */
export const inDirectory = (directory: string, name: string): string => join(directory, name);
