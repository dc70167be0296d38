// A window on the rows of a part: reads the next rows in one go, so that reading costs little and takes little memory
// however large the part is.
import { BenchmarkError } from '../errors.ts';
import type { NumberPart, NumberRows, TextPart } from './data-set.ts';

/** Rows that the file keeps together are read together, unless they have more bytes than this. */
const LARGEST_WINDOW = 1 << 24;
const VALUE_BYTES = 4;
const TEXT_ROWS = 1024;

/** Rows of numbers, read forwards. Going back, as a repetition does, is allowed. */
export class RowWindow {
  readonly columns: number;
  readonly rows: number;
  /** See {@link NumberPart.place}. */
  readonly place: string;
  /** What was read last, from row `first` on. Changes with {@link seek}. */
  values: NumberRows = new Float32Array(0);
  /** The bits of `values` as integers, if they are 32-bit floats. */
  bits: Int32Array | null = null;
  private readonly part: NumberPart;
  private readonly rowsAtOnce: number;
  private first = 0;
  private end = 0;

  /** @param bytes how many bytes are read at a time, about */
  constructor(part: NumberPart, bytes: number) {
    this.part = part;
    this.columns = part.columns;
    this.rows = part.rows;
    this.place = part.place;
    const rowBytes = Math.max(1, part.columns * VALUE_BYTES);
    const wanted = Math.max(part.rowsTogether, Math.floor(bytes / rowBytes));
    this.rowsAtOnce = Math.max(1, Math.min(wanted, Math.floor(LARGEST_WINDOW / rowBytes)));
  }

  /** Where the values of a row begin in {@link values}, which are read if need be. Throws `CORPUS`. */
  seek(row: number): number {
    if (row < this.first || row >= this.end) this.read(row);
    return (row - this.first) * this.columns;
  }

  /** The first value of a row. */
  value(row: number): number {
    const start = this.seek(row);
    return this.values[start] ?? Number.NaN;
  }

  private read(row: number): void {
    const count = Math.min(this.rowsAtOnce, this.rows - row);
    const values = this.part.read(row, count);
    if (values.length !== count * this.columns)
      throw new BenchmarkError('CORPUS', `Rows ${row} to ${row + count - 1} of ${this.place} are not there.`);
    this.values = values;
    this.bits = values instanceof Float32Array ? new Int32Array(values.buffer, values.byteOffset, values.length) : null;
    this.first = row;
    this.end = row + count;
  }
}

/** Rows of texts, read forwards. */
export class TextWindow {
  private readonly part: TextPart;
  private texts: readonly (readonly string[])[] = [];
  private first = 0;

  constructor(part: TextPart) {
    this.part = part;
  }

  /** The texts of a row. Throws `CORPUS`. */
  row(row: number): readonly string[] {
    if (row < this.first || row >= this.first + this.texts.length) {
      this.texts = this.part.read(row, Math.min(TEXT_ROWS, this.part.rows - row));
      this.first = row;
    }
    return this.texts[row - this.first] ?? [];
  }
}
