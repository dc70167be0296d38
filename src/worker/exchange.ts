// One request at a time on a set of connections: waits for a connection, sends, and repeats what was lost on a
// connection that had grown stale.

import { type FailureKind, RequestFailure } from '../operation/operation.ts';
import type { Answer, BodyUse } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import type { WireFailure } from '../transport/wire.ts';
import { ClientConnections, type ClientContext, type ConnectionUser } from './client-connections.ts';
import type { StandstillWatch } from './standstill.ts';
import type { TargetWatch } from './target-watch.ts';
import type { RequestHandler, WireSlot } from './wire-slot.ts';

/** Counts what becomes of requests. */
export interface RequestCounter {
  requestSent(): void;
  requestFailed(): void;
  /** A request that was lost on a stale connection is sent again. */
  requestRepeated(): void;
  /** No connection could be opened for a request: it was not sent. */
  requestRefused(): void;
}

/** Gets the end of the request that it sent through an exchange. */
export interface ExchangeOwner {
  needsWholeBody(answer: Answer): boolean;
  onAnswer(answer: Answer): void;
  /** No answer: the request could not be sent, or its connection was lost. It has been counted. */
  onFailure(failure: WireFailure): void;
}

type ExchangeState = 'idle' | 'connecting' | 'sent';

const NOBODY: ExchangeOwner = { needsWholeBody: () => false, onAnswer: () => {}, onFailure: () => {} };

/** Sends the requests of its owners one after another; it is lent to one owner at a time. */
export class Exchange implements RequestHandler, ConnectionUser {
  private readonly connections: ClientConnections;
  private readonly watch: TargetWatch;
  private readonly standstill: StandstillWatch;
  private readonly repeatsStale: boolean;
  private state: ExchangeState = 'idle';
  private owner: ExchangeOwner = NOBODY;
  private counter: RequestCounter | null = null;
  private request: PreparedRequest | null = null;
  private bodyUse: BodyUse = 'none';
  private slot: WireSlot | null = null;
  private isRepeat = false;
  /** A repeat goes to a connection that was just opened: another one may be as stale as the first. */
  private needsFresh = false;

  /**
   * @param repeatsStale whether a request that may be repeated is, once, when a re-used connection ends before it
   * answers
   */
  constructor(context: ClientContext, repeatsStale: boolean) {
    this.connections = new ClientConnections(context, this);
    this.watch = context.dialler.watch;
    this.standstill = context.timeline.standstill;
    this.repeatsStale = repeatsStale;
  }

  /** The request waits for a connection. */
  get isConnecting(): boolean {
    return this.state === 'connecting';
  }

  /** Opens the connections before the first request. */
  open(): Promise<void> {
    return this.connections.open();
  }

  /**
   * Sends a request at `now`, a reading of the monotonic clock; only while idle. Its bytes must stay untouched until
   * it has ended.
   */
  send(request: PreparedRequest, bodyUse: BodyUse, counter: RequestCounter, owner: ExchangeOwner, now: number): void {
    this.request = request;
    this.bodyUse = bodyUse;
    this.counter = counter;
    this.owner = owner;
    this.isRepeat = false;
    this.needsFresh = false;
    this.transmit(now);
  }

  /** The answer to the last request says that it failed. */
  countFailure(): void {
    this.counter?.requestFailed();
    this.slot?.countFailure();
  }

  /** Gives the request up, and tells whether it had been sent. Its owner hears nothing more. */
  abandon(): boolean {
    const wasSent = this.state === 'sent';
    this.state = 'idle';
    if (wasSent) this.slot?.abandon();
    return wasSent;
  }

  /**
   * Gives a request up and counts it: as a failed one if it had been sent, else as one that found no connection if it
   * `isLate`. Tells whether it had been sent.
   */
  giveUp(isLate: boolean): boolean {
    const isUnsent = this.isConnecting;
    const wasSent = this.abandon();
    if (wasSent) this.countFailure();
    else if (isUnsent && isLate) this.countRefusal();
    return wasSent;
  }

  /** Replaces idle connections that their servers are about to close. */
  refresh(now: number): void {
    this.connections.refresh(now);
  }

  /** Ends the connections for good. */
  close(): void {
    this.state = 'idle';
    this.connections.close();
  }

  needsWholeBody(answer: Answer): boolean {
    return this.owner.needsWholeBody(answer);
  }

  onAnswer(answer: Answer): void {
    this.state = 'idle';
    this.owner.onAnswer(answer);
  }

  onLost(failure: WireFailure, wasReused: boolean): void {
    this.countFailure();
    if (this.mayRepeat(failure, wasReused)) {
      this.isRepeat = true;
      this.needsFresh = true;
      this.counter?.requestRepeated();
      this.transmit(performance.now());
      return;
    }
    this.state = 'idle';
    if (failure.phase === 'unanswered') this.watch.requestSuffered();
    this.owner.onFailure(failure);
  }

  onAvailable(): void {
    if (this.state === 'connecting') this.transmit(performance.now());
  }

  onRefused(failure: WireFailure): void {
    if (this.state !== 'connecting') return;
    if (this.needsFresh) {
      // No fresh connection can be opened, so one that is open has to do.
      this.needsFresh = false;
      this.transmit(performance.now());
      if (this.isSent()) return;
    }
    this.state = 'idle';
    this.countRefusal();
    this.owner.onFailure(failure);
  }

  private countRefusal(): void {
    this.counter?.requestRefused();
    this.watch.requestSuffered();
  }

  private isSent(): boolean {
    return this.state === 'sent';
  }

  private transmit(now: number): void {
    const { request, counter } = this;
    if (request === null || counter === null || !this.standstill.look(now)) return;
    const slot = this.connections.take(this.needsFresh);
    if (slot === null) {
      this.state = 'connecting';
      return;
    }
    this.state = 'sent';
    this.slot = slot;
    counter.requestSent();
    slot.send(request, this.bodyUse, this);
  }

  private mayRepeat(failure: WireFailure, wasReused: boolean): boolean {
    const isStale = wasReused && failure.kind === 'lost' && failure.phase === 'unanswered';
    return isStale && this.repeatsStale && !this.isRepeat && this.request?.isRepeatable === true;
  }
}

const UNSENT: Readonly<Partial<Record<WireFailure['kind'], FailureKind>>> = {
  refused: 'connection refused',
  unreachable: 'host unreachable',
  handshake: 'TLS handshake failed',
  tls: 'tls',
  protocol: 'protocol',
};

/** The failure of a request in the words of operations. */
export function requestFailureOf({ kind, message }: WireFailure): RequestFailure {
  return new RequestFailure(UNSENT[kind] ?? 'connection', message);
}
