// One connection of a client to one endpoint, kept open in the background: a lost or refused connection is opened again, with back-off.
import type { Answer } from '../http/answer.ts';
import type { Wire, WireFailure, WireOwner } from '../http/wire.ts';
import type { Timeline, Waiter } from './timeline.ts';

/** Gets the answer or the loss of the request that it sent through a slot. */
export interface RequestHandler {
  needsWholeBody(answer: Answer): boolean;
  onAnswer(answer: Answer, slot: WireSlot): void;
  onLost(failure: WireFailure, slot: WireSlot): void;
}

/** What a slot tells whoever keeps watch over the target. */
export interface SlotWatch {
  /** The endpoint accepted the connection. */
  onOpen(slot: WireSlot): void;
  /** The endpoint did not accept the connection; another attempt follows. */
  onRefused(slot: WireSlot, failure: WireFailure): void;
}

const FIRST_BACKOFF_MILLIS = 20;
const LAST_BACKOFF_MILLIS = 1000;

export class WireSlot implements WireOwner, Waiter {
  readonly endpoint: number;
  private readonly watch: SlotWatch;
  private readonly timeline: Timeline;
  private wire: Wire | null = null;
  private handler: RequestHandler | null = null;
  private backoff = FIRST_BACKOFF_MILLIS;
  private isClosed = false;
  private isOpening = false;

  constructor(endpoint: number, watch: SlotWatch, timeline: Timeline, connect: (owner: WireOwner) => Wire) {
    this.endpoint = endpoint;
    this.watch = watch;
    this.timeline = timeline;
    this.wire = connect(this);
  }

  get isOpen(): boolean {
    return this.wire?.isOpen === true;
  }

  /** Open and without a request under way. */
  get isFree(): boolean {
    return this.handler === null && this.wire?.isOpen === true;
  }

  open(): void {
    if (this.isClosed || this.isOpening || this.isOpen) return;
    this.isOpening = true;
    this.wire?.open();
  }

  send(bytes: Buffer, isHead: boolean, bodyUse: 'none' | 'peek' | 'all', handler: RequestHandler): void {
    this.handler = handler;
    this.wire?.send(bytes, isHead, bodyUse);
  }

  /** Gives up the request under way and opens a fresh connection. */
  abandon(): void {
    this.handler = null;
    this.wire?.destroy();
    this.isOpening = false;
    this.open();
  }

  close(): void {
    this.isClosed = true;
    this.handler = null;
    this.timeline.cancel(this);
    this.wire?.destroy();
  }

  onDue(): void {
    this.open();
  }

  onOpen(): void {
    this.isOpening = false;
    this.backoff = FIRST_BACKOFF_MILLIS;
    this.watch.onOpen(this);
  }

  needsWholeBody(answer: Answer): boolean {
    return this.handler?.needsWholeBody(answer) ?? false;
  }

  onAnswer(answer: Answer): void {
    const handler = this.handler;
    this.handler = null;
    handler?.onAnswer(answer, this);
    if (!this.isClosed && this.wire !== null && !this.wire.isOpen) this.open();
  }

  onFailure(failure: WireFailure): void {
    const handler = this.handler;
    const wasOpening = this.isOpening;
    this.handler = null;
    this.isOpening = false;
    if (this.isClosed) return;
    if (wasOpening) {
      this.timeline.wait(this, performance.now() + this.backoff);
      this.backoff = Math.min(this.backoff * 2, LAST_BACKOFF_MILLIS);
      this.watch.onRefused(this, failure);
    } else {
      this.open();
    }
    handler?.onLost(failure, this);
  }

  onIdleClose(): void {
    this.isOpening = false;
    this.open();
  }
}
