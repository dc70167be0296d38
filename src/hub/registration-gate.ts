// Limits how many registrations the hub reads. Those of registered nodes have only a limit per node; those of strangers
// are so few that the hub has time for all others.
import { addressClass } from '../nats/addresses.ts';
import { type Limit, TokenBucket, TokenBuckets } from './rate-limit.ts';

/** Whom the gate trusts, and the clock. */
export interface RegistrationGateOptions {
  /**
   * Is this host trusted, because it is the coordinator's own machine, or because all who are admitted have proved that
   * they have the token?
   */
  readonly isTrusted: (host: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/**
 * For one node. An honest one registers every five seconds, once a second while it is refused, and at once when it has
 * reconnected.
 */
export const idLimit: Limit = { burst: 20, perSecond: 5 };
/** For all nodes behind one address that are not registered yet. */
const strangerLimit: Limit = { burst: 60, perSecond: 10 };
/** The same for an address that is trusted. */
const trustedLimit: Limit = { burst: 4000, perSecond: 400 };
/** For the strangers of all addresses together. */
const strangersLimit: Limit = { burst: 1000, perSecond: 200 };
const mostKept = 10_000;

/** Decides which registrations are read. */
export class RegistrationGate {
  private readonly options: RegistrationGateOptions;
  private readonly ids = new TokenBuckets(mostKept);
  private readonly addresses = new TokenBuckets(mostKept);
  private readonly strangers: TokenBucket;

  constructor(options: RegistrationGateOptions) {
    this.options = options;
    this.strangers = new TokenBucket(strangersLimit, options.now());
  }

  /**
   * Is a registration of this id to be read? `host` is the address that the server saw; `null` = unknown, because the
   * server is not ours.
   */
  admits(id: string, host: string | null, isRegistered: boolean): boolean {
    const now = this.options.now();
    if (!this.ids.take(id, idLimit, now)) return false;
    if (isRegistered) return true;
    const isTrusted = host !== null && this.options.isTrusted(host);
    if (host !== null && !this.addresses.take(addressClass(host), isTrusted ? trustedLimit : strangerLimit, now))
      return false;
    return isTrusted || this.strangers.take(now);
  }
}
