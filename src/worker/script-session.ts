// What an operation of several requests works with: it sends them on the client's connections and keeps the time of the
// whole.
import { messageOf } from '../errors.ts';
import type { RequestFactory } from '../http/request.ts';
import { decodeBody, whyUnreadable } from '../operation/body.ts';
import {
  RequestFailure,
  type ScriptReply,
  type ScriptRequest,
  type SendOptions,
  type Session,
} from '../operation/operation.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import type { WireFailure } from '../transport/wire.ts';
import type { Millis } from '../units.ts';
import type { ClientExchanges } from './client-exchanges.ts';
import type { ClientRun } from './client-run.ts';
import { type Exchange, type ExchangeOwner, requestFailureOf } from './exchange.ts';
import type { TaskRecorder } from './recorder.ts';
import type { Timeline, Waiter } from './timeline.ts';

/** The parts of the worker and of the client that an execution works with. */
export interface ScriptTools {
  readonly exchanges: ClientExchanges;
  readonly requests: RequestFactory;
  readonly recorder: TaskRecorder;
  readonly timeline: Timeline;
}

/** How long an execution may take, in ms, and how a message names that. */
export type ScriptLimit = Pick<ClientRun, 'timeout' | 'timeoutText'>;

/** What the concurrent parts of one execution have in common. */
class ScriptExecution {
  readonly tools: ScriptTools;
  readonly start = performance.now();
  readonly deadline: number;
  readonly lateText: string;
  firstStart: number | null = null;
  lastEnd: number | null = null;
  /** Why nothing may be sent any more; `null` while it may. */
  ended: 'timeout' | 'cancelled' | null = null;
  readonly sessions = new Set<ScriptSession>();
  /** Carried the last request that was answered. */
  lastExchange: Exchange | null = null;
  /** Failures that the operation was told: their requests have been counted as failed ones. */
  readonly told = new WeakSet<RequestFailure>();

  constructor(tools: ScriptTools, { timeout, timeoutText }: ScriptLimit) {
    this.tools = tools;
    this.deadline = this.start + timeout;
    this.lateText = `the operation did not end within ${timeoutText}`;
  }
}

interface Pending {
  /** `null` if it is a pause. */
  readonly request: (Pick<ScriptRequest, 'timeout' | 'ignoredStatus' | 'untimed'> & SendOptions) | null;
  readonly resolve: (reply: ScriptReply) => void;
  readonly reject: (failure: RequestFailure) => void;
}

/** One execution of an operation of several requests, or a concurrent part of it: one request or pause at a time. */
export class ScriptSession implements Session, ExchangeOwner, Waiter {
  private readonly execution: ScriptExecution;
  private pending: Pending | null = null;
  /** Borrowed for the request under way, so that a client has no more connections than requests at the same time. */
  private exchange: Exchange | null = null;

  private constructor(execution: ScriptExecution) {
    this.execution = execution;
    execution.sessions.add(this);
  }

  /** Begins an execution that must end within the limit. */
  static begin(tools: ScriptTools, limit: ScriptLimit): ScriptSession {
    return new ScriptSession(new ScriptExecution(tools, limit));
  }

  /** Start of the execution, a reading of the monotonic clock. */
  get start(): number {
    return this.execution.start;
  }

  /** When the first request was sent; `null` if none was. */
  get firstStart(): number | null {
    return this.execution.firstStart;
  }

  /** When the last answer ended; `null` if there was none. */
  get lastEnd(): number | null {
    return this.execution.lastEnd;
  }

  /** Whether a request of the execution waits for a connection. */
  get isConnecting(): boolean {
    return [...this.execution.sessions].some((session) => session.exchange?.isConnecting === true);
  }

  readonly now = (): number => performance.now();

  request(request: ScriptRequest): Promise<ScriptReply> {
    return this.transmit(request, () => this.prepare(request));
  }

  send(request: PreparedRequest, options: SendOptions = {}): Promise<ScriptReply> {
    return this.transmit(options, () => request);
  }

