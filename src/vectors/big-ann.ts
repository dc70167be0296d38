// Files of Big-ANN-benchmarks: a head of two numbers, then plain values, all little-endian.
//
//   vectors        rows u32 │ columns u32 │ rows × columns values, whose type is the extension of the file
//   ground truth   rows u32 │ k u32 │ rows × k ids u32 │ rows × k distances f32 (which may be missing)
import { closeSync, fstatSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { extname } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { openDataFile } from './data-file.ts';
import type {
  DataSetPart,
  DataSetShape,
  NumberPart,
  NumberRows,
  OpenDataSet,
  PartShape,
  TextPart,
} from './data-set.ts';

const HEAD_BYTES = 8;

interface ValueType {
  readonly bytes: number;
  of(buffer: ArrayBuffer, length: number): NumberRows;
}

const FLOAT: ValueType = { bytes: 4, of: (buffer, length) => new Float32Array(buffer, 0, length) };
const ID: ValueType = { bytes: 4, of: (buffer, length) => new Int32Array(buffer, 0, length) };

const vectorTypes: ReadonlyMap<string, ValueType> = new Map([
  ['.fbin', FLOAT],
  ['.u8bin', { bytes: 1, of: (buffer: ArrayBuffer, length: number) => new Uint8Array(buffer, 0, length) }],
  ['.i8bin', { bytes: 1, of: (buffer: ArrayBuffer, length: number) => new Int8Array(buffer, 0, length) }],
]);
const TRUTH = '.bin';
const known = [...vectorTypes.keys(), TRUTH].join(', ');

/** Opens a file of the format `big-ann`. Throws `CORPUS` if its extension, its head or its size is wrong. */
export function openBigAnn(path: string): OpenDataSet {
  const extension = extname(path).toLowerCase();
  const type = vectorTypes.get(extension) ?? (extension === TRUTH ? ID : null);
  if (type === null)
    throw wrong(`${path} is no data set of the format big-ann: its name must end with one of ${known}.`);
  const file = open(path);
  try {
    const shape = readHead(file, path, type.bytes, extension === TRUTH);
    return new BigAnnFile(path, file, type, shape, extension === TRUTH ? ['neighbors'] : ['train', 'test']);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

class BigAnnFile implements OpenDataSet {
  readonly shape: DataSetShape;
  private readonly file: number;
  private readonly part: NumberPart;

  constructor(path: string, file: number, type: ValueType, size: PartShape, parts: readonly DataSetPart[]) {
    this.file = file;
    this.shape = { format: 'big-ann', path, parts: Object.fromEntries(parts.map((part) => [part, size])) };
    const rowBytes = size.columns * type.bytes;
    this.part = {
      ...size,
      place: path,
      rowsTogether: 1,
      read: (first, count) => {
        const buffer = new ArrayBuffer(count * rowBytes);
        readFully(file, path, new Uint8Array(buffer), HEAD_BYTES + first * rowBytes);
        return type.of(buffer, count * size.columns);
      },
    };
  }

  numbers(part: DataSetPart): NumberPart {
    if (this.shape.parts[part] === undefined) throw missing(this.shape, part);
    return this.part;
  }

  texts(part: DataSetPart): TextPart {
    throw missing(this.shape, part);
  }

  close(): void {
    closeSync(this.file);
  }
}

function open(path: string): number {
  // Typed arrays have the byte order of the machine, and no machine that Node.js supports has another one but s390x.
  if (endianness() !== 'LE') throw new BenchmarkError('UNSUPPORTED', 'big-ann files need a little-endian machine.');
  return openDataFile(path);
}

function readHead(file: number, path: string, valueBytes: number, isTruth: boolean): PartShape {
  const { size } = fstatSync(file);
  if (size < HEAD_BYTES) throw wrong(`${path} has ${size} bytes; a data set of the format big-ann begins with 8.`);
  const head = Buffer.alloc(HEAD_BYTES);
  readFully(file, path, head, 0);
  const [rows, columns] = [head.readUInt32LE(0), head.readUInt32LE(4)];
  const due = HEAD_BYTES + rows * columns * valueBytes;
  const isRight = size === due || (isTruth && size === due + rows * columns * FLOAT.bytes);
  if (isRight && rows > 0 && columns > 0) return { rows, columns };
  const what = isTruth ? `${rows} rows of ${columns} neighbours` : `${rows} vectors of ${columns} dimensions`;
  const dueText = isTruth ? `${due} bytes, or ${due + rows * columns * FLOAT.bytes} with distances` : `${due} bytes`;
  throw wrong(`${path} has ${size} bytes, but its head announces ${what}, which need ${dueText}.`);
}

function readFully(file: number, path: string, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done);
    if (count === 0) throw wrong(`${path} ends early: it was changed while it was read.`);
    done += count;
  }
}

/** The error for a part that a data set does not have. */
export function missing({ path, parts }: DataSetShape, part: DataSetPart): BenchmarkError {
  const there = Object.keys(parts).join(', ');
  return wrong(`${path} has no part "${part}"; it has ${there === '' ? 'none that is known' : there}.`);
}

function wrong(message: string): BenchmarkError {
  return new BenchmarkError('CORPUS', message, { hint: 'Check that it is the right file, and that it is complete.' });
}
