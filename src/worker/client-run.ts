// What a client is given: its tasks, and the worker it lives in.
import type { RequestFactory } from '../http/request.ts';
import type { Assertion } from '../operation/assertions.ts';
import type { LoadOperation } from '../operation/operation.ts';
import type { ClientSchedule } from '../schedule/client-schedule.ts';
import type { ClientExchanges } from './client-exchanges.ts';
import type { TaskRecorder } from './recorder.ts';
import type { Timeline } from './timeline.ts';

/** One task as one client runs it. */
export interface ClientRun {
  readonly task: number;
  readonly taskName: string;
  readonly operation: LoadOperation;
  /** Position of the target that its requests go to, and the client's connections to that target. */
  readonly target: number;
  readonly exchanges: ClientExchanges;
  readonly schedule: ClientSchedule;
  readonly recorder: TaskRecorder;
  /** Limit of one execution in ms. */
  readonly timeout: number;
  /** The limit as a message names it, with its length. */
  readonly timeoutText: string;
  /** Requests of one execution that are under way at the same time, at most. */
  readonly concurrency: number;
  /** Whether a failed request ends the test. */
  readonly abortsOnError: boolean;
  /** What each outcome must meet; empty unless the user wants assertions to be checked. */
  readonly assertions: readonly Assertion[];
}

/** How the client options want requests that failed to be repeated. By default none is. */
export interface RequestRetryPolicy {
  /** How often one request is repeated at most. */
  readonly maxRetries: number;
  /** HTTP statuses of answers whose requests are repeated. */
  readonly statuses: readonly number[];
  /** Whether a request without an answer in time is repeated. */
  readonly onTimeout: boolean;
}

/** What a client needs of the worker it lives in. */
export interface ClientHost {
  readonly timeline: Timeline;
  /** Makes the requests of scripts. */
  readonly requests: RequestFactory;
  readonly retries: RequestRetryPolicy;
  /** The client has done all its tasks of the step. */
  onClientDone(): void;
  /** One task of the client has ended. */
  onRunDone(run: ClientRun): void;
  /** What the requests of the task are made from failed: documents, or a plug-in. The test cannot go on. */
  onSourceFailure(run: ClientRun, error: unknown): void;
  /** The test cannot go on. */
  onFatal(run: ClientRun, kind: string, description: string): void;
  /** A throttled request is sent this many ms after its intended time although its client was free. */
  recordLag(lag: number): void;
}
