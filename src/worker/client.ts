// A client of the load: sends the requests of its tasks one after another, when the schedule wants them, and times
// them.
//
//   proceed ─▶ next request ─▶ wait for its time ─▶ send ─▶ answer, loss or timeout ─▶ record ─▶ proceed
//
// It is a state machine that the read callback of its connection drives: there is no promise and no allocation per
// request of the hot path.
import { BenchmarkError } from '../errors.ts';
import { Outcome } from '../operation/operation.ts';
import type { NextStep } from '../schedule/client-schedule.ts';
import { UnitMismatch } from '../schedule/pacer.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import type { WireFailure } from '../transport/wire.ts';
import { millis } from '../units.ts';
import type { ClientExchanges } from './client-exchanges.ts';
import type { ClientHost, ClientRun } from './client-run.ts';
import { type Exchange, type ExchangeOwner, requestFailureOf } from './exchange.ts';
import { failWhole, failWithError, failWithStatus, isHttpError, readAnswer } from './outcome-of.ts';
import { RunningTimes } from './sample-times.ts';
import { type ScriptEnd, ScriptRunner } from './script-runner.ts';
import type { Waiter } from './timeline.ts';

/** Kind of failure of an assertion: it always ends the test. */
const VIOLATION = 'assertion';

/** It waits for a time, and for nothing else. */
type WaitingState = 'paused' | 'waiting-start' | 'waiting' | 'waiting-end';
type ClientState = WaitingState | 'idle' | 'reading' | 'sending' | 'script' | 'ended';

/** One simulated user. It runs the tasks of one step after another, with one request, or one execution, at a time. */
export class LoadClient implements Waiter, ExchangeOwner {
  /** When the execution under way must have ended; infinite if there is none. */
  deadline = Number.POSITIVE_INFINITY;
  readonly id: number;
  private readonly host: ClientHost;
  /** Its connections to each target. */
  private readonly exchanges: readonly ClientExchanges[];
  private runs: readonly ClientRun[] = [];
  private position = 0;
  private run: ClientRun | null = null;
  private state: ClientState = 'idle';
  /** The task ends after what is under way. */
  private stops = false;
  /** It takes no further request until it may go on. */
  private isPaused = false;
  /** While it is paused: since when. */
  private pausedAt = 0;
  /** Start of the current task: the time 0 of its schedule. */
  private start = 0;
  private request: PreparedRequest | null = null;
  /** How often the request under way was repeated because the client options say so. */
  private attempts = 0;
  /** Borrowed from the first request of a task to its end. */
  private exchange: Exchange | null = null;
  private readonly script: ScriptRunner;
  /** The thread stood still while the execution was under way. */
  private isDisturbed = false;
  private readonly times = new RunningTimes();
  private readonly outcome = new Outcome();

  constructor(id: number, host: ClientHost, exchanges: readonly ClientExchanges[]) {
    this.id = id;
    this.host = host;
    this.exchanges = exchanges;
    this.script = new ScriptRunner(host, (end) => this.endScript(end));
  }

  /** Position of the target that a request waits for a connection to; `null` if none does. */
  get awaitedTarget(): number | null {
    const waits = this.exchange?.isConnecting === true || this.script.isConnecting;
    return waits ? (this.run?.target ?? null) : null;
  }

  /**
   * Share of one of the tasks of the step that is done: 0 before it begins, 1 after it has ended; `null` if unknown.
   */
  progress(run: ClientRun, now: number): number | null {
    if (run !== this.run) return this.runs.indexOf(run) > this.position ? 0 : 1;
    return run.schedule.progress(millis(now - this.start)) ?? run.operation.progress();
  }

  /** Whether it has done all its tasks of the step. */
  get hasEnded(): boolean {
    return this.state === 'ended';
  }

  /** Begins with the tasks of a step at `start`, or waits to be let go on. */
  begin(runs: readonly ClientRun[], start: number, isPaused: boolean): void {
    this.runs = runs;
    this.isPaused = isPaused;
    this.position = 0;
    this.stops = false;
    this.nextRun(start);
  }

  /**
   * Lets it go on, or keeps it from taking a further request; one that it has taken is sent. Its schedule goes on where
   * it stopped, but the end of a time period does not move.
   */
  setPaused(isPaused: boolean, now: number): void {
    this.isPaused = isPaused;
    if (isPaused || this.state !== 'paused' || this.run === null) return;
    this.run.schedule.skip(millis(Math.max(0, now - this.pausedAt)));
    this.state = 'waiting-start';
    this.host.timeline.wait(this, this.start + this.run.schedule.begin);
  }

  /** Ends the tasks of the step after the request under way, which is finished and counted. */
  complete(): void {
    this.runs = this.runs.slice(0, this.position + 1);
    if (this.run === null) return;
    this.stops = true;
    if (['paused', 'waiting', 'waiting-start', 'waiting-end'].includes(this.state)) {
      this.host.timeline.cancel(this);
      this.endRun(performance.now());
    }
  }

