// Sums up the items of bulk requests that failed: how many, for which kinds of reasons, and a line about the first few.
import { oneLine } from './http-error.ts';
import type { DocumentFailure } from './operation.ts';

const MOST_REASONS = 5;
const MISSING_ITEM = 'no item in the answer';

/** What failed in a bulk request. */
export interface BulkErrors {
  /** How many items failed. */
  readonly count: number;
  /** In one line the first few different pairs of status and reason. */
  readonly description: string;
  /** The failed items by status and type of their error. */
  readonly kinds: readonly DocumentFailure[];
}

/** One item that failed. */
export interface FailedItem {
  /** The status of HTTP. */
  readonly status: string;
  readonly type: string | null;
  readonly reason: string | null;
}

/** The failed items of one bulk request. */
export class FailedItems {
  private readonly reasons = new Set<string>();
  private readonly kinds = new Map<string, { count: number; readonly example: string }>();
  private count = 0;

  /** Adds an item. Reasons name documents, so they are all different; types of errors are few. */
  add({ status, type, reason }: FailedItem): void {
    if (this.reasons.size <= MOST_REASONS)
      this.reasons.add(`HTTP status: ${status}${reason === null ? '' : `, message: ${reason}`}`);
    this.countKind(oneLine(`HTTP ${status}${type === null ? '' : ` ${type}`}`), 1, oneLine(reason ?? ''));
  }

  /** Adds those that are missing in the answer. */
  addMissing(count: number): void {
    if (count <= 0) return;
    this.reasons.add(MISSING_ITEM);
    this.countKind(MISSING_ITEM, count, '');
  }

  /** The sum of all. */
  sum(): BulkErrors {
    const reasons = [...this.reasons];
    const shown = reasons.slice(0, MOST_REASONS);
    return {
      count: this.count,
      description: oneLine(`${shown.join(' | ')}${reasons.length > shown.length ? ' | …' : ''}`),
      kinds: [...this.kinds].map(([kind, found]) => ({ kind, ...found })),
    };
  }

  private countKind(kind: string, count: number, example: string): void {
    this.count += count;
    const known = this.kinds.get(kind);
    if (known === undefined) this.kinds.set(kind, { count, example });
    else known.count += count;
  }
}
