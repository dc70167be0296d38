// Numbers the documents of some corpora from 1, so that each has its own whatever client sends it.
import type { DocumentSlice } from './client-slices.ts';
import type { PreparedCorpus, PreparedDocumentSet } from './prepared.ts';

/** The numbers of the documents that one client sends, in its order. After the last one it goes on with new numbers. */
export class DocumentNumbers {
  private readonly slices: readonly DocumentSlice[];
  /** How many documents stand before those of a set. */
  private readonly bases = new Map<PreparedDocumentSet, number>();
  private readonly total: number;
  private slice = 0;
  private position = 0;
  private rounds = 0;

  /** @param slices those of the client, in its order */
  constructor(corpora: readonly PreparedCorpus[], slices: readonly DocumentSlice[]) {
    let base = 0;
    for (const documentSet of corpora.flatMap(({ documentSets }) => documentSets)) {
      this.bases.set(documentSet, base);
      base += documentSet.documentCount;
    }
    this.total = base;
    this.slices = slices.filter(({ count }) => count > 0);
  }

  /** The number of the first of the next `count` documents, which are of one set. */
  take(count: number): number {
    if (this.slice === this.slices.length) {
      this.slice = 0;
      this.rounds++;
    }
    const slice = this.slices[this.slice];
    if (slice === undefined) return 1;
    const first = this.rounds * this.total + (this.bases.get(slice.documentSet) ?? 0) + slice.first + this.position + 1;
    this.position += count;
    if (this.position >= slice.count) {
      this.slice++;
      this.position = 0;
    }
    return first;
  }
}