  /** Ends everything at once; a request under way gives no sample. */
  cancel(): void {
    if (this.state === 'ended' || this.state === 'idle') return;
    this.host.timeline.cancel(this);
    this.deadline = Number.POSITIVE_INFINITY;
    this.exchange?.abandon();
    this.runs = [];
    this.endRun(performance.now());
  }

  /** Closes its connections for good. */
  close(): void {
    for (const exchanges of this.exchanges) exchanges.close();
  }

  /** Replaces idle connections that their servers are about to close. */
  refresh(now: number): void {
    for (const exchanges of this.exchanges) exchanges.refresh(now);
  }

  /**
   * Called when the thread stood still: what this client would have sent in `span` ms is not sent, and what is under
   * way gives no sample, because its times would be those of the driver. Waiters of the timeline have been moved
   * already.
   */
  skip(span: number): void {
    const { run, times } = this;
    if (run === null) return;
    run.schedule.skip(millis(span));
    this.deadline += span;
    times.intended += span;
    this.isDisturbed ||= this.state === 'sending' || this.state === 'script';
    const isOver = this.state === 'waiting' && times.intended - this.start >= run.schedule.end;
    if (isOver) this.state = 'waiting-end';
    this.pausedAt += span;
    if (this.state === 'waiting-end' || this.state === 'paused') this.waitForEnd(run);
  }

  onDue(now: number): void {
    if (this.state === 'waiting-start') this.proceed(now);
    else if (this.state === 'waiting-end' || this.state === 'paused') this.endRun(now);
    else if (this.state === 'waiting') {
      this.dispatch();
      this.host.recordLag(this.times.processingStart - this.times.intended);
    }
  }

