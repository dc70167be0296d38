// What an operation type is to the rest of the program: a check of its parameters, and a source of requests per client.

import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { Problem } from '../errors.ts';
import type { Answer } from '../http/answer.ts';
import type { PreparedRequest, RequestFactory } from '../http/request.ts';
import type { JsonObject } from '../json.ts';
import type { Millis } from '../units.ts';
import type { Corpus, IndexDefinitions } from '../workload/model.ts';

/** What operations may know of the workload. Plain data, so that it travels to workers. */
export interface WorkloadFacts extends IndexDefinitions {
  readonly corpora: readonly PreparedCorpus[];
}

/** The operation of a task, as a worker gets it. */
export interface OperationSpec {
  readonly name: string;
  readonly type: string;
  readonly params: JsonObject;
}

/** What one client of one task needs to make its requests. */
export interface OperationContext {
  readonly spec: OperationSpec;
  readonly workload: WorkloadFacts;
  /** This client's index within the task, and the number of clients of the task. */
  readonly clientIndex: number;
  readonly clientCount: number;
  readonly requests: RequestFactory;
  /** Uniform in [0, 1); seeded per client, so that a run can be repeated. */
  readonly random: () => number;
  /** `--enable-assertions`: a violated assertion makes its sample a failure of kind `assertion`. Default: assertions are not looked at. */
  readonly checksAssertions?: boolean | undefined;
}

/** What became of one execution of an operation. One object per client, reset and filled again for each. */
export class Outcome {
  /** How much was done, in `unit`s; 0 if it failed as a whole. */
  weight = 1;
  /** `ops`, `docs`, `pages`, … */
  unit = 'ops';
  success = true;
  /** Kind of failure for the count of errors, e.g. `HTTP 429` or `bulk`. Of low cardinality; no request data. */
  errorKind: string | null = null;
  /** One line for people; the first of each kind is kept. No secrets. */
  errorDescription: string | null = null;
  /** Metrics of a profiled request in ms (spec/3 §3.4); such a request gives no latency sample. */
  profile: ReadonlyMap<string, number> | null = null;
  /** What the answer says of itself where the operation reads it (`took`, `hits`, `timed_out`, `cluster-status`, …); assertions look at it. */
  details: ReadonlyMap<string, string | number | boolean> | null = null;

  reset(): void {
    this.weight = 1;
    this.unit = 'ops';
    this.success = true;
    this.errorKind = null;
    this.errorDescription = null;
    this.profile = null;
    this.details = null;
  }

  fail(kind: string, description: string): void {
    this.success = false;
    this.errorKind = kind;
    this.errorDescription = description;
  }
}

/** How much of a successful answer's body an operation reads. Error answers are always kept (up to a bound). */
export type BodyUse =
  /** Nothing: the body is skipped by position. */
  | 'none'
  /** The first bytes decide, see {@link RequestOperation.needsWholeBody}. */
  | 'peek'
  | 'all';

interface OperationBase {
  /** The source of requests ends by itself (bulk): a task without counts and periods then runs until it is exhausted. */
  readonly isFinite: boolean;
  /** Share of the source that is used up, 0..1; `null` for endless sources. */
  progress(): number | null;
  /** What one execution will most likely be worth, so that throttling holds from the first request (bulk: `bulk-size` docs). Default 1 ops. */
  readonly expectedWeight?: { readonly weight: number; readonly unit: string };
  /** Frees files and buffers. */
  close?(): void;
}

/** One request is one sample: the hot path. No promise and, but for what varies, no allocation per request. */
export interface RequestOperation extends OperationBase {
  readonly kind: 'request';
  /** A promise if data for the next request must first be read; `null` if {@link next} can be called now. Off the timed path. */
  ready(): Promise<void> | null;
  /** The next request, `null` if the source is exhausted. The bytes stay untouched until the next call. */
  next(): PreparedRequest | null;
  /** May differ from request to request: to be read after each {@link next}. */
  readonly bodyUse: BodyUse;
  /** For `peek`: `body` holds what has arrived (identity-encoded or not: see `answer.encoding`), at least 64 bytes or all of it. */
  needsWholeBody?(answer: Answer): boolean;
  /** Reads the answer into the outcome; `answer` is only valid during the call. HTTP status ≥ 300 has been handled unless listed in `ignoredStatus`. */
  read(answer: Answer, outcome: Outcome): void;
  /** HTTP statuses that are not errors. */
  readonly ignoredStatus?: readonly number[];
}

