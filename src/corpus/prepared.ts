// Document files on the disk of the machine that sends them, ready to be sliced. Plain data, so that it travels to workers.

export interface PreparedCorpus {
  readonly name: string;
  readonly documentSets: readonly PreparedDocumentSet[];
}

export interface PreparedDocumentSet {
  /** Absolute path of the unpacked NDJSON file. */
  readonly path: string;
  readonly size: number;
  readonly documentCount: number;
  readonly includesActionAndMetaData: boolean;
  readonly targetIndex: string | null;
  readonly targetType: string | null;
  readonly targetDataStream: string | null;
  /** Line number → byte offset after every 50,000 lines, for seeking; line 0 at byte 0 is implied. Ascending. */
  readonly offsets: readonly { readonly line: number; readonly byte: number }[];
}
