// A buffer in which request bodies are made one behind another, each with room for the head of its request in front.
//
//   │ head room │ body │ head room │ body │ …
//
// It is made in the thread that reads vectors and handed to the load thread, which sends each body from where it lies.
import { BenchmarkError } from '../errors.ts';
import { maxFloatBytes, printFloat, printText, shortestText } from './print-float.ts';
import type { RowWindow } from './row-window.ts';

/** A block begins with so many bytes; it grows as needed, and is used again and again. */
const FIRST_SIZE = 1 << 16;
/** Longest text of any number: `-1.2345678901234567e-123`. */
const LONGEST_NUMBER = 24;
const FLOAT_BYTES = 4;
const DOUBLE_BYTES = 8;
const CBOR_SINGLE = 0xfa;
const CBOR_DOUBLE = 0xfb;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** What is noted of a body, as a row of numbers in {@link FilledBlock.marks}. */
export const markColumns = { start: 0, length: 1, documents: 2, rowsDone: 3, truthEnd: 4 } as const;
/** Numbers per body in {@link FilledBlock.marks}. */
export const markWidth = 5;

/** A block with bodies, as it passes from thread to thread. */
export interface FilledBlock {
  readonly buffer: ArrayBuffer;
  /**
   * For each body: where it starts, its length in bytes, its documents, how many rows of the source are done with it,
   * and where its neighbours end in `truth`; they begin where those of the body before it end.
   */
  readonly marks: Float64Array<ArrayBuffer>;
  /** The ids of the true neighbours of all queries in the block, the nearest of each query first. */
  readonly truth: Float64Array<ArrayBuffer>;
}

/** Makes one body after another. */
export interface BodyMaker {
  /** Appends the next body to a block; `false` if there is none left. Throws `CORPUS`. */
  write(block: BodyBlock): boolean;
}

/** A block while bodies are made in it. */
export class BodyBlock {
  private buffer: ArrayBuffer;
  private bytes: Uint8Array;
  private view: DataView;
  private end = 0;
  private start = 0;
  private readonly headRoom: number;
  private readonly marks: number[] = [];
  private readonly truth: number[] = [];

  /** Takes the buffer of a block that was used up, if there is one. */
  constructor(headRoom: number, used: ArrayBuffer | null) {
    this.headRoom = headRoom;
    this.buffer = used ?? new ArrayBuffer(FIRST_SIZE);
    this.bytes = new Uint8Array(this.buffer);
    this.view = new DataView(this.buffer);
  }

  /** Bytes of all bodies so far, with the room in front of them. */
  get size(): number {
    return this.end;
  }

  /** Begins a body. */
  begin(): void {
    this.reserve(this.headRoom);
    this.end += this.headRoom;
    this.start = this.end;
  }

  /** Ends a body; see {@link FilledBlock.marks}. */
  finish(documents: number, rowsDone: number): void {
    this.marks.push(this.start, this.end - this.start, documents, rowsDone, this.truth.length);
  }

  /** Adds a true neighbour of the query that the body is made for. */
  addTruth(id: number): void {
    this.truth.push(id);
  }

  put(piece: Uint8Array): void {
    this.reserve(piece.length);
    this.bytes.set(piece, this.end);
    this.end += piece.length;
  }

  /** Adds a number: integers as they are, others as doubles. */
  putNumber(value: number): void {
    this.reserve(LONGEST_NUMBER);
    this.end = printText(this.view, this.end, String(value));
  }

  /** Adds a row as a JSON array. Throws `CORPUS` if one of its values is no finite number. */
  putVector(window: RowWindow, row: number): void {
    const from = window.seek(row);
    const { values, bits, columns } = window;
    this.reserve(columns * (maxFloatBytes + 1) + 2);
    const end =
      bits === null || !(values instanceof Float32Array)
        ? this.printNumbers(values, from, columns)
        : this.printFloats(values, bits, from, columns);
    if (end !== -1) this.end = end;
    else throw notFinite(window, row, from);
  }

  /** Adds a row as 32-bit floats, four bytes each, little-endian. Throws `CORPUS` as {@link putVector} does. */
  putFloats(window: RowWindow, row: number): void {
    const from = window.seek(row);
    const { values, columns } = window;
    this.reserve(columns * FLOAT_BYTES);
    for (let index = from; index < from + columns; index++) {
      const value = values[index] ?? 0;
      if (!Number.isFinite(value)) throw notFinite(window, row, from);
      this.view.setFloat32(this.end, value, true);
      this.end += FLOAT_BYTES;
    }
  }

  /**
   * Adds the values of a row as CBOR, without the head of the list: in single precision where that loses nothing, else
   * in double precision. Throws `CORPUS` as {@link putVector} does.
   */
  putVectorCbor(window: RowWindow, row: number): void {
    const from = window.seek(row);
    const { values, columns } = window;
    this.reserve(columns * (1 + DOUBLE_BYTES));
    for (let index = from; index < from + columns; index++) {
      const value = values[index] ?? 0;
      if (!Number.isFinite(value)) throw notFinite(window, row, from);
      const isSingle = Math.fround(value) === value;
      this.view.setUint8(this.end++, isSingle ? CBOR_SINGLE : CBOR_DOUBLE);
      if (isSingle) this.view.setFloat32(this.end, value);
      else this.view.setFloat64(this.end, value);
      this.end += isSingle ? FLOAT_BYTES : DOUBLE_BYTES;
    }
  }

  /** Leaves out bytes whose value is not known yet, and returns their place. */
  skip(count: number): number {
    this.reserve(count);
    const place = this.end;
    this.end += count;
    return place;
  }

  /** Writes bytes at a place that was left out. */
  fillIn(place: number, piece: Uint8Array): void {
    this.bytes.set(piece, place);
  }

  /** The block as it is handed over; it must not be used any more. */
  fill(): FilledBlock {
    return { buffer: this.buffer, marks: Float64Array.from(this.marks), truth: Float64Array.from(this.truth) };
  }

  private printFloats(values: Float32Array, bits: Int32Array, from: number, count: number): number {
    const { view } = this;
    let at = this.end;
    view.setUint8(at++, OPEN);
    for (let index = from; index < from + count; index++) {
      at = printFloat(view, at, values[index] ?? 0, bits[index] ?? 0);
      if (at === -1) return -1;
      view.setUint8(at++, COMMA);
    }
    view.setUint8(at - 1, CLOSE);
    return at;
  }

  private printNumbers(values: RowWindow['values'], from: number, count: number): number {
    const { view } = this;
    let at = this.end;
    view.setUint8(at++, OPEN);
    for (let index = from; index < from + count; index++) {
      const value = values[index] ?? 0;
      if (!Number.isFinite(value)) return -1;
      at = printText(view, at, Math.fround(value) === value ? shortestText(value) : String(value));
      view.setUint8(at++, COMMA);
    }
    view.setUint8(at - 1, CLOSE);
    return at;
  }

  private reserve(length: number): void {
    const needed = this.end + length;
    if (needed <= this.buffer.byteLength) return;
    const grown = new Uint8Array(Math.ceil(needed * 1.5));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
    this.buffer = grown.buffer;
    this.view = new DataView(this.buffer);
  }
}

function notFinite({ place, values, columns }: RowWindow, row: number, from: number): BenchmarkError {
  const column = Array.from(values.slice(from, from + columns)).findIndex((value) => !Number.isFinite(value));
  const message = `Vector ${row} of ${place} has ${values[from + column]} at position ${column}, both from 0.`;
  return new BenchmarkError('CORPUS', message, { hint: 'OpenSearch takes finite numbers only: correct the data set.' });
}
