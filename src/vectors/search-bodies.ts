// Bodies of searches from a data set: the text of the search with the vector of each query in its place, and the true
// neighbours of each query.
import type { BodyBlock, BodyMaker } from './body-block.ts';
import type { DataSetFile, OpenDataSet, ThresholdPart } from './data-set.ts';
import { RowWindow } from './row-window.ts';

/**
 * A piece of a search: text or bytes, or what stands at its place for a query. `vector` is a JSON array, `floats` are
 * the same numbers as 32-bit floats of four bytes, little-endian, as binary protocols have them; `threshold` is the
 * text of a number.
 */
export type SearchPiece = string | Uint8Array | { readonly insert: SearchInsert };

/** What differs from query to query. */
export type SearchInsert = 'vector' | 'floats' | 'threshold';

/** Which searches are made, and of what. */
export interface SearchBodiesSpec {
  readonly kind: 'search';
  /** Bytes that are kept free in front of each body. */
  readonly headRoom: number;
  /** How many bytes are read at a time, and made of bodies at a time, about. */
  readonly readAhead: number;
  readonly queries: DataSetFile;
  /** The queries of one client: from row `first` up to, not including, `end`, so many times. */
  readonly first: number;
  readonly end: number;
  readonly repetitions: number;
  readonly pieces: readonly SearchPiece[];
  /** So many searches at the start have another text, which asks for a profile. */
  readonly profiled: { readonly count: number; readonly pieces: readonly SearchPiece[] };
  /** Where the true neighbours are, and how many of them count at most; `null` = they are not wanted. */
  readonly truth: {
    readonly from: DataSetFile;
    readonly part: 'neighbors' | 'radial_neighbors';
    readonly count: number;
  } | null;
  /** Where the threshold of each query is; `null` = the text has none that differs from query to query. */
  readonly threshold: { readonly from: DataSetFile; readonly part: ThresholdPart; readonly column: number } | null;
}

type Piece = Uint8Array | SearchInsert;

/** Makes the bodies of one client. Throws `CORPUS` if a part is missing or too short. */
export function searchBodies(spec: SearchBodiesSpec, open: (file: DataSetFile) => OpenDataSet): BodyMaker {
  return new SearchBodies(spec, open);
}

class SearchBodies implements BodyMaker {
  private readonly spec: SearchBodiesSpec;
  private readonly queries: RowWindow;
  private readonly truth: RowWindow | null;
  private readonly thresholds: RowWindow | null;
  private readonly pieces: readonly Piece[];
  private readonly profiled: readonly Piece[];
  /** Searches that were made. */
  private made = 0;

  constructor(spec: SearchBodiesSpec, open: (file: DataSetFile) => OpenDataSet) {
    this.spec = spec;
    const { readAhead, queries, truth, threshold } = spec;
    this.queries = new RowWindow(open(queries).numbers('test'), readAhead);
    this.truth = truth === null ? null : new RowWindow(open(truth.from).numbers(truth.part), readAhead);
    this.thresholds =
      threshold === null ? null : new RowWindow(open(threshold.from).numbers(threshold.part), readAhead);
    this.pieces = spec.pieces.map(pieceBytes);
    this.profiled = spec.profiled.pieces.map(pieceBytes);
  }

  write(block: BodyBlock): boolean {
    const { first, end, repetitions, profiled } = this.spec;
    const count = end - first;
    if (this.made >= count * repetitions) return false;
    const row = first + (this.made % count);
    const pieces = this.made < profiled.count ? this.profiled : this.pieces;
    this.made++;
    block.begin();
    for (const piece of pieces) {
      if (piece === 'vector') block.putVector(this.queries, row);
      else if (piece === 'floats') block.putFloats(this.queries, row);
      else if (piece === 'threshold') block.putNumber(this.threshold(row));
      else block.put(piece);
    }
    this.addTruth(block, row);
    block.finish(0, this.made);
    return true;
  }

  private threshold(row: number): number {
    const { thresholds } = this;
    if (thresholds === null) return 0;
    const start = thresholds.seek(row);
    return thresholds.values[start + (this.spec.threshold?.column ?? 0)] ?? 0;
  }

  /** Rows are filled up with -1 if a query has fewer neighbours. */
  private addTruth(block: BodyBlock, row: number): void {
    const { truth } = this;
    if (truth === null) return;
    const start = truth.seek(row);
    const count = Math.min(this.spec.truth?.count ?? 0, truth.columns);
    for (let index = start; index < start + count; index++) {
      const id = truth.values[index] ?? -1;
      if (id < 0) return;
      block.addTruth(id);
    }
  }
}

function pieceBytes(piece: SearchPiece): Piece {
  if (typeof piece === 'string') return Buffer.from(piece);
  return 'insert' in piece ? piece.insert : piece;
}
