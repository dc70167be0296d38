// Document files on the disk of the machine that sends them, ready to be sliced. They are plain data, so that they can
// be handed to the threads of workers.

import type { DocumentSet } from '../workload/model.ts';
import type { DocumentStream } from './stream/stream-objects.ts';

/** A corpus whose documents are on this machine. */
export interface PreparedCorpus {
  readonly name: string;
  readonly documentSets: readonly PreparedDocumentSet[];
}

/** A document set that is on this machine. */
export interface PreparedDocumentSet {
  readonly sourceFormat: DocumentSet['sourceFormat'];
  /** Absolute path of the unpacked file: NDJSON, or a data set of vectors. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly documentCount: number;
  readonly includesActionAndMetaData: boolean;
  readonly targetIndex: string | null;
  readonly targetType: string | null;
  readonly targetDataStream: string | null;
  /**
   * Where in the file every 50,000th line begins, in ascending order. That line 0 begins at byte 0 is implied. Empty
   * for data sets of vectors.
   */
  readonly offsets: readonly { readonly line: number; readonly byte: number }[];
  /** Where the documents are fetched from while they are sent; then there is no file, and their number is not known. */
  readonly stream?: DocumentStream;
}
