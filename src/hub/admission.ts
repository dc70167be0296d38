// Who may connect to the coordinator's NATS, and from where: ids bound to addresses, connections counted, strangers bounded. No sockets here.
import { idPattern } from '../fleet/protocol/subjects.ts';
import { addressClass, plainAddress } from '../nats/addresses.ts';
import { isSameSecret } from '../nats/token.ts';
import { type Limit, TokenBucket, TokenBuckets } from './rate-limit.ts';

/** A connection that asks to be let in, as the server describes it. */
export interface Applicant {
  readonly user: string;
  readonly secret: string;
  /** The address that the server saw. */
  readonly host: string;
  readonly serverId: string;
  readonly clientId: number;
}

/** What becomes of a connection that asks. */
export type Verdict =
  | { readonly kind: 'admitted'; readonly id: string }
  /** `isCounted`: because of connections that are believed to be open, which only the server knows for certain. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isCounted: boolean }
  /** One attempt of too many: refused without the cost of a reason. */
  | { readonly kind: 'dropped' };

export interface AdmissionOptions {
  /** `null` = everybody may connect. */
  readonly secret: string | null;
  /** Is this an address of the coordinator's own machine? Many nodes may share one, e.g. in tests. */
  readonly isOwnMachine: (host: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** A connection in the words of the server: its number is unique until the server is started anew. */
export interface ConnectionName {
  readonly serverId: string;
  readonly clientId: number;
}

/** A node has one connection for commands and one for bundles; while it reconnects there may be twice as many. */
const mostConnectionsPerId = 4;
/** Without a token one address is one node; one more while it is started anew. */
const mostIdsPerStranger = 4;
const mostIds = 4000;
/** An id that is known here comes back after a restart of the server, with both connections. */
const knownLimit: Limit = { burst: 40, perSecond: 5 };
/** Whoever has the token, and the nodes of this machine. */
const memberLimit: Limit = { burst: 4000, perSecond: 500 };
const strangerLimit: Limit = { burst: 100, perSecond: 10 };
/** Strangers from all addresses together. */
const strangersLimit: Limit = { burst: 2000, perSecond: 200 };
const mostAddresses = 10_000;
/** An id whose connections have ended may come back, from the same address, within this time. */
const memoryMillis = 60_000;

interface Binding {
  readonly host: string;
  readonly connections: Set<string>;
  lastSeen: number;
}

export class Admission {
  private readonly options: AdmissionOptions;
  private readonly bindings = new Map<string, Binding>();
  /** The id of each connection that is believed to be open. */
  private readonly owners = new Map<string, string>();
  private readonly attempts = new TokenBuckets(mostAddresses);
  private readonly strangers: TokenBucket;

  constructor(options: AdmissionOptions) {
    this.options = options;
    this.strangers = new TokenBucket(strangersLimit, options.now());
  }

  /** Decides, and remembers who was let in. */
  judge(applicant: Applicant): Verdict {
    return this.mayAsk(applicant) ? this.decide(applicant) : { kind: 'dropped' };
  }

  /** Decides without counting the attempt: for a second look, after the server was asked which connections are open. */
  decide(applicant: Applicant): Verdict {
    const { user } = applicant;
    const host = plainAddress(applicant.host);
    if (!this.hasSecret(applicant)) return refused('it does not have the token');
    if (!idPattern.test(user)) return refused('it is not a node');
    const known = this.bindings.get(user);
    if (known !== undefined && known.host !== host) return refused('its identity belongs to another address');
    if (known === undefined && !this.hasRoom(host)) return refused('too many nodes come from its address', true);
    const binding = known ?? { host, connections: new Set<string>(), lastSeen: 0 };
    if (binding.connections.size >= mostConnectionsPerId) return refused('it has too many connections', true);
    const key = connectionKey(applicant);
    binding.connections.add(key);
    binding.lastSeen = this.options.now();
    this.bindings.set(user, binding);
    this.owners.set(key, user);
    return { kind: 'admitted', id: user };
  }

  /** The address that the id is bound to; `null` = unknown id. */
  hostOf(id: string): string | null {
    return this.bindings.get(id)?.host ?? null;
  }

  /** Is a connection of this id believed to be open? */
  isConnected(id: string): boolean {
    return (this.bindings.get(id)?.connections.size ?? 0) > 0;
  }

  /** A connection has ended. Returns the id if that was its last one. */
  release(connection: ConnectionName): string | null {
    return this.forget(connectionKey(connection));
  }

  /** Names of all connections that are believed to be open, for {@link reconcile}. */
  believed(): readonly string[] {
    return [...this.owners.keys()];
  }

  /**
   * Compares what is believed with what the server says: of the connections that were believed to be open when it was asked, those that it does not
   * list have ended without a word. Connections that were let in since then are not touched. Returns the ids that have lost their last one.
   */
  reconcile(believed: readonly string[], serverId: string, open: ReadonlySet<number>): readonly string[] {
    const ended = believed.filter((key) => {
      const name = connectionName(key);
      return this.owners.has(key) && (name.serverId !== serverId || !open.has(name.clientId));
    });
    return ended.flatMap((key) => this.forget(key) ?? []);
  }

  private forget(key: string): string | null {
    const id = this.owners.get(key);
    if (id === undefined) return null;
    this.owners.delete(key);
    const binding = this.bindings.get(id);
    if (binding === undefined) return null;
    binding.connections.delete(key);
    binding.lastSeen = this.options.now();
    return binding.connections.size === 0 ? id : null;
  }

  private hasSecret({ secret }: Applicant): boolean {
    return this.options.secret === null || isSameSecret(secret, this.options.secret);
  }

  /** Strangers who ask again and again take nothing from nodes that are known, have the token or run on this machine. */
  private mayAsk(applicant: Applicant): boolean {
    const now = this.options.now();
    const host = plainAddress(applicant.host);
    const address = addressClass(host);
    const hasToken = this.options.secret !== null && this.hasSecret(applicant);
    const isTrusted = this.options.secret === null || hasToken;
    if (isTrusted && this.bindings.get(applicant.user)?.host === host) return this.attempts.take(`id ${applicant.user}`, knownLimit, now);
    if (hasToken || this.options.isOwnMachine(host)) return this.attempts.take(address, memberLimit, now);
    return this.attempts.take(address, strangerLimit, now) && this.strangers.take(now);
  }

  private hasRoom(host: string): boolean {
    this.forgetOld();
    const isFull = this.bindings.size >= mostIds && !this.forgetOldest();
    if (this.options.isOwnMachine(host)) return true;
    if (isFull) return false;
    if (this.options.secret !== null) return true;
    let count = 0;
    for (const binding of this.bindings.values()) if (binding.host === host && binding.connections.size > 0) count++;
    return count < mostIdsPerStranger;
  }

  private forgetOld(): void {
    const limit = this.options.now() - memoryMillis;
    for (const [id, { connections, lastSeen }] of this.bindings) if (connections.size === 0 && lastSeen < limit) this.bindings.delete(id);
  }

  /** Ids without a connection are a kindness to those who come back; they are no reason to refuse another. */
  private forgetOldest(): boolean {
    let oldest: { readonly id: string; readonly lastSeen: number } | null = null;
    for (const [id, { connections, lastSeen }] of this.bindings) {
      if (connections.size === 0 && (oldest === null || lastSeen < oldest.lastSeen)) oldest = { id, lastSeen };
    }
    return oldest !== null && this.bindings.delete(oldest.id);
  }
}

const refused = (reason: string, isCounted = false): Verdict => ({ kind: 'refused', reason, isCounted });

const connectionKey = ({ serverId, clientId }: ConnectionName): string => `${serverId}/${clientId}`;

function connectionName(key: string): ConnectionName {
  const [serverId = '', clientId = ''] = key.split('/');
  return { serverId, clientId: Number(clientId) };
}
