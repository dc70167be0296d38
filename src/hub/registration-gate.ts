// How many registrations the hub reads: those of its own nodes always, those of strangers so rarely that it has time for all others.
import { addressClass } from '../nats/addresses.ts';
import { type Limit, TokenBucket, TokenBuckets } from './rate-limit.ts';

export interface RegistrationGateOptions {
  /** Is this an address of the coordinator's own machine, or proves the token that whoever is admitted belongs here? */
  readonly isTrusted: (host: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Of one node. An honest one registers every five seconds, once a second while it is refused, and at once when it has reconnected. */
export const idLimit: Limit = { burst: 20, perSecond: 5 };
/** Of all nodes behind one address that are not registered yet. */
const strangerLimit: Limit = { burst: 60, perSecond: 10 };
const trustedLimit: Limit = { burst: 4000, perSecond: 400 };
/** Of all strangers together. */
const strangersLimit: Limit = { burst: 1000, perSecond: 200 };
const mostKept = 10_000;

export class RegistrationGate {
  private readonly options: RegistrationGateOptions;
  private readonly ids = new TokenBuckets(mostKept);
  private readonly addresses = new TokenBuckets(mostKept);
  private readonly strangers: TokenBucket;

  constructor(options: RegistrationGateOptions) {
    this.options = options;
    this.strangers = new TokenBucket(strangersLimit, options.now());
  }

  /** Is a registration of this id to be read? `host`: the address that the server saw; `null` = unknown, because the server is not ours. */
  admits(id: string, host: string | null, isRegistered: boolean): boolean {
    const now = this.options.now();
    if (!this.ids.take(id, idLimit, now)) return false;
    if (isRegistered) return true;
    const isTrusted = host !== null && this.options.isTrusted(host);
    if (host !== null && !this.addresses.take(addressClass(host), isTrusted ? trustedLimit : strangerLimit, now)) return false;
    return isTrusted || this.strangers.take(now);
  }
}
