// The nodes that have joined the fleet, and those that were refused. It uses no sockets itself.
import { isIP } from 'node:net';
import type { RefusedNode, RegisteredNode, RegisterRequest } from '../fleet/protocol/hub-messages.ts';
import { protocolVersion } from '../fleet/protocol/subjects.ts';
import { isLoopback, plainAddress } from '../nats/addresses.ts';
import { printable } from './printable.ts';

/**
 * What became of a registration. `isFinal` says that trying again is of no use, `isNews` that the same refusal was not
 * known.
 */
export type RegisterOutcome =
  | { readonly kind: 'joined' | 'renewed' }
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean; readonly isNews: boolean };

/** What the registry has to know to judge a node, and its clocks. */
export interface RegistryOptions {
  readonly ownVersion: string;
  /**
   * May a node claim another address than the one that it connects from? With a token it may, because it may be behind
   * NAT.
   */
  readonly believesAddresses: boolean;
  /** Is this an address of the coordinator's own machine? */
  readonly isOwnMachine: (host: string) => boolean;
  /** Has this id an open connection? A node that has none does not keep its address from another. */
  readonly isConnected: (id: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Epoch ms. */
  readonly wall: () => number;
}

/**
 * A node that does not register again within this time is forgotten. Usually the end of its connection was noticed
 * before.
 */
const leaseMillis = 15_000;
const refusalMillis = 60_000;
/** People are shown what refused nodes claim, so only a few refusals of each host are kept, and not many in all. */
const mostRefusals = 100;
const mostRefusalsPerHost = 4;
const mostNodes = 10_000;

interface Entry {
  readonly node: RegisteredNode;
  renewedAt: number;
}

/** The registered nodes by id, and the refusals of the last minute. */
export class Registry {
  private readonly options: RegistryOptions;
  private readonly entries = new Map<string, Entry>();
  /** By claimed address; the oldest first. */
  private readonly refusals = new Map<
    string,
    { readonly node: RefusedNode; readonly host: string; readonly at: number }
  >();

  constructor(options: RegistryOptions) {
    this.options = options;
  }

  /**
   * Registers a node, renews its registration, or refuses it. `seenHost` is the address that the server saw; `null` =
   * unknown, because the server is not ours.
   */
  register(id: string, request: RegisterRequest, seenHost: string | null): RegisterOutcome {
    this.forgetOld();
    const refusal = this.objection(id, request, seenHost);
    const { hello } = request;
    if (refusal !== null)
      return { kind: 'refused', ...refusal, isNews: this.noteRefusal(request, refusal.reason, seenHost ?? '') };
    const known = this.entries.get(id);
    const registeredAt = known?.node.registeredAt ?? this.options.wall();
    this.entries.set(id, { node: { id, secret: request.secret, hello, registeredAt }, renewedAt: this.options.now() });
    this.refusals.delete(hello.address);
    return { kind: known === undefined ? 'joined' : 'renewed' };
  }

  /** Is a node with this id registered? */
  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** Removes a node whose connections have ended; `null` = it was not registered. */
  remove(id: string): RegisteredNode | null {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    return entry?.node ?? null;
  }

  /** Removes and returns the nodes that did not renew in time. */
  expire(): readonly RegisteredNode[] {
    const limit = this.options.now() - leaseMillis;
    const expired = [...this.entries.values()].filter(({ renewedAt }) => renewedAt < limit).map(({ node }) => node);
    for (const { id } of expired) this.entries.delete(id);
    return expired;
  }

  /** Starts all leases anew, because nobody could renew while the server was away. */
  extendLeases(): void {
    for (const entry of this.entries.values()) entry.renewedAt = this.options.now();
  }

  /** The registered nodes, in order of their addresses. */
  nodes(): readonly RegisteredNode[] {
    const nodes = [...this.entries.values()].map(({ node }) => node);
    return nodes.sort((left, right) => left.hello.address.localeCompare(right.hello.address, 'en', { numeric: true }));
  }

  /** The refused nodes of the last minute, one for each claimed address. */
  refused(): readonly RefusedNode[] {
    this.forgetOld();
    return [...this.refusals.values()].map(({ node }) => node);
  }

  /** Why the node cannot be registered; `null` = it can. */
  private objection(
    id: string,
    { hello }: RegisterRequest,
    seenHost: string | null,
  ): { readonly reason: string; readonly isFinal: boolean } | null {
    if (isIP(hello.address) === 0) return { reason: `${printable(hello.address)} is not an address`, isFinal: true };
    if (seenHost !== null && !this.mayClaim(hello.address, seenHost)) {
      const reason =
        `it claims the address ${hello.address}, but connects from ${seenHost}: start it with ` +
        `--node-ip=${seenHost}, or use a token`;
      return { reason, isFinal: true };
    }
    if (hello.cores < 1)
      return {
        reason: 'it has no cores for load: set available.cores under [system] in its benchmark.ini',
        isFinal: true,
      };
    const { ownVersion } = this.options;
    if (hello.version !== ownVersion || hello.protocol !== protocolVersion) {
      const protocols =
        hello.protocol === protocolVersion ? '' : ` (protocols ${hello.protocol} and ${protocolVersion})`;
      return {
        reason: `it has version ${printable(hello.version)}, but the coordinator has ${ownVersion}${protocols}`,
        isFinal: true,
      };
    }
    const other = this.holderOf(hello.address, id);
    if (other === null) {
      const isFull = this.entries.size >= mostNodes && !this.entries.has(id);
      return isFull ? { reason: `the fleet has ${mostNodes} nodes already`, isFinal: false } : null;
    }
    const { hostName, processId } = other.node.hello;
    return {
      reason: `the address ${hello.address} is taken by process ${processId} on ${printable(hostName)}`,
      isFinal: false,
    };
  }

  /**
   * The other node that has the address; `null` = none. A holder without a connection has left unnoticed, and is
   * removed.
   */
  private holderOf(address: string, exceptId: string): Entry | null {
    for (const entry of this.entries.values()) {
      const { id, hello } = entry.node;
      if (id === exceptId || hello.address !== address) continue;
      if (this.options.isConnected(id)) return entry;
      this.entries.delete(id);
    }
    return null;
  }

  private mayClaim(address: string, seenHost: string): boolean {
    if (this.options.believesAddresses || plainAddress(address) === plainAddress(seenHost)) return true;
    const { isOwnMachine } = this.options;
    return isOwnMachine(seenHost) && (isLoopback(address) || isOwnMachine(address));
  }

  /** Remembers a refusal; `true` = the same one was not known. */
  private noteRefusal({ hello }: RegisterRequest, reason: string, host: string): boolean {
    const address = printable(hello.address);
    const known = this.refusals.get(address);
    this.refusals.delete(address);
    this.refusals.set(address, {
      node: { address, hostName: printable(hello.hostName), reason },
      host,
      at: this.options.now(),
    });
    const ofHost = [...this.refusals].filter(([, refusal]) => refusal.host === host).map(([key]) => key);
    const [oldest] = ofHost.length > mostRefusalsPerHost && host !== '' ? ofHost : this.refusals.keys();
    if (oldest !== undefined && (ofHost.length > mostRefusalsPerHost || this.refusals.size > mostRefusals))
      this.refusals.delete(oldest);
    return known?.node.reason !== reason;
  }

  private forgetOld(): void {
    const limit = this.options.now() - refusalMillis;
    for (const [address, { at }] of this.refusals) if (at < limit) this.refusals.delete(address);
  }
}