  sleep(duration: Millis): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.mayGoOn(reject)) return;
      this.pending = { request: null, resolve: () => resolve(), reject };
      this.execution.tools.timeline.wait(this, performance.now() + duration);
    });
  }

  countRetry(): void {
    this.execution.tools.recorder.retried();
  }

  fork(): ScriptSession {
    return new ScriptSession(this.execution);
  }

  release(): void {
    this.fail('cancelled', 'the operation has ended');
    this.execution.sessions.delete(this);
  }

  reportPart(part: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }): void {
    this.execution.tools.recorder.part(part.operation, part.type, part.serviceTime);
  }

  countAsService(duration: Millis): void {
    const now = performance.now();
    this.execution.firstStart ??= now - duration;
    this.execution.lastEnd = now;
  }

  /**
   * The execution failed with `error`. Unless it is a failure of a request that has been counted, the operation could
   * not make anything of the last answer: then that request has failed.
   */
  countFailure(error: unknown): void {
    const isOfRequest =
      error instanceof RequestFailure && (error.kind !== 'protocol' || this.execution.told.has(error));
    if (!isOfRequest) this.execution.lastExchange?.countFailure();
  }

  /** The limit of the whole operation is over: whatever is under way fails, and nothing more is sent. */
  expire(): void {
    this.endAll('timeout', this.execution.lateText);
  }

  /** The test is cancelled: whatever is under way fails, and nothing more is sent. */
  cancel(): void {
    this.endAll('cancelled', 'the test was cancelled');
    this.close();
  }

  /** Ends the forks that the operation left behind. */
  close(): void {
    for (const session of [...this.execution.sessions]) session.release();
  }

  onDue(): void {
    const pending = this.pending;
    if (pending === null) return;
    if (pending.request === null) {
      this.pending = null;
      pending.resolve({ status: 0, body: Buffer.alloc(0) });
    } else {
      this.fail(
        'timeout',
        `no complete answer within ${(pending.request.timeout ?? 0) / 1000} s (request-timeout of the request)`,
      );
    }
  }

  needsWholeBody(answer: Answer): boolean {
    return this.pending?.request?.isEnough?.(answer) !== true;
  }

  onAnswer(answer: Answer): void {
    this.execution.tools.timeline.standstill.look(performance.now());
    this.endTime();
    const { exchange } = this;
    const pending = this.take();
    if (pending === null || pending.request === null) return;
    this.execution.tools.timeline.hadWork = true;
    this.execution.lastExchange = exchange;
    const body = Buffer.from(decodeBody(answer));
    if (answer.refusal !== null) {
      exchange?.countFailure();
      pending.reject(new RequestFailure('status', answer.refusal.description, answer.status, body, answer.refusal));
    } else if (answer.status >= 300 && !(pending.request.ignoredStatus?.includes(answer.status) ?? false)) {
      exchange?.countFailure();
      pending.reject(new RequestFailure('status', `HTTP ${answer.status}`, answer.status, body));
    } else if (body.length === 0 && answer.bodyLength > 0 && answer.encoding !== 'identity') {
      exchange?.countFailure();
      this.reject(pending, new RequestFailure('protocol', `the answer cannot be read: ${whyUnreadable(answer)}`));
    } else {
      pending.resolve({ status: answer.status, body });
    }
  }

  onFailure(failure: WireFailure): void {
    this.execution.tools.timeline.standstill.look(performance.now());
    this.endTime();
    this.reject(this.take(), requestFailureOf(failure));
  }

  private reject(pending: Pending | null, failure: RequestFailure): void {
    this.execution.told.add(failure);
    pending?.reject(failure);
  }

  /** The request under way has ended, with an answer or without. */
  private endTime(): void {
    if (this.pending?.request != null && this.pending.request.untimed !== true)
      this.execution.lastEnd = performance.now();
  }

  private prepare({ method, path, headers, body, isRepeatable }: ScriptRequest): PreparedRequest {
    const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? null);
    return this.execution.tools.requests.prepare({ method, path, headers, body: bytes, isRepeatable });
  }

  /** Sends what `prepare` makes, within the limits of the request and of the execution. */
  private transmit(request: NonNullable<Pending['request']>, prepare: () => PreparedRequest): Promise<ScriptReply> {
    return new Promise((resolve, reject) => {
      if (!this.mayGoOn(reject)) return;
      this.pending = { request, resolve, reject };
      const { execution } = this;
      const { exchanges, recorder, timeline } = execution.tools;
      if (request.untimed !== true) execution.firstStart ??= performance.now();
      const limit = performance.now() + (request.timeout ?? Number.POSITIVE_INFINITY);
      if (limit < execution.deadline) timeline.wait(this, limit);
      try {
        const prepared = prepare();
        this.exchange = exchanges.borrow();
        const bodyUse = request.isEnough === undefined ? 'all' : 'peek';
        this.exchange.send(prepared, bodyUse, recorder, this, performance.now());
      } catch (error) {
        this.reject(this.take(), new RequestFailure('protocol', messageOf(error)));
      }
    });
  }

  private mayGoOn(reject: (failure: RequestFailure) => void): boolean {
    const { ended } = this.execution;
    if (ended !== null)
      reject(new RequestFailure(ended, ended === 'timeout' ? this.execution.lateText : 'the test was cancelled'));
    return ended === null;
  }

  private endAll(kind: 'timeout' | 'cancelled', message: string): void {
    this.execution.ended = kind;
    for (const session of [...this.execution.sessions]) session.fail(kind, message);
  }

  /** Returns what was under way, which has ended, and gives its connections back. */
  private take(): Pending | null {
    const { pending, exchange } = this;
    const { timeline, exchanges } = this.execution.tools;
    timeline.cancel(this);
    if (exchange !== null) exchanges.giveBack(exchange);
    this.exchange = null;
    this.pending = null;
    return pending;
  }

  private fail(kind: 'timeout' | 'cancelled', message: string): void {
    if (this.exchange?.giveUp(kind === 'timeout') === true) this.endTime();
    this.take()?.reject(new RequestFailure(kind, message));
  }
}
