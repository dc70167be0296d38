// A data set of vectors on disk: what its parts are called, what is known of it before it is read, and how rows are
// read. A data set may be much larger than memory, so rows are read in ranges.

/** How a file of vectors is laid out: `hdf5` as in ANN-benchmarks, `big-ann` as in Big-ANN-benchmarks. */
export type DataSetFormat = 'hdf5' | 'big-ann';

/** A file of vectors on this machine. */
export interface DataSetFile {
  readonly format: DataSetFormat;
  /** Absolute path. */
  readonly path: string;
}

/** Where the distances and scores are that bound the radial search of an engine. */
export type ThresholdPart = 'faiss_max_distance' | 'faiss_min_score' | 'lucene_max_distance' | 'lucene_min_score';

/**
 * A part of a data set, by the name that it has in an HDF5 file: vectors to index, vectors to search for, the nearest
 * neighbours of the latter (all of them in a radius for `radial_neighbors`), the parent document of each vector,
 * attributes to filter by, and thresholds. A file of the format `big-ann` has vectors, which are both `train` and
 * `test`, or it has `neighbors`.
 */
export type DataSetPart =
  | 'train'
  | 'test'
  | 'neighbors'
  | 'radial_neighbors'
  | 'parents'
  | 'attributes'
  | ThresholdPart;

/** All parts that are looked for in a file. */
export const dataSetParts: readonly DataSetPart[] = [
  'train',
  'test',
  'neighbors',
  'radial_neighbors',
  'parents',
  'attributes',
  'faiss_max_distance',
  'faiss_min_score',
  'lucene_max_distance',
  'lucene_min_score',
];

/** The size of a part; one that is a plain list has one column. */
export interface PartShape {
  readonly rows: number;
  readonly columns: number;
}

/** What is known of a data set without reading its rows. Parts that are not there are absent. */
export interface DataSetShape extends DataSetFile {
  readonly parts: { readonly [part in DataSetPart]?: PartShape };
}

/** Values of rows, one row after another. */
export type NumberRows =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** A part that holds numbers. */
export interface NumberPart extends PartShape {
  /** Its file, and its name in the file, for messages. */
  readonly place: string;
  /** Rows that the file stores together, so that reading fewer at a time would unpack them several times. */
  readonly rowsTogether: number;
  /** Reads `count` rows from row `first`. Throws `CORPUS` if the file does not give them. */
  read(first: number, count: number): NumberRows;
}

/** A part that holds texts. */
export interface TextPart extends PartShape {
  /** Reads `count` rows from row `first`, each as its columns. Throws `CORPUS` if the file does not give them. */
  read(first: number, count: number): readonly (readonly string[])[];
}

/** A data set that is open for reading. All reads are synchronous: it lives in a thread of its own. */
export interface OpenDataSet {
  readonly shape: DataSetShape;
  /** A part with numbers. Throws `CORPUS` if there is none of that name, or if it holds something else. */
  numbers(part: DataSetPart): NumberPart;
  /** A part with texts. Throws `CORPUS` if there is none of that name, or if it holds something else. */
  texts(part: DataSetPart): TextPart;
  close(): void;
}
