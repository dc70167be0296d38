// Who may connect to the coordinator's NATS, and from where: ids bound to addresses, connections counted, strangers bounded. No sockets here.
import { idPattern } from '../fleet/protocol.ts';
import { plainAddress } from './addresses.ts';
import { isSameSecret } from './token.ts';

/** A connection that asks to be let in, as the server describes it. */
export interface Applicant {
  readonly user: string;
  readonly secret: string;
  /** The address that the server saw. */
  readonly host: string;
  readonly serverId: string;
  readonly clientId: number;
}

export type Verdict =
  | { readonly kind: 'admitted'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ignored' };

export interface AdmissionOptions {
  /** `null` = everybody may connect. */
  readonly secret: string | null;
  /** Is this an address of the coordinator's own machine? Many nodes may share one, e.g. in tests. */
  readonly isOwnMachine: (host: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** A node has one connection for commands and one for bundles; while it reconnects there may be twice as many. */
const mostConnectionsPerId = 4;
/** Without a token one address is one node; one more while it is started anew. */
const mostIdsPerStranger = 4;
const mostIds = 4000;
/** Attempts of one address: so many at once, then so many per second. */
const strangerBurst = 100;
const strangerRate = 10;
const ownBurst = 4000;
const ownRate = 500;
const mostBuckets = 10_000;
/** An id whose connections have ended may come back, from the same address, within this time. */
const memoryMillis = 60_000;

interface Binding {
  readonly host: string;
  readonly connections: Set<string>;
  lastSeen: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

export class Admission {
  private readonly options: AdmissionOptions;
  private readonly bindings = new Map<string, Binding>();
  private readonly buckets = new Map<string, Bucket>();

  constructor(options: AdmissionOptions) {
    this.options = options;
  }

  /** Decides, and remembers who was let in. `ignored`: too many attempts; not even worth an answer. */
  judge(applicant: Applicant): Verdict {
    const host = plainAddress(applicant.host);
    if (!this.takeToken(host)) return { kind: 'ignored' };
    const { secret } = this.options;
    if (secret !== null && !isSameSecret(applicant.secret, secret)) return { kind: 'refused', reason: 'it does not have the token' };
    if (!idPattern.test(applicant.user)) return { kind: 'refused', reason: 'it is not a node' };
    const known = this.bindings.get(applicant.user);
    if (known !== undefined && known.host !== host) return { kind: 'refused', reason: 'its identity belongs to another address' };
    if (known === undefined) {
      this.forgetOld();
      if (!this.hasRoom(host)) return { kind: 'refused', reason: 'too many nodes come from its address' };
    }
    const binding = known ?? { host, connections: new Set<string>(), lastSeen: 0 };
    if (binding.connections.size >= mostConnectionsPerId) return { kind: 'refused', reason: 'it has too many connections' };
    binding.connections.add(connectionKey(applicant.serverId, applicant.clientId));
    binding.lastSeen = this.options.now();
    this.bindings.set(applicant.user, binding);
    return { kind: 'admitted', id: applicant.user };
  }

  /** The address that the id is bound to; `null` = unknown id. */
  hostOf(id: string): string | null {
    return this.bindings.get(id)?.host ?? null;
  }

  /** A connection has ended. Returns the id if that was its last one. */
  release(serverId: string, clientId: number): string | null {
    const key = connectionKey(serverId, clientId);
    for (const [id, binding] of this.bindings) {
      if (!binding.connections.delete(key)) continue;
      binding.lastSeen = this.options.now();
      return binding.connections.size === 0 ? id : null;
    }
    return null;
  }

  /** The server was started anew: connections of the one before are gone, without a word. */
  keepOnly(serverId: string): void {
    for (const { connections } of this.bindings.values()) {
      for (const key of connections) if (!key.startsWith(`${serverId}/`)) connections.delete(key);
    }
  }

  private hasRoom(host: string): boolean {
    if (this.bindings.size >= mostIds) return false;
    if (this.options.secret !== null || this.options.isOwnMachine(host)) return true;
    let count = 0;
    for (const binding of this.bindings.values()) if (binding.host === host && binding.connections.size > 0) count++;
    return count < mostIdsPerStranger;
  }

  private forgetOld(): void {
    const limit = this.options.now() - memoryMillis;
    for (const [id, { connections, lastSeen }] of this.bindings) if (connections.size === 0 && lastSeen < limit) this.bindings.delete(id);
  }

  private takeToken(host: string): boolean {
    const isOwn = this.options.isOwnMachine(host);
    const [burst, rate] = isOwn ? [ownBurst, ownRate] : [strangerBurst, strangerRate];
    const now = this.options.now();
    // Whoever can make that many addresses gets no more than a fresh burst for each.
    if (this.buckets.size >= mostBuckets) this.buckets.clear();
    const bucket = this.buckets.get(host) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    this.buckets.set(host, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

const connectionKey = (serverId: string, clientId: number): string => `${serverId}/${clientId}`;
