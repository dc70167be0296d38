// Files of ANN-benchmarks (HDF5), by h5wasm: the HDF5 library as WebAssembly, which reads the parts of a file that are
// asked for. It is imported when the first such file is opened, because it takes a second to load on a busy machine.
import { closeSync, readSync } from 'node:fs';
import type { Dataset, File as Hdf5File, OutputData } from 'h5wasm/node';
import { BenchmarkError, messageOf } from '../errors.ts';
import { missing } from './big-ann.ts';
import { openDataFile } from './data-file.ts';
import {
  type DataSetPart,
  type DataSetShape,
  dataSetParts,
  type NumberPart,
  type NumberRows,
  type OpenDataSet,
  type PartShape,
  type TextPart,
} from './data-set.ts';

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The signature may stand behind a block of the user's, whose size is 512 bytes or a multiple by a power of two. */
const SIGNATURE_PLACES = [0, 512, 1024, 2048, 4096, 8192];

/** Opens HDF5 files; made once per thread by {@link loadHdf5}. */
export type OpenHdf5 = (path: string) => OpenDataSet;

/** Loads the library. Throws `UNSUPPORTED` if it is not installed. */
export async function loadHdf5(): Promise<OpenHdf5> {
  const { default: library, ready } = await import('h5wasm/node').catch((cause: unknown) => {
    const hint = 'It is an optional dependency: install the program without --omit=optional.';
    throw new BenchmarkError('UNSUPPORTED', 'Data sets of the format hdf5 need the package h5wasm.', { hint, cause });
  });
  // Without it a failure is printed on the console, and the call returns a handle that does not work.
  (await ready).activate_throwing_error_handler();
  return (path) => {
    requireSignature(path);
    try {
      return new Hdf5DataSet(path, new library.File(path, 'r'));
    } catch (error) {
      throw unreadable(path, error);
    }
  };
}

class Hdf5DataSet implements OpenDataSet {
  readonly shape: DataSetShape;
  private readonly file: Hdf5File;
  private readonly parts: ReadonlyMap<DataSetPart, Dataset>;

  constructor(path: string, file: Hdf5File) {
    this.file = file;
    const names = new Set(file.keys());
    this.parts = new Map(
      dataSetParts.flatMap((part) => (names.has(part) ? [[part, asDataset(file, path, part)]] : [])),
    );
    const shapes = [...this.parts].map(([part, dataset]) => [part, shapeOf(dataset)] as const);
    this.shape = { format: 'hdf5', path, parts: Object.fromEntries(shapes) };
  }

  numbers(part: DataSetPart): NumberPart {
    const dataset = this.part(part);
    const { path } = this.shape;
    return {
      ...shapeOf(dataset),
      place: `${path} (${part})`,
      rowsTogether: dataset.metadata.chunks?.[0] ?? 1,
      read: (first, count) => toNumbers(slice(dataset, path, first, count), `${path} (${part}, ${describe(dataset)})`),
    };
  }

  texts(part: DataSetPart): TextPart {
    const dataset = this.part(part);
    const { path } = this.shape;
    const shape = shapeOf(dataset);
    return {
      ...shape,
      read: (first, count) => toTexts(slice(dataset, path, first, count), shape.columns, `${path} (${part})`),
    };
  }

  close(): void {
    this.file.close();
  }

  private part(part: DataSetPart): Dataset {
    const dataset = this.parts.get(part);
    if (dataset === undefined) throw missing(this.shape, part);
    return dataset;
  }
}

function asDataset(file: Hdf5File, path: string, part: DataSetPart): Dataset {
  const found = file.get(part);
  if (found === null || !('slice' in found)) throw new BenchmarkError('CORPUS', `${path}: "${part}" holds no data.`);
  return found;
}

function shapeOf(dataset: Dataset): PartShape {
  const [rows = 0, ...rest] = dataset.shape ?? [];
  return { rows, columns: rest.reduce((product, size) => product * size, 1) };
}

const describe = (dataset: Dataset): string => (typeof dataset.dtype === 'string' ? dataset.dtype : 'a compound type');

function slice(dataset: Dataset, path: string, first: number, count: number): OutputData | null {
  try {
    return dataset.slice([[first, first + count], ...(dataset.shape ?? []).slice(1).map((): [] => [])]);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function toNumbers(data: OutputData | null, where: string): NumberRows {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (ArrayBuffer.isView(data) && !(data instanceof Uint8ClampedArray)) return data;
  throw new BenchmarkError('CORPUS', `${where} does not hold numbers that can be read.`);
}

function toTexts(data: OutputData | null, columns: number, where: string): readonly (readonly string[])[] {
  const texts = Array.isArray(data) ? data.filter((item): item is string => typeof item === 'string') : [];
  if (!Array.isArray(data) || texts.length !== data.length)
    throw new BenchmarkError('CORPUS', `${where} does not hold texts.`);
  return Array.from({ length: texts.length / columns }, (_, row) => texts.slice(row * columns, (row + 1) * columns));
}

function requireSignature(path: string): void {
  const file = openDataFile(path);
  try {
    const found = Buffer.alloc(SIGNATURE.length);
    const isHdf5 = SIGNATURE_PLACES.some(
      (place) => readSync(file, found, 0, found.length, place) === found.length && found.equals(SIGNATURE),
    );
    if (isHdf5) return;
  } finally {
    closeSync(file);
  }
  throw new BenchmarkError('CORPUS', `${path} is no HDF5 file: it lacks the signature that such files begin with.`, {
    hint: 'Check that it is the right file and that it is unpacked; was an error page of a server downloaded?',
  });
}

/** The library tells a stack of its own functions; the last one says what was wrong with the file. */
function unreadable(path: string, error: unknown): BenchmarkError {
  if (error instanceof BenchmarkError) return error;
  const lines = messageOf(error).split('\n');
  const deepest = lines.findLast((line) => /^\s+#\d+:/.test(line)) ?? lines[0] ?? '';
  const reason = deepest.replace(/^.*\(\): /, '').trim();
  return new BenchmarkError('CORPUS', `The data set ${path} cannot be read: ${reason}.`, {
    hint: 'Was it copied or downloaded completely? Data that is compressed by a plug-in of HDF5 cannot be read.',
  });
}
