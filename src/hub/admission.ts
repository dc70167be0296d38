// Decides who may connect to the coordinator's NATS, and from where: it binds ids to addresses, counts connections and
// bounds strangers. It uses no sockets itself.
import { idPattern } from '../fleet/protocol/subjects.ts';
import { addressClass, plainAddress } from '../nats/addresses.ts';
import { isSameSecret } from '../nats/token.ts';
import { type Limit, TokenBucket, TokenBuckets } from './rate-limit.ts';

/** A connection that asks to be let in, as the server describes it. */
export interface Applicant {
  /** The id that the node claims. */
  readonly user: string;
  /** What the node gives as the secret of the token; empty if it gives none. */
  readonly secret: string;
  /** The address that the server saw. */
  readonly host: string;
  readonly serverId: string;
  readonly clientId: number;
}

/** The decision about a connection that asks to be let in. */
export type Verdict =
  | { readonly kind: 'admitted'; readonly id: string }
  /**
   * `isCounted` says that the reason rests on the connections that are believed to be open. Only the server knows those
   * for certain, so it is asked before the refusal is final.
   */
  | { readonly kind: 'refused'; readonly reason: string; readonly isCounted: boolean }
  /** There were too many attempts, so this one is refused without the cost of finding a reason. */
  | { readonly kind: 'dropped' };

/** Whom a coordinator admits, and its clock. */
export interface AdmissionOptions {
  /** The secret of the token; `null` = everybody may connect. */
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

/**
 * A node has one connection for commands and one to fetch its plan and documents; while it reconnects there may be
 * twice as many.
 */
const mostConnectionsPerId = 4;
/**
 * Without a token an address stands for one node. The rest leaves room for nodes that are started anew while their old
 * connections are still believed to be open.
 */
const mostIdsPerStranger = 4;
const mostIds = 4000;
/** For an id that is known, which comes back with both connections after a restart of the server. */
const knownLimit: Limit = { burst: 40, perSecond: 5 };
/** Per address, for those who have the token and for the nodes of this machine. */
const memberLimit: Limit = { burst: 4000, perSecond: 500 };
/** Per address, for everybody else. */
const strangerLimit: Limit = { burst: 100, perSecond: 10 };
/** For the strangers of all addresses together. */
const strangersLimit: Limit = { burst: 2000, perSecond: 200 };
const mostAddresses = 10_000;
/** For this time after its last connection has ended, an id stays bound to its address, to which it may come back. */
const memoryMillis = 60_000;

interface Binding {
  readonly host: string;
  readonly connections: Set<string>;
  lastSeen: number;
}

/**
 * The nodes that were let in and their open connections, as far as they are known here. What is believed may differ
 * from what the server knows until {@link Admission.reconcile} has compared both.
 */
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

  /** Decides about a connection, and remembers it if it is let in. */
  judge(applicant: Applicant): Verdict {
    return this.mayAsk(applicant) ? this.decide(applicant) : { kind: 'dropped' };
  }

  /**
   * Decides like {@link Admission.judge}, but does not count the attempt: for a second look, after the server was asked
   * which connections are open.
   */
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

  /** Forgets a connection that has ended. Returns the id of its node if that was the last one, else `null`. */
  release(connection: ConnectionName): string | null {
    return this.forget(connectionKey(connection));
  }

  /** Keys of all connections that are believed to be open, for {@link Admission.reconcile}. */
  believed(): readonly string[] {
    return [...this.owners.keys()];
  }

  /**
   * Compares the connections that were believed to be open when the server was asked with those that the server lists
   * as open. The ones that it does not list have ended unnoticed, and are forgotten. Connections that were let in after
   * the question are not touched. Returns the ids that have lost their last connection.
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

  /**
   * Counts an attempt, and tells whether it is one of too many. Strangers who ask again and again only use up the
   * limits of strangers, not those of nodes that are known, have the token or run on this machine.
   */
  private mayAsk(applicant: Applicant): boolean {
    const now = this.options.now();
    const host = plainAddress(applicant.host);
    const address = addressClass(host);
    const hasToken = this.options.secret !== null && this.hasSecret(applicant);
    const isTrusted = this.options.secret === null || hasToken;
    if (isTrusted && this.bindings.get(applicant.user)?.host === host)
      return this.attempts.take(`id ${applicant.user}`, knownLimit, now);
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
    for (const [id, { connections, lastSeen }] of this.bindings)
      if (connections.size === 0 && lastSeen < limit) this.bindings.delete(id);
  }

  /**
   * Forgets the id that has been without a connection for the longest time; `false` if all ids have one. Such an id is
   * only kept in case its node comes back, so it is no reason to refuse another node.
   */
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