  /** Called by the worker's sweep when the deadline is over. */
  onTimeout(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.state === 'script') {
      this.script.expire();
      return;
    }
    const wasSent = this.exchange?.giveUp(true) === true;
    if (wasSent && this.host.retries.onTimeout && this.retry()) return;
    this.outcome.reset();
    const missing = wasSent ? 'complete answer' : 'connection';
    const description = `no ${missing} within ${this.run?.timeoutText ?? 'its limit'}`;
    failWhole(this.outcome, this.run?.operation, 'timeout', description);
    this.finish(performance.now());
  }

  needsWholeBody(answer: Answer): boolean {
    const operation = this.run?.operation;
    return operation?.kind === 'request' ? (operation.needsWholeBody?.(answer) ?? true) : true;
  }

  onAnswer(answer: Answer): void {
    const end = performance.now();
    this.host.timeline.standstill.look(end);
    const { run, outcome } = this;
    this.deadline = Number.POSITIVE_INFINITY;
    if (run === null || run.operation.kind !== 'request') return;
    this.host.timeline.hadWork = true;
    outcome.reset();
    if (isHttpError(answer, run.operation)) {
      this.exchange?.countFailure();
      if (this.host.retries.statuses.includes(answer.status) && this.retry()) return;
      failWithStatus(outcome, run.operation, answer);
    } else {
      readAnswer(run, run.operation, answer, outcome);
      if (!outcome.success) this.exchange?.countFailure();
    }
    this.finish(end);
  }

  onFailure(failure: WireFailure): void {
    this.host.timeline.standstill.look(performance.now());
    if (this.run === null) return;
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.retry()) return;
    this.outcome.reset();
    failWithError(this.outcome, this.run.operation, requestFailureOf(failure));
    this.finish(performance.now());
  }

  private nextRun(start: number): void {
    const run = this.runs[this.position];
    if (run === undefined) {
      this.run = null;
      this.state = 'ended';
      this.host.onClientDone();
      return;
    }
    this.run = run;
    this.stops = false;
    this.start = start;
    run.recorder.taskBegins(start);
    this.state = 'waiting-start';
    if (this.isPaused) this.hold(run, start);
    else this.host.timeline.wait(this, start + run.schedule.begin);
  }

  private hold(run: ClientRun, now: number): void {
    this.state = 'paused';
    this.pausedAt = now;
    this.waitForEnd(run);
  }

  private waitForEnd({ schedule }: ClientRun): void {
    if (schedule.end < Number.POSITIVE_INFINITY) this.host.timeline.wait(this, this.start + schedule.end);
  }

  private endRun(now: number): void {
    const run = this.run;
    this.run = null;
    this.request = null;
    if (this.exchange !== null) run?.exchanges.giveBack(this.exchange);
    this.exchange = null;
    this.script.cancel();
    this.deadline = Number.POSITIVE_INFINITY;
    if (run !== null) {
      run.operation.close?.();
      run.recorder.unsent(run.schedule.unsent);
      this.host.onRunDone(run);
    }
    this.position++;
    this.nextRun(now);
  }

  private proceed(now: number): void {
    const run = this.run;
    if (run === null) return;
    if (this.isPaused && !this.stops) {
      this.hold(run, now);
      return;
    }
    let next: NextStep = 'end';
    try {
      if (!this.stops) {
        if (this.waitFor(run, run.schedule.ready(), 'proceed')) return;
        next = run.schedule.next(millis(now - this.start));
      }
      if (next === 'request') {
        this.times.intended = this.start + run.schedule.intended;
        if (this.waitFor(run, run.operation.ready?.() ?? null, 'prepare')) return;
      }
    } catch (error) {
      this.host.onSourceFailure(run, error);
      return;
    }
    if (next === 'request') this.prepare();
    else if (next === 'end') this.endRun(now);
    else {
      this.state = 'waiting-end';
      this.waitForEnd(run);
    }
  }

  /** Waits for what the next request is made from, or for its time, if there is anything to wait for. */
  private waitFor(run: ClientRun, data: Promise<void> | null, then: 'proceed' | 'prepare'): boolean {
    if (data === null) return false;
    this.state = 'reading';
    data.then(
      () => this.onData(run, then),
      (error: unknown) => this.host.onSourceFailure(run, error),
    );
    return true;
  }

  private onData(run: ClientRun, then: 'proceed' | 'prepare'): void {
    const now = performance.now();
    this.host.timeline.standstill.look(now);
    if (this.run !== run || this.state !== 'reading') return;
    if (then === 'proceed') this.proceed(now);
    else if (this.stops || run.schedule.again(millis(now - this.start)) === 'end') this.endRun(now);
    else this.prepare();
  }

  private prepare(): void {
    const { run, times } = this;
    if (run === null) return;
    const { operation } = run;
    let isThere: boolean;
    try {
      this.request = operation.kind === 'request' ? operation.next() : null;
      isThere = operation.kind === 'request' ? this.request !== null : operation.next();
    } catch (error) {
      this.host.onSourceFailure(run, error);
      return;
    }
    if (!isThere) {
      this.endRun(performance.now());
      return;
    }
    // The clock is only read for throttled requests, which saves the others a reading each.
    if (!Number.isNaN(times.intended) && times.intended > performance.now()) {
      this.state = 'waiting';
      this.host.timeline.wait(this, times.intended);
    } else {
      this.dispatch();
    }
  }

  private dispatch(): void {
    const { run } = this;
    if (run === null) return;
    this.attempts = 0;
    this.isDisturbed = false;
    const now = performance.now();
    run.schedule.before(millis(now - this.start));
    if (run.operation.kind === 'script') {
      this.state = 'script';
      this.outcome.reset();
      this.times.processingStart = this.script.start(run, run.operation, this.outcome);
      this.deadline = this.times.processingStart + run.timeout;
      return;
    }
    this.times.processingStart = now;
    this.times.requestStart = now;
    this.deadline = now + run.timeout;
    this.state = 'sending';
    this.exchange ??= run.exchanges.borrow();
    this.send(now);
  }

  /** Sends the request on the next open connection, or waits for one. The request's time began in {@link dispatch}. */
  private send(now: number): void {
    const { run, request } = this;
    if (run === null || request === null || run.operation.kind !== 'request') return;
    this.exchange?.send(request, run.operation.bodyUse, run.recorder, this, now);
  }

  private retry(): boolean {
    const { run } = this;
    if (run === null || this.attempts >= this.host.retries.maxRetries) return false;
    this.attempts++;
    run.recorder.retried();
    const now = performance.now();
    this.deadline = now + run.timeout;
    this.send(now);
    return true;
  }

  private endScript({ firstStart, lastEnd, error }: ScriptEnd): void {
    const now = performance.now();
    if (this.run === null) return;
    this.deadline = Number.POSITIVE_INFINITY;
    if (error instanceof BenchmarkError) {
      this.host.onSourceFailure(this.run, error);
      return;
    }
    if (error !== null) failWithError(this.outcome, this.run.operation, error);
    this.times.requestStart = firstStart ?? this.times.processingStart;
    this.finish(lastEnd ?? now);
  }

  private finish(requestEnd: number): void {
    const { run, outcome, times } = this;
    if (run === null) return;
    const now = performance.now();
    times.requestEnd = requestEnd;
    times.processingEnd = now;
    if (!this.isDisturbed) run.recorder.sample(run.schedule.sampleType, times, outcome);
    if (!outcome.success && (run.abortsOnError || outcome.errorKind === VIOLATION)) {
      this.host.onFatal(run, outcome.errorKind ?? 'error', outcome.errorDescription ?? '');
      return;
    }
    try {
      run.schedule.after(outcome.success ? outcome.weight : 0, outcome.unit, millis(now - this.start));
    } catch (error) {
      if (error instanceof UnitMismatch) this.host.onFatal(run, 'target-throughput', error.message);
      else this.host.onSourceFailure(run, error);
      return;
    }
    this.proceed(now);
  }
}
