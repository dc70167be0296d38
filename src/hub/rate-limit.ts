// Token buckets, which limit how often something happens. Their memory is bounded, and they have no timers.

/** How often something may happen. */
export interface Limit {
  /** What may happen at once after a rest. */
  readonly burst: number;
  readonly perSecond: number;
}

/** One limit for one thing. Times are arguments, in monotonic ms. */
export class TokenBucket {
  private readonly limit: Limit;
  private tokens: number;
  private filledAt: number;

  constructor(limit: Limit, now: number) {
    this.limit = limit;
    this.tokens = limit.burst;
    this.filledAt = now;
  }

  /** May it happen now? Then `cost` tokens are taken; a refusal takes none. */
  take(now: number, cost = 1): boolean {
    const { burst, perSecond } = this.limit;
    this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1000) * perSecond);
    this.filledAt = now;
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }
}

/**
 * A bucket per key. Beyond `most` keys the one that was not used for the longest time is forgotten; if it comes back,
 * it begins with a full bucket.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Number of keys that are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  /** May it happen now for this key? `limit` is that of its bucket, and is read when the key is new. */
  take(key: string, limit: Limit, now: number, cost = 1): boolean {
    const bucket = this.buckets.get(key) ?? new TokenBucket(limit, now);
    // A map keeps its keys in the order in which they were set, so setting a key anew moves it to the end.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > this.most && oldest !== undefined) this.buckets.delete(oldest);
    return bucket.take(now, cost);
  }
}
