// Which documents of a data set become bodies of bulk requests, and how.
import type { DataSetFile } from './data-set.ts';

/** Which documents are made, and of what. */
export interface BulkBodiesSpec {
  readonly kind: 'bulk';
  /** What bodies are: lines for the API over HTTP, or the documents of a message of gRPC, in JSON or CBOR. */
  readonly encoding: 'lines' | 'grpc-json' | 'grpc-cbor';
  /** Bytes that are kept free in front of each body. */
  readonly headRoom: number;
  /** How many bytes are read at a time, and made of bodies at a time, about. */
  readonly readAhead: number;
  readonly vectors: DataSetFile;
  /** The rows of one client: from row `first` up to, not including, `end`. */
  readonly first: number;
  readonly end: number;
  /** How many rows all clients together send: a parent that begins in the rows of a client may end behind them. */
  readonly limit: number;
  /** Vectors per body. A body of nested vectors has some more, because parents are not divided. */
  readonly bulkSize: number;
  readonly index: string;
  /** The field of the vector, for a nested one its name within the parent's list. */
  readonly field: string;
  /** The field that gets the id of the document; `null`: the id is that of the action line. */
  readonly idField: string | null;
  /** For a nested field: the field of the list, and where the parent of each vector is said. */
  readonly nested: { readonly field: string; readonly parents: DataSetFile } | null;
  /** Texts that documents get beside the vector: the names of their fields, and where they are. */
  readonly attributes: { readonly names: readonly string[]; readonly from: DataSetFile } | null;
}

/** The value of an attribute that a document does not have. */
export const NO_ATTRIBUTE = 'None';
