// Keeps parts of a data set that are small, as those of queries and of their neighbours are: they are read once,
// however many clients share them and however often they are repeated.
import type { DataSetPart, DataSetShape, NumberPart, NumberRows, OpenDataSet, TextPart } from './data-set.ts';

/** Parts of up to so many values are kept: 32 MiB of 32-bit floats. */
const MOST_VALUES = 1 << 23;

/** A data set whose small parts are read once. */
export class KeepingDataSet implements OpenDataSet {
  readonly shape: DataSetShape;
  private readonly dataSet: OpenDataSet;
  private readonly parts = new Map<DataSetPart, NumberPart>();

  constructor(dataSet: OpenDataSet) {
    this.dataSet = dataSet;
    this.shape = dataSet.shape;
  }

  numbers(name: DataSetPart): NumberPart {
    const known = this.parts.get(name);
    if (known !== undefined) return known;
    const part = this.dataSet.numbers(name);
    const kept = part.rows * part.columns > MOST_VALUES ? part : keep(part);
    this.parts.set(name, kept);
    return kept;
  }

  texts(name: DataSetPart): TextPart {
    return this.dataSet.texts(name);
  }

  close(): void {
    this.parts.clear();
    this.dataSet.close();
  }
}

function keep(part: NumberPart): NumberPart {
  let all: NumberRows | null = null;
  return {
    ...part,
    rowsTogether: 1,
    read: (first, count) => {
      all ??= part.read(0, part.rows);
      return all.subarray(first * part.columns, (first + count) * part.columns);
    },
  };
}
