// Token buckets: so many at once, then so many per second, in bounded memory. No timers here.

/** How often something may happen. */
export interface Limit {
  /** What may happen at once after a rest. */
  readonly burst: number;
  readonly perSecond: number;
}

/** One limit for one thing. Time is an argument, in monotonic milliseconds. */
export class TokenBucket {
  private readonly limit: Limit;
  private tokens: number;
  private filledAt: number;

  constructor(limit: Limit, now: number) {
    this.limit = limit;
    this.tokens = limit.burst;
    this.filledAt = now;
  }

  /** May it happen now? What costs more than one counts as that many. Nothing is taken by a refusal. */
  take(now: number, cost = 1): boolean {
    const { burst, perSecond } = this.limit;
    this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1000) * perSecond);
    this.filledAt = now;
    if (this.tokens < cost) return false;
    this.tokens -= cost;
    return true;
  }
}

/** A bucket per key. Beyond `most` keys the one that was not used for the longest time is forgotten, and begins anew if it comes back. */
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

  /** May it happen now for this key, whose limit is `limit`? */
  take(key: string, limit: Limit, now: number, cost = 1): boolean {
    const bucket = this.buckets.get(key) ?? new TokenBucket(limit, now);
    // The order of a map is that in which keys were set: this one goes to the end.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > this.most && oldest !== undefined) this.buckets.delete(oldest);
    return bucket.take(now, cost);
  }
}
