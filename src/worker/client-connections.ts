// A set of connections of a client, one per endpoint, for one request at a time.
import type { Wire, WireFailure, WireOwner } from '../transport/wire.ts';
import type { TargetWatch } from './target-watch.ts';
import type { Timeline } from './timeline.ts';
import { type SlotOwner, WireSlot } from './wire-slot.ts';

/** Makes connections to the endpoints of the target. */
export interface Dialler {
  readonly watch: TargetWatch;
  connect(endpoint: number, owner: WireOwner): Wire;
}

/**
 * Whose turn it is among the endpoints: one for all requests of a client, so that they spread evenly whatever sends
 * them.
 */
export interface Turn {
  next: number;
}

/** What the connections of one client have in common. */
export interface ClientContext {
  readonly dialler: Dialler;
  readonly timeline: Timeline;
  readonly turn: Turn;
  /** Uniform in [0, 1), for pauses between attempts. */
  readonly random: () => number;
}

/** Whoever sends requests on the set, and waits if it cannot. */
export interface ConnectionUser {
  /** A connection was opened. */
  onAvailable(): void;
  /** An attempt has failed, and no other is under way. */
  onRefused(failure: WireFailure): void;
}

/** One slot per endpoint. The set opens them, takes turns, and tells its user when none is open. */
export class ClientConnections implements SlotOwner {
  private readonly turn: Turn;
  private readonly user: ConnectionUser;
  private readonly slots: readonly WireSlot[];
  private readonly refused = new Set<WireSlot>();
  private whenOpen: (() => void) | null = null;

  constructor(context: ClientContext, user: ConnectionUser) {
    const { dialler, timeline, random } = context;
    const { watch } = dialler;
    this.turn = context.turn;
    this.user = user;
    this.slots = watch.endpoints.map(
      (figures, endpoint) =>
        new WireSlot({ endpoint, owner: this, timeline, watch, random }, figures, (owner) =>
          dialler.connect(endpoint, owner),
        ),
    );
  }

  /** Opens the connections; resolves once each was accepted or refused and at least one is open. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.refused.clear();
      this.whenOpen = resolve;
      for (const slot of this.slots) slot.open();
      this.settle();
    });
  }

  /**
   * The next free connection in turn; with `isFresh` only one that was not used since it was opened. `null` if there is
   * none, and the user will hear of the attempts to open one.
   */
  take(isFresh: boolean): WireSlot | null {
    const { slots, turn } = this;
    // With a single endpoint, as in most runs, there is no turn to look up.
    if (slots.length === 1 && !isFresh && slots[0]?.isFree === true) return slots[0];
    for (let tried = 0; tried < slots.length; tried++) {
      const slot = slots[turn.next];
      turn.next = turn.next + 1 === slots.length ? 0 : turn.next + 1;
      if (slot !== undefined && (isFresh ? slot.isFresh : slot.isFree)) return slot;
    }
    for (const slot of slots) slot.open();
    return null;
  }

  /** Replaces idle connections that their servers are about to close. */
  refresh(now: number): void {
    for (const slot of this.slots) slot.refresh(now);
  }

  /** Ends the connections for good. */
  close(): void {
    for (const slot of this.slots) slot.close();
  }

  onOpen(): void {
    this.settle();
    this.user.onAvailable();
  }

  onRefused(slot: WireSlot, failure: WireFailure): void {
    this.refused.add(slot);
    this.settle();
    if (!this.slots.some((other) => other !== slot && other.isComing)) this.user.onRefused(failure);
  }

  /** An endpoint that has failed before is not waited for again. */
  private settle(): void {
    if (this.whenOpen === null) return;
    const isTried = (slot: WireSlot): boolean => slot.isFree || slot.isFailing || this.refused.has(slot);
    if (!this.slots.some((slot) => slot.isFree) || !this.slots.every(isTried)) return;
    this.whenOpen();
    this.whenOpen = null;
  }
}