/** Several requests, or none, make one sample: administration, scrolling, composites. */
export interface ScriptOperation extends OperationBase {
  readonly kind: 'script';
  /** `false`: the source is exhausted. */
  next(): boolean;
  /** May throw {@link RequestFailure}; the client loop turns it into a failed sample. */
  run(session: Session, outcome: Outcome): Promise<void>;
}

export type LoadOperation = RequestOperation | ScriptOperation;

export interface ScriptRequest {
  readonly method: string;
  /** Path and query, without the prefix of the endpoint. */
  readonly path: string;
  readonly body?: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Limit of this request; default: what is left of the limit of the whole operation. */
  readonly timeout?: Millis | undefined;
  /** HTTP statuses ≥ 300 that are an answer and not a failure. */
  readonly ignoredStatus?: readonly number[];
  /** Cleaning up after what was measured (freeing a scroll): counted, but not part of the service time. */
  readonly untimed?: boolean | undefined;
}

export interface ScriptReply {
  readonly status: number;
  /** Decompressed. Belongs to the caller. */
  readonly body: Buffer;
}

/**
 * What a script may do. The session keeps the time from the start of the first request to the last byte of the last answer (service time),
 * counts requests and failed requests, and ends everything when the run is cancelled or the limit of the operation is over.
 */
export interface Session {
  /** Sends one request and resolves with its answer. Rejects with {@link RequestFailure} on status ≥ 300, lost connection and timeout. */
  request(request: ScriptRequest): Promise<ScriptReply>;
  /** Rejects with {@link RequestFailure} when the limit of the operation is over. */
  sleep(duration: Millis): Promise<void>;
  /** Counts a repeated attempt. */
  countRetry(): void;
  /** A session on another connection for concurrent parts (composite); its requests count for this operation. */
  fork(): Session;
  /** Ends what {@link fork} made; a request that is under way rejects as `cancelled`. May be called twice. */
  release(): void;
  /** Reports a part of a composite under its own name: extra service time (spec/3 §3.3). */
  reportPart(part: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }): void;
  /** Marks a time that counts as service time without a request (`sleep` operation). */
  countAsService(duration: Millis): void;
  readonly now: () => number;
}

export type FailureKind = 'connection' | 'timeout' | 'tls' | 'protocol' | 'status' | 'cancelled';

/** A request that did not end in an acceptable answer: data, not a bug. */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly body: Buffer | null;
  constructor(kind: FailureKind, message: string, status: number | null = null, body: Buffer | null = null) {
    super(message);
    this.name = 'RequestFailure';
    this.kind = kind;
    this.status = status;
    this.body = body;
  }
}

export interface OperationType {
  readonly name: string;
  /** All problems of the parameters of one operation; paths are relative to the operation (`bulk-size`). Called before any load. */
  check(spec: OperationSpec, workload: CheckFacts): readonly Problem[];
  /** Names of the corpora whose documents the operation sends; they are prepared before the load. `[]` for most. */
  corpora(spec: OperationSpec, workload: CheckFacts): readonly string[];
  /** A source of requests for one client. */
  create(context: OperationContext): LoadOperation;
  /** Limit of one execution (`request-timeout`, or what the parameters imply, as the duration of a sleep does); `null` = the client option `timeout`. */
  limit?(spec: OperationSpec): Millis | null;
}

/** The part of the workload that checks may look at. */
export interface CheckFacts extends IndexDefinitions {
  readonly corpora: readonly Corpus[];
}
