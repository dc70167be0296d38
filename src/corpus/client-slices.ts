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

/** How much of the documents all clients of a task send together. */
export type IngestAmount =
  /** So many per cent of them, above 0 and up to 100, rounded up to whole documents. */
  | { readonly kind: 'percentage'; readonly percentage: number }
  /** Exactly so many, or all if there are fewer. */
  | { readonly kind: 'documents'; readonly documents: number };

/** All documents. */
export const everything: IngestAmount = { kind: 'percentage', percentage: 100 };

/**
 * What one client sends of some corpora, in order: the first documents of its share, so many that all clients together
 * send exactly the amount, and each in proportion to its share. Document sets of which it gets nothing are left out.
 */
export function clientSlices(
  corpora: readonly PreparedCorpus[],
  index: number,
  clients: number,
  amount: IngestAmount = everything,
): readonly DocumentSlice[] {
  const sets = corpora.flatMap((corpus) => corpus.documentSets);
  const total = sets.reduce((sum, { documentCount }) => sum + documentCount, 0);
  const wanted = documentsOf(amount, total);
  /** How many documents the clients before this one have among them. */
  const before = (client: number): number =>
    sets.reduce((sum, { documentCount }) => sum + roundHalfToEven((documentCount / clients) * client), 0);
  const cut = (documents: number): number => proportion(documents, wanted, total);
  return firstDocuments(
    sets.map((documentSet) => ({ documentSet, ...clientShare(documentSet.documentCount, index, clients) })),
    cut(before(index + 1)) - cut(before(index)),
  );
}

function documentsOf(amount: IngestAmount, total: number): number {
  if (amount.kind === 'documents') return Math.min(amount.documents, total);
  // A product such as 14.000000000000002 means 14.
  return Math.min(total, Math.ceil(Number(((total * amount.percentage) / 100).toPrecision(15))));
}

/** `documents * part / whole`, rounded down without loss: the product may exceed what a number can hold. */
function proportion(documents: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Number((BigInt(documents) * BigInt(part)) / BigInt(whole));
}

/** The slices as far as their first `count` documents go. */
function firstDocuments(slices: readonly DocumentSlice[], count: number): readonly DocumentSlice[] {
  let left = count;
  return slices.flatMap((slice) => {
    const taken = Math.min(slice.count, left);
    left -= taken;
    return taken === 0 ? [] : [{ ...slice, count: taken }];
  });
}

/**
 * Number of bulk requests for some slices: bulks never span two document sets, so each set may end with a smaller one.
 */
export function countBulks(slices: readonly DocumentSlice[], bulkSize: number): number {
  return slices.reduce((sum, slice) => sum + Math.ceil(slice.count / bulkSize), 0);
}
