// What an operation of several requests works with: sends them one by one on the client's connections and keeps the time of the whole.
import type { Answer } from '../http/answer.ts';
import type { WireFailure } from '../http/wire.ts';
import { decodeBody } from '../operation/body.ts';
import { RequestFailure, type ScriptReply, type ScriptRequest, type Session } from '../operation/operation.ts';
import type { Millis } from '../units.ts';
import type { ClientConnections } from './client-connections.ts';
import type { TaskRecorder } from './recorder.ts';
import type { Timeline, Waiter } from './timeline.ts';
import type { RequestHandler, WireSlot } from './wire-slot.ts';

/** What one execution has in common with its concurrent parts. */
class Execution {
  readonly recorder: TaskRecorder;
  readonly timeline: Timeline;
  firstStart: number | null = null;
  lastEnd: number | null = null;
  /** Why nothing may be sent any more. */
  ended: 'timeout' | 'cancelled' | null = null;
  readonly sessions = new Set<ScriptSession>();

  constructor(recorder: TaskRecorder, timeline: Timeline) {
    this.recorder = recorder;
    this.timeline = timeline;
  }
}

interface Pending {
  readonly request: ScriptRequest | null;
  readonly resolve: (reply: ScriptReply) => void;
  readonly reject: (failure: RequestFailure) => void;
  isSent: boolean;
}

export class ScriptSession implements Session, RequestHandler, Waiter {
  /** Start of the execution, a reading of the monotonic clock. */
  readonly start: number;
  private readonly connections: ClientConnections;
  private readonly execution: Execution;
  private readonly deadline: number;
  private readonly isFork: boolean;
  private pending: Pending | null = null;
  private slot: WireSlot | null = null;

  constructor(connections: ClientConnections, recorder: TaskRecorder, timeline: Timeline, timeout: number, parent?: ScriptSession) {
    this.connections = connections;
    this.isFork = parent !== undefined;
    this.start = parent?.start ?? performance.now();
    this.deadline = parent?.deadline ?? this.start + timeout;
    this.execution = parent?.execution ?? new Execution(recorder, timeline);
    this.execution.sessions.add(this);
  }

  /** Time of the first request's start and the last answer's end; `null` if nothing was sent. */
  get firstStart(): number | null {
    return this.execution.firstStart;
  }

  get lastEnd(): number | null {
    return this.execution.lastEnd;
  }

  get isConnecting(): boolean {
    return [...this.execution.sessions].some((session) => session.pending?.request != null && !session.pending.isSent);
  }

  readonly now = (): number => performance.now();

  request(request: ScriptRequest): Promise<ScriptReply> {
    return new Promise((resolve, reject) => {
      if (!this.mayGoOn(reject)) return;
      this.pending = { request, resolve, reject, isSent: false };
      if (request.untimed !== true) this.execution.firstStart ??= performance.now();
      const limit = request.timeout === undefined ? this.deadline : Math.min(this.deadline, performance.now() + request.timeout);
      if (limit < this.deadline) this.execution.timeline.wait(this, limit);
      this.send();
    });
  }

  sleep(duration: Millis): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.mayGoOn(reject)) return;
      this.pending = { request: null, resolve: () => resolve(), reject, isSent: false };
      this.execution.timeline.wait(this, performance.now() + duration);
    });
  }

  countRetry(): void {
    this.execution.recorder.retried();
  }

  fork(): ScriptSession {
    const { recorder, timeline } = this.execution;
    const connections = this.connections.fork();
    const session = new ScriptSession(connections, recorder, timeline, 0, this);
    connections.onAvailable = () => session.onAvailable();
    void connections.open();
    return session;
  }

  release(): void {
    this.fail('cancelled', 'the operation has ended');
    this.execution.sessions.delete(this);
    if (this.isFork) this.connections.close();
  }

  reportPart(part: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }): void {
    this.execution.recorder.part(part.operation, part.type, part.serviceTime);
  }

  countAsService(duration: Millis): void {
    const now = performance.now();
    this.execution.firstStart ??= now - duration;
    this.execution.lastEnd = now;
  }

  /** The limit of the whole operation is over: whatever is under way fails, and nothing more is sent. */
  expire(): void {
    this.endAll('timeout', 'the operation did not end in time');
  }

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
      this.fail('timeout', 'no complete answer in time');
    }
  }

  /** A connection is open after there was none. */
  onAvailable(): void {
    if (this.pending !== null && this.pending.request !== null && !this.pending.isSent) this.send();
  }

  needsWholeBody(): boolean {
    return true;
  }

  onAnswer(answer: Answer): void {
    this.endTime();
    const pending = this.take();
    if (pending === null || pending.request === null) return;
    this.execution.timeline.hadWork = true;
    const body = Buffer.from(decodeBody(answer));
    if (answer.status >= 300 && !(pending.request.ignoredStatus?.includes(answer.status) ?? false)) {
      this.execution.recorder.requestFailed();
      pending.reject(new RequestFailure('status', `HTTP ${answer.status}`, answer.status, body));
    } else if (body.length === 0 && answer.bodyLength > 0 && answer.encoding !== 'identity') {
      this.execution.recorder.requestFailed();
      pending.reject(new RequestFailure('protocol', 'the compressed answer cannot be read'));
    } else {
      pending.resolve({ status: answer.status, body });
    }
  }

  onLost(failure: WireFailure): void {
    this.endTime();
    const pending = this.take();
    if (pending === null) return;
    this.execution.recorder.requestFailed();
    pending.reject(new RequestFailure(failure.kind === 'protocol' ? 'protocol' : 'connection', failure.message));
  }

  /** The request under way has ended, with an answer or without. */
  private endTime(): void {
    if (this.pending?.request != null && this.pending.request.untimed !== true) this.execution.lastEnd = performance.now();
  }

  private send(): void {
    const { pending, execution } = this;
    if (pending === null || pending.request === null) return;
    const slot = this.connections.take();
    if (slot === null) return;
    const { method, path, headers, body } = pending.request;
    try {
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? null);
      const prepared = this.connections.requests.prepare({ method, path, headers, body: bytes });
      pending.isSent = true;
      this.slot = slot;
      execution.recorder.requestSent();
      slot.send(prepared.bytes(slot.endpoint), prepared.isHead, 'all', this);
    } catch (error) {
      this.take();
      pending.reject(new RequestFailure('protocol', error instanceof Error ? error.message : String(error)));
    }
  }

  private mayGoOn(reject: (failure: RequestFailure) => void): boolean {
    const { ended } = this.execution;
    if (ended !== null) reject(new RequestFailure(ended, ended === 'timeout' ? 'the operation did not end in time' : 'the test was cancelled'));
    return ended === null;
  }

  private endAll(kind: 'timeout' | 'cancelled', message: string): void {
    this.execution.ended = kind;
    for (const session of [...this.execution.sessions]) session.fail(kind, message);
  }

  private take(): Pending | null {
    const pending = this.pending;
    this.execution.timeline.cancel(this);
    this.pending = null;
    this.slot = null;
    return pending;
  }

  private fail(kind: 'timeout' | 'cancelled', message: string): void {
    const slot = this.slot;
    const pending = this.pending;
    if (pending === null) return;
    if (pending.isSent) {
      this.endTime();
      this.execution.recorder.requestFailed();
    }
    this.take();
    slot?.abandon();
    pending.reject(new RequestFailure(kind, message));
  }
}
