// Runs the executions of an operation of several requests for one client, one at a time.
import { assertOutcome } from '../operation/assertions.ts';
import type { Outcome, ScriptOperation } from '../operation/operation.ts';
import type { ClientHost, ClientRun } from './client-run.ts';
import { ScriptSession } from './script-session.ts';

/** How an execution ended. */
export interface ScriptEnd {
  /** When its first request was sent; `null` if none was. */
  readonly firstStart: number | null;
  /** When its last answer ended; `null` if there was none. */
  readonly lastEnd: number | null;
  /** What the operation threw; `null` if it ended by itself. */
  readonly error: unknown;
}

/** The execution under way, if there is one. */
export class ScriptRunner {
  private readonly host: ClientHost;
  private readonly onEnd: (end: ScriptEnd) => void;
  private session: ScriptSession | null = null;

  /** @param onEnd called when an execution has ended, unless it was cancelled */
  constructor(host: ClientHost, onEnd: (end: ScriptEnd) => void) {
    this.host = host;
    this.onEnd = onEnd;
  }

  /** Whether a request waits for a connection. */
  get isConnecting(): boolean {
    return this.session?.isConnecting === true;
  }

  /** Begins an execution; returns its start, a reading of the monotonic clock. */
  start(run: ClientRun, operation: ScriptOperation, outcome: Outcome): number {
    const { timeline, requests } = this.host;
    const { exchanges, recorder } = run;
    const session = ScriptSession.begin({ exchanges, requests, recorder, timeline }, run);
    this.session = session;
    operation.run(session, outcome).then(
      () => {
        if (run.assertions.length > 0) assertOutcome(run.assertions, outcome);
        this.end(session, null);
      },
      (error: unknown) => this.end(session, error),
    );
    return session.start;
  }

  /** Its time is over: the request under way fails. */
  expire(): void {
    this.session?.expire();
  }

  /** Ends it at once; nobody is told. */
  cancel(): void {
    this.session?.cancel();
    this.session = null;
  }

  private end(session: ScriptSession, error: unknown): void {
    if (this.session !== session) return;
    this.session = null;
    session.close();
    if (error !== null) session.countFailure(error);
    this.onEnd({ firstStart: session.firstStart, lastEnd: session.lastEnd, error });
  }
}
