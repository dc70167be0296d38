// The connections of one client: one per endpoint, used round robin, kept open in the background.
import type { RequestFactory } from '../http/request.ts';
import type { Wire, WireFailure, WireOwner } from '../http/wire.ts';
import type { Timeline } from './timeline.ts';
import { type SlotWatch, WireSlot } from './wire-slot.ts';

/** Makes connections to the endpoints of the target, and hears how that goes. */
export interface Dialler {
  readonly endpointCount: number;
  readonly requests: RequestFactory;
  connect(endpoint: number, owner: WireOwner): Wire;
  onAccepted(): void;
  onRefused(failure: WireFailure): void;
}

export class ClientConnections implements SlotWatch {
  /** Called when a connection is open after there was none. */
  onAvailable: () => void = () => {};
  readonly requests: RequestFactory;
  private readonly dialler: Dialler;
  private readonly timeline: Timeline;
  private readonly slots: readonly WireSlot[];
  private next: number;
  /** Endpoints that have accepted or refused a connection since {@link open}. */
  private readonly answered = new Set<number>();
  private whenOpen: (() => void) | null = null;

  /** @param first endpoint of the first request, so that the clients spread over the endpoints */
  constructor(dialler: Dialler, timeline: Timeline, first: number) {
    this.dialler = dialler;
    this.timeline = timeline;
    this.requests = dialler.requests;
    this.next = first % dialler.endpointCount;
    this.slots = Array.from(
      { length: dialler.endpointCount },
      (_, endpoint) => new WireSlot(endpoint, this, timeline, (owner) => dialler.connect(endpoint, owner)),
    );
  }

  /** Opens the connections; resolves once each was accepted or refused and at least one is open. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.whenOpen = resolve;
      for (const slot of this.slots) {
        if (slot.isOpen) this.answered.add(slot.endpoint);
        else slot.open();
      }
      this.settle();
    });
  }

  /** The next free connection in turn; `null` if none is open, and {@link onAvailable} will be called. */
  take(): WireSlot | null {
    const { slots } = this;
    for (let tried = 0; tried < slots.length; tried++) {
      const slot = slots[this.next];
      this.next = this.next + 1 === slots.length ? 0 : this.next + 1;
      if (slot?.isFree === true) return slot;
    }
    for (const slot of slots) slot.open();
    return null;
  }

  /** Connections of their own for concurrent parts of an operation. */
  fork(): ClientConnections {
    return new ClientConnections(this.dialler, this.timeline, this.next);
  }

  close(): void {
    for (const slot of this.slots) slot.close();
  }

  onOpen(slot: WireSlot): void {
    this.dialler.onAccepted();
    this.answered.add(slot.endpoint);
    this.settle();
    this.onAvailable();
  }

  onRefused(slot: WireSlot, failure: WireFailure): void {
    this.dialler.onRefused(failure);
    this.answered.add(slot.endpoint);
    this.settle();
  }

  private settle(): void {
    if (this.whenOpen === null || this.answered.size < this.slots.length || !this.slots.some((slot) => slot.isOpen)) return;
    this.whenOpen();
    this.whenOpen = null;
  }
}
