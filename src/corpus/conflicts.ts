// Chooses the ids of documents in bulk requests so that some of them conflict with earlier ones.
import { type DocumentSlice, roundHalfToEven } from './client-slices.ts';
import { shuffledOrder } from './id-permutation.ts';

/** How often and how the ids of documents repeat. */
export interface ConflictSettings {
  /** Order in which the ids of the slice are used: ascending, or shuffled. */
  readonly order: 'sequential' | 'random';
  /** Per cent of documents that re-use an id, 0..100. */
  readonly probability: number;
  /** Action of the bulk request for a document whose id was used before. */
  readonly onConflict: 'index' | 'update';
  /** 0..1. At 0 every used id is as likely as any other; towards 1 recently used ids are preferred. */
  readonly recency: number;
}

/** How many digits an id has; smaller numbers are padded with zeros. */
export const ID_DIGITS = 10;

/** Chooses the id of one document after another. `next` sets `isReused` for the id that it returned. */
export class ConflictIds {
  /** True if the id returned last was used before. */
  isReused = false;
  private used = 0;
  private readonly first: number;
  private readonly order: ((index: number) => number) | null;
  private readonly probability: number;
  private readonly recency: number;
  private readonly random: () => number;

  /** The ids are the numbers of the documents of `slice`. `random` must be uniform in [0, 1). */
  constructor(slice: DocumentSlice, settings: ConflictSettings, random: () => number) {
    this.first = slice.first;
    this.order = settings.order === 'random' ? shuffledOrder(slice.count, random) : null;
    this.probability = settings.probability / 100;
    this.recency = settings.recency;
    this.random = random;
  }

  /** The id of the next document, as a number. */
  next(): number {
    this.isReused = this.probability > 0 && this.used > 0 && this.random() <= this.probability;
    const position = this.isReused ? this.usedPosition() : this.used++;
    return this.first + (this.order === null ? position : this.order(position));
  }

  /**
   * The position of an id to use again. With `recency` its age is distributed exponentially, as in OpenSearch
   * Benchmark.
   */
  private usedPosition(): number {
    if (this.recency === 0) return Math.floor(this.random() * this.used);
    const age = -Math.log(1 - this.random()) / (30 * this.recency);
    return roundHalfToEven((this.used - 1) * (1 - Math.min(age, 1)));
  }
}
