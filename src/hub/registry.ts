// The nodes that have joined, and those that were refused. No sockets here.
import { isIP } from 'node:net';
import type { RefusedNode, RegisteredNode, RegisterRequest } from '../fleet/protocol/hub-messages.ts';
import { protocolVersion } from '../fleet/protocol/subjects.ts';
import { isLoopback, plainAddress } from '../nats/addresses.ts';
import { printable } from './printable.ts';

export type RegisterOutcome =
  | { readonly kind: 'joined' | 'renewed' }
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean; readonly isNews: boolean };

export interface RegistryOptions {
  readonly ownVersion: string;
  /** With a token a node behind NAT may claim its own address. */
  readonly believesAddresses: boolean;
  readonly isOwnMachine: (host: string) => boolean;
  /** Has this id a connection? One that has none does not keep its address from another. */
  readonly isConnected: (id: string) => boolean;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Epoch ms. */
  readonly wall: () => number;
}

/** A node that does not renew is forgotten; its connection has usually told before. */
const leaseMillis = 15_000;
const refusalMillis = 60_000;
/** What strangers claim is shown to people: a few lines of each address, and not many in all. */
const mostRefusals = 100;
const mostRefusalsPerHost = 4;
const mostNodes = 10_000;

interface Entry {
  readonly node: RegisteredNode;
  renewedAt: number;
}

export class Registry {
  private readonly options: RegistryOptions;
  private readonly entries = new Map<string, Entry>();
  /** By claimed address; the oldest first. */
  private readonly refusals = new Map<string, { readonly node: RefusedNode; readonly host: string; readonly at: number }>();

  constructor(options: RegistryOptions) {
    this.options = options;
  }

  /** `seenHost`: the address that the server saw; `null` = unknown, because the server is not ours. */
  register(id: string, request: RegisterRequest, seenHost: string | null): RegisterOutcome {
    this.forgetOld();
    const refusal = this.objection(id, request, seenHost);
    const { hello } = request;
    if (refusal !== null) return { kind: 'refused', ...refusal, isNews: this.noteRefusal(request, refusal.reason, seenHost ?? '') };
    const known = this.entries.get(id);
    const registeredAt = known?.node.registeredAt ?? this.options.wall();
    this.entries.set(id, { node: { id, secret: request.secret, hello, registeredAt }, renewedAt: this.options.now() });
    this.refusals.delete(hello.address);
    return { kind: known === undefined ? 'joined' : 'renewed' };
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** Forgets a node whose connections have ended. */
  remove(id: string): RegisteredNode | null {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    return entry?.node ?? null;
  }

  /** Removes and returns those that did not renew in time. */
  expire(): readonly RegisteredNode[] {
    const limit = this.options.now() - leaseMillis;
    const expired = [...this.entries.values()].filter(({ renewedAt }) => renewedAt < limit).map(({ node }) => node);
    for (const { id } of expired) this.entries.delete(id);
    return expired;
  }

  /** While the server was away nobody could renew. */
  extendLeases(): void {
    for (const entry of this.entries.values()) entry.renewedAt = this.options.now();
  }

  /** In order of their addresses. */
  nodes(): readonly RegisteredNode[] {
    const nodes = [...this.entries.values()].map(({ node }) => node);
    return nodes.sort((left, right) => left.hello.address.localeCompare(right.hello.address, 'en', { numeric: true }));
  }

  refused(): readonly RefusedNode[] {
    this.forgetOld();
    return [...this.refusals.values()].map(({ node }) => node);
  }

  private objection(id: string, { hello }: RegisterRequest, seenHost: string | null): { readonly reason: string; readonly isFinal: boolean } | null {
    if (isIP(hello.address) === 0) return { reason: `${printable(hello.address)} is not an address`, isFinal: true };
    if (seenHost !== null && !this.mayClaim(hello.address, seenHost)) {
      const reason = `it claims the address ${hello.address}, but connects from ${seenHost}: start it with --node-ip=${seenHost}, or use a token`;
      return { reason, isFinal: true };
    }
    if (hello.cores < 1) return { reason: 'it has no cores for load: set available.cores under [system] in its benchmark.ini', isFinal: true };
    const { ownVersion } = this.options;
    if (hello.version !== ownVersion || hello.protocol !== protocolVersion) {
      const protocols = hello.protocol === protocolVersion ? '' : ` (protocols ${hello.protocol} and ${protocolVersion})`;
      return { reason: `it has version ${printable(hello.version)}, but the coordinator has ${ownVersion}${protocols}`, isFinal: true };
    }
    const other = this.holderOf(hello.address, id);
    if (other === null) {
      const isFull = this.entries.size >= mostNodes && !this.entries.has(id);
      return isFull ? { reason: `the fleet has ${mostNodes} nodes already`, isFinal: false } : null;
    }
    const { hostName, processId } = other.node.hello;
    return { reason: `the address ${hello.address} is taken by process ${processId} on ${printable(hostName)}`, isFinal: false };
  }

  /** The other node that has an address. One without a connection has gone without a word, and is forgotten. */
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

  /** Remembers a refusal; `true` if it was not known. */
  private noteRefusal({ hello }: RegisterRequest, reason: string, host: string): boolean {
    const address = printable(hello.address);
    const known = this.refusals.get(address);
    this.refusals.delete(address);
    this.refusals.set(address, { node: { address, hostName: printable(hello.hostName), reason }, host, at: this.options.now() });
    const ofHost = [...this.refusals].filter(([, refusal]) => refusal.host === host).map(([key]) => key);
    const [oldest] = ofHost.length > mostRefusalsPerHost && host !== '' ? ofHost : this.refusals.keys();
    if (oldest !== undefined && (ofHost.length > mostRefusalsPerHost || this.refusals.size > mostRefusals)) this.refusals.delete(oldest);
    return known?.node.reason !== reason;
  }

  private forgetOld(): void {
    const limit = this.options.now() - refusalMillis;
    for (const [address, { at }] of this.refusals) if (at < limit) this.refusals.delete(address);
  }
}
