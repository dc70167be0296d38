// Which documents of a corpus each client of a task sends. It follows from the number of clients alone, so workers and
// nodes make no difference.
import type { PreparedCorpus, PreparedDocumentSet } from './prepared.ts';

/** Consecutive documents of one file: `count` documents from document `first` (from 0). */
export interface DocumentSlice {
  readonly documentSet: PreparedDocumentSet;
  readonly first: number;
  readonly count: number;
}

/**
 * The nearest integer of a number ≥ 0; exact halves go to the even neighbour (0.5 → 0, 1.5 → 2), as Python's `round`
 * has it, by which OpenSearch Benchmark cuts slices.
 */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return fraction < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The share of client `index` (from 0) of `clients` in `documents` documents: from document `round(D / n * i)` up to,
 * not including, `round(D / n * (i + 1))`.
 */
export function clientShare(
  documents: number,
  index: number,
  clients: number,
): { readonly first: number; readonly count: number } {
  const perClient = documents / clients;
  const first = roundHalfToEven(perClient * index);
  return { first, count: roundHalfToEven(perClient * (index + 1)) - first };
}

/** What one client sends of some corpora, in order. Document sets of which it gets nothing are left out. */
export function clientSlices(
  corpora: readonly PreparedCorpus[],
  index: number,
  clients: number,
): readonly DocumentSlice[] {
  return corpora
    .flatMap((corpus) => corpus.documentSets)
    .map((documentSet) => ({ documentSet, ...clientShare(documentSet.documentCount, index, clients) }))
    .filter((slice) => slice.count > 0);
}

/**
 * Number of bulk requests for some slices: bulks never span two document sets, so each set may end with a smaller one.
 */
export function countBulks(slices: readonly DocumentSlice[], bulkSize: number): number {
  return slices.reduce((sum, slice) => sum + Math.ceil(slice.count / bulkSize), 0);
}
