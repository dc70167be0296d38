// Ids of documents in bulk requests that are to conflict with earlier ones (spec/2 §5.3).
import { type DocumentSlice, roundHalfToEven } from './client-slices.ts';
import { shuffledOrder } from './id-permutation.ts';

export interface ConflictSettings {
  /** Order in which the ids of the slice are used: ascending, or shuffled. */
  readonly order: 'sequential' | 'random';
  /** Per cent of documents that re-use an id, 0..100. */
  readonly probability: number;
  /** Action for a re-used id. */
  readonly onConflict: 'index' | 'update';
  /** 0: every used id is as likely as any other; towards 1: recently used ids are preferred. */
  readonly recency: number;
}

/** Digits of an id; smaller numbers are padded with zeros. */
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

  /** `slice`: the ids are the numbers of its documents. `random`: uniform in [0, 1). */
  constructor(slice: DocumentSlice, settings: ConflictSettings, random: () => number) {
    this.first = slice.first;
    this.order = settings.order === 'random' ? shuffledOrder(slice.count, random) : null;
    this.probability = settings.probability / 100;
    this.recency = settings.recency;
    this.random = random;
  }

  next(): number {
    this.isReused = this.probability > 0 && this.used > 0 && this.random() <= this.probability;
    const position = this.isReused ? this.usedPosition() : this.used++;
    return this.first + (this.order === null ? position : this.order(position));
  }

  private usedPosition(): number {
    if (this.recency === 0) return Math.floor(this.random() * this.used);
    const age = -Math.log(1 - this.random()) / (30 * this.recency);
    return roundHalfToEven((this.used - 1) * (1 - Math.min(age, 1)));
  }
}
