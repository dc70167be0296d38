// One connection of a client to one endpoint. It waits for one thing at a time:
//
//   closed ──▶ opening ──▶ open ◀──▶ busy
//     ▲ ▲         │          │         │       A connection or an attempt that ends leads to closed, and is opened
//     │ └─────────┴──────────┴─────────┤       again in the same turn. After several failures in a row it backs off
//     └──────── backing-off ◀──────────┘       first.
//
// Only an answer makes good what failed before: a target that accepts connections and closes them is not knocked at
// without a pause.
import type { Answer, BodyUse } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import type { Wire, WireFailure, WireOwner } from '../transport/wire.ts';
import { backOffMillis, longestBackOffMillis } from './back-off.ts';
import type { EndpointWatch } from './endpoint-watch.ts';
import type { TargetWatch } from './target-watch.ts';
import type { Timeline, Waiter } from './timeline.ts';

/** Gets the answer or the loss of the request that it sent through a slot. */
export interface RequestHandler {
  needsWholeBody(answer: Answer): boolean;
  onAnswer(answer: Answer): void;
  /** `wasReused`: the connection had given an answer before, so that it may have been closed while it was idle. */
  onLost(failure: WireFailure, wasReused: boolean): void;
}

/** Hears when a slot can be used. */
export interface SlotOwner {
  onOpen(): void;
  /** The connection could not be opened; another attempt follows. */
  onRefused(slot: WireSlot, failure: WireFailure): void;
}

/** What a slot works with. `random` in [0, 1) shortens its pauses. */
export interface SlotContext {
  readonly endpoint: number;
  readonly owner: SlotOwner;
  readonly timeline: Timeline;
  readonly watch: TargetWatch;
  readonly random: () => number;
}

type SlotState = 'closed' | 'opening' | 'open' | 'busy' | 'backing-off' | 'retired';

/** A server that closes idle connections is forestalled by so much, or by half of its limit if that is less. */
const IDLE_MARGIN_MILLIS = 1000;

/** A connection that opens again by itself, at once or after a pause, however it ended. */
export class WireSlot implements WireOwner, Waiter {
  readonly endpoint: number;
  private readonly context: SlotContext;
  private readonly watch: TargetWatch;
  private readonly figures: EndpointWatch;
  private readonly wire: Wire;
  private state: SlotState = 'closed';
  private handler: RequestHandler | null = null;
  /** Connections in a row that ended without an answer, or could not be opened. */
  private failures = 0;
  /** The connection that is open has given an answer. */
  private hasAnswered = false;
  /** When the connection was opened, a reading of the monotonic clock. */
  private openedAt = 0;
  /** Until when the server keeps the connection without a request; infinite if it does not say. */
  private idleUntil = Number.POSITIVE_INFINITY;

  constructor(context: SlotContext, figures: EndpointWatch, connect: (owner: WireOwner) => Wire) {
    this.context = context;
    this.endpoint = context.endpoint;
    this.watch = context.watch;
    this.figures = figures;
    this.wire = connect(this);
  }

  /** Open and without a request under way. */
  get isFree(): boolean {
    return this.state === 'open';
  }

  /** Free, and not used since it was opened: the server cannot have grown tired of it. */
  get isFresh(): boolean {
    return this.state === 'open' && !this.hasAnswered;
  }

  /** An attempt is under way or comes next. */
  get isComing(): boolean {
    return this.state === 'opening' || this.state === 'closed';
  }

  /** The last attempt has failed, and the next one has yet to succeed. */
  get isFailing(): boolean {
    return this.failures > 0;
  }

  /** Opens a connection that is closed; one that is open, opening or backing off is left alone. */
  open(): void {
    if (this.state !== 'closed') return;
    this.state = 'opening';
    this.wire.open();
  }

  /** Sends one request; only while free. The handler gets its end. */
  send(request: PreparedRequest, bodyUse: BodyUse, handler: RequestHandler): void {
    this.handler = handler;
    this.state = 'busy';
    this.figures.requests++;
    this.wire.send(request.bytes(this.endpoint), request, bodyUse);
  }

  /** Counts the request that was sent last as a failed one. */
  countFailure(): void {
    this.figures.failedRequests++;
  }

  /** Gives up the request under way and opens a fresh connection. */
  abandon(): void {
    if (this.state !== 'busy') return;
    this.handler = null;
    this.wire.destroy();
    // A time limit bounds by itself how often that happens.
    this.end(0);
    this.open();
  }

  /** Replaces an idle connection that the server is about to close. */
  refresh(now: number): void {
    if (this.state !== 'open' || now < this.idleUntil) return;
    this.wire.destroy();
    this.end(0);
    this.open();
  }

  /** Ends the connection for good. */
  close(): void {
    this.context.timeline.cancel(this);
    if (this.state === 'open' || this.state === 'busy') this.figures.openConnections--;
    this.state = 'retired';
    this.handler = null;
    this.wire.destroy();
  }

  onDue(): void {
    if (this.state !== 'backing-off') return;
    this.state = 'closed';
    this.open();
  }

  onOpen(): void {
    this.state = 'open';
    this.hasAnswered = false;
    this.openedAt = performance.now();
    this.idleUntil = Number.POSITIVE_INFINITY;
    this.figures.opened();
    this.context.owner.onOpen();
  }

  needsWholeBody(answer: Answer): boolean {
    return this.handler?.needsWholeBody(answer) ?? false;
  }

  onAnswer(answer: Answer): void {
    const { handler } = this;
    this.handler = null;
    this.noteAnswer();
    if (answer.idleSeconds >= 0) this.idleUntil = performance.now() + idleMillis(answer.idleSeconds);
    if (answer.closes) this.end(0);
    else this.state = 'open';
    // The handler takes the time, so it comes before the opening of another connection, which costs some.
    handler?.onAnswer(answer);
    if (answer.closes) this.open();
  }

  onFailure(failure: WireFailure): void {
    const { handler, hasAnswered } = this;
    this.handler = null;
    if (this.state === 'retired') return;
    if (failure.phase === 'answering') this.noteAnswer();
    else this.watch.connectionFailed(this.figures, failure);
    this.end(failure.phase === 'idle' ? this.idleFailures() : 1);
    if (failure.phase === 'opening') this.context.owner.onRefused(this, failure);
    handler?.onLost(failure, hasAnswered);
    this.open();
  }

  onIdleClose(): void {
    if (this.state === 'retired') return;
    this.end(this.idleFailures());
    this.open();
  }

  /**
   * Whether the end of an idle connection counts as a failure: not if it was of use, nor if it lasted longer than any
   * pause would, as where a server closes what nobody uses. A pause would then only keep the next request waiting.
   */
  private idleFailures(): number {
    return this.hasAnswered || performance.now() - this.openedAt >= longestBackOffMillis ? 0 : 1;
  }

  private noteAnswer(): void {
    this.failures = 0;
    this.hasAnswered = true;
    this.watch.answered(this.figures);
  }

  /** The connection is gone, or could not be opened: it may be opened again, now or after a pause. */
  private end(failures: number): void {
    if (this.state === 'open' || this.state === 'busy') this.figures.openConnections--;
    this.failures += failures;
    const pause = this.failures === 0 ? 0 : backOffMillis(this.failures, this.context.random());
    this.state = pause === 0 ? 'closed' : 'backing-off';
    if (pause > 0) this.context.timeline.wait(this, performance.now() + pause);
  }
}

function idleMillis(seconds: number): number {
  return seconds * 1000 - Math.min(IDLE_MARGIN_MILLIS, seconds * 500);
}
