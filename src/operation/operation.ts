// What an operation type is to the rest of the program: a check of parameters, and a source of requests for each
// client.

import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { Problem } from '../errors.ts';
import type { RequestFactory } from '../http/request.ts';
import type { JsonObject } from '../json.ts';
import type { RecallName } from '../metrics/recall.ts';
import type { Answer, BodyUse, Refusal } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import type { TransportTarget } from '../transport/transport.ts';
import type { Millis } from '../units.ts';
import type { DataSetFile, DataSetShape } from '../vectors/data-set.ts';
import type { VectorSource } from '../vectors/vector-reader.ts';
import type { Corpus, IndexDefinitions } from '../workload/model.ts';
import type { BodyForm, ParameterSource } from './parameter-source.ts';
import type { RunValueStore } from './run-value-store.ts';

/** What operations may know of the workload. It is plain data, because it is sent to workers. */
export interface WorkloadFacts extends IndexDefinitions {
  readonly corpora: readonly PreparedCorpus[];
  /** The data sets of vectors that the operations of the run read. */
  readonly dataSets: readonly DataSetShape[];
}

/** The operation of a task as workers get it: its name, its type, and its parameters as the workload gives them. */
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
  /** How long one execution may take. */
  readonly timeout?: Millis;
  /** What operations of this run leave behind for later ones. */
  readonly values: RunValueStore;
  /** Makes requests from data sets of vectors. */
  readonly vectors: VectorSource;
  /** The client option `timeout`: how long a request may take unless the operation says otherwise. */
  readonly requestTimeout: Millis;
  /** Uniform in [0, 1); seeded per client, so that a run can be repeated. */
  readonly random: () => number;
  /**
   * `--enable-assertions`: a violated assertion makes its sample a failure of kind `assertion`. By default assertions
   * are ignored.
   */
  readonly checksAssertions?: boolean | undefined;
}

/** Documents of a bulk request that the target did not take for one kind of reason. */
export interface DocumentFailure {
  /** Of low cardinality, without data of the document: `HTTP 400 mapper_parsing_exception`, `timeout`. */
  readonly kind: string;
  readonly count: number;
  /** What the target said of the first of them, in one line. */
  readonly example: string;
}

/** Recall of one vector search: the share of the true nearest neighbours that it found. */
export interface RecallSample {
  readonly name: RecallName;
  /** From 0 to 1. */
  readonly value: number;
}

const none: readonly DocumentFailure[] = [];
const noRecall: readonly RecallSample[] = [];

/**
 * What became of one execution of an operation. Each client has one such object, which is reset before each execution.
 */
export class Outcome {
  /** How much was done, in `unit`s; 0 if the operation failed as a whole. */
  weight = 1;
  /** What the weight counts: `ops`, `docs`, `pages`, … */
  unit = 'ops';
  success = true;
  /**
   * Units per second, if the operation has measured that itself; such a value stands in the results instead of what is
   * calculated from weights. `null` = it has not.
   */
  throughput: number | null = null;
  /**
   * The kind by which failures are counted, such as `HTTP 429` or `bulk`. There are few kinds, and they hold no data of
   * requests.
   */
  errorKind: string | null = null;
  /** One line for people, without secrets. Results keep the first one of each kind. */
  errorDescription: string | null = null;
  /** Metrics of a profiled request by name, in ms. A profiled request is slower, so it gives no latency sample. */
  profile: ReadonlyMap<string, number> | null = null;
  /** Recall of a vector search, under each name that it has. The operation may use the same objects again. */
  recall: readonly RecallSample[] = noRecall;
  /** ParameterFacts from the answer that assertions can check: `took`, `hits`, `timed_out`, `cluster-status`, … */
  details: ReadonlyMap<string, string | number | boolean> | null = null;

  /** Documents of a bulk request, whether it was sent or not; 0 for other operations. */
  documents = 0;
  /** Those of them that the target did not take, or of which no answer says that it did. */
  failedDocuments: readonly DocumentFailure[] = none;

  /** A success of weight 1, as before each execution. */
  reset(): void {
    this.documents = 0;
    this.failedDocuments = none;
    this.weight = 1;
    this.unit = 'ops';
    this.success = true;
    this.throughput = null;
    this.errorKind = null;
    this.errorDescription = null;
    this.profile = null;
    this.recall = noRecall;
    this.details = null;
  }

  /** Makes this a failure in which nothing was done. */
  failWhole(kind: string, description: string): void {
    this.fail(kind, description);
    this.weight = 0;
    this.unit = 'ops';
    this.throughput = null;
  }

  /** Makes this a failure; see {@link errorKind} and {@link errorDescription}. */
  fail(kind: string, description: string): void {
    this.success = false;
    this.errorKind = kind;
    this.errorDescription = description;
  }
}

interface OperationBase {
  /**
   * True if the source of requests ends by itself, as that of `bulk` does. A task without counts and periods then runs
   * until it is exhausted.
   */
  readonly isFinite: boolean;
  /** Share of the source that is used up, 0..1; `null` for endless sources. */
  progress(): number | null;
  /**
   * A promise if data for the next execution must be read first, `null` if `next` can be called now. The wait is not
   * part of the service time.
   */
  ready?(): Promise<void> | null;
  /** Documents in the execution that `next` has made, if it sends documents. */
  readonly documents?: number;
  /**
   * The likely weight of one execution, so that throttling holds from the first request: `bulk-size` docs for `bulk`.
   * Default: 1 ops.
   */
  readonly expectedWeight?: { readonly weight: number; readonly unit: string };
  /** Frees files and buffers. */
  close?(): void;
}

/**
 * An operation of which one request is one sample. This is the load path: nothing in it may allocate or make a promise
 * per request.
 */
export interface RequestOperation extends OperationBase {
  readonly kind: 'request';
  ready(): Promise<void> | null;
  /** The next request, `null` if the source is exhausted. Its bytes do not change until the next call. */
  next(): PreparedRequest | null;
  /** May differ from request to request, so it is to be read after each {@link next}. */
  readonly bodyUse: BodyUse;
  /**
   * For `peek`: asked as soon as at least 64 bytes of the body, or all of it, are in `answer.body`, encoded as
   * `answer.encoding` says.
   */
  needsWholeBody?(answer: Answer): boolean;
  /**
   * Reads the answer into the outcome. `answer` is valid during the call only. A status of 300 or more comes here only
   * if it is in `ignoredStatus`.
   */
  read(answer: Answer, outcome: Outcome): void;
  /** HTTP statuses of 300 or more that are no errors. */
  readonly ignoredStatus?: readonly number[];
}

/** An operation of which several requests, or none, are one sample: administration, scrolling, composites. */
export interface ScriptOperation extends OperationBase {
  readonly kind: 'script';
  /** Moves on to the next execution; false if there is none left. */
  next(): boolean;
  /** One execution. A {@link RequestFailure} that it throws becomes a failed sample. */
  run(session: Session, outcome: Outcome): Promise<void>;
}

/** A source of requests for one client of one task. */
export type LoadOperation = RequestOperation | ScriptOperation;

/** One request of a script. */
export interface ScriptRequest {
  readonly method: string;
  /** Path and query, without the prefix of the endpoint. */
  readonly path: string;
  readonly body?: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long this request may take. Default: what is left of the limit of the whole operation. */
  readonly timeout?: Millis | undefined;
  /** HTTP statuses of 300 or more that are answers and no failures. */
  readonly ignoredStatus?: readonly number[];
  /**
   * The request is counted, but its time is no part of the service time: it cleans up after what was measured, as
   * freeing a scroll does.
   */
  readonly untimed?: boolean | undefined;
  /** Whether sending it twice does no harm. Default: true for GET and HEAD. */
  readonly isRepeatable?: boolean | undefined;
}

/** How a request is sent that was made before. */
export interface SendOptions extends Pick<ScriptRequest, 'timeout'> {
  /**
   * Asked as soon as the first bytes of a successful answer are there: whether they are enough, so that the rest of the
   * body is skipped. Without it the whole body is read.
   */
  readonly isEnough?: ((answer: Answer) => boolean) | undefined;
}

/** The answer to a {@link ScriptRequest}. */
export interface ScriptReply {
  readonly status: number;
  /** Decompressed; the caller may keep it. */
  readonly body: Buffer;
}

/**
 * What a script may do. The session measures the service time, from the start of the first request to the last byte of
 * the last answer, counts requests and failed requests, and ends everything when the run is cancelled or the operation
 * has reached its time limit.
 */
export interface Session {
  /**
   * Sends one request and resolves with its answer. Rejects with {@link RequestFailure} if the status is 300 or more,
   * the connection is lost or time is up.
   */
  request(request: ScriptRequest): Promise<ScriptReply>;
  /** Sends one request that was made before, to the target of the operation. Otherwise as {@link request}. */
  send(request: PreparedRequest, options?: SendOptions): Promise<ScriptReply>;
  /** Waits. Rejects with {@link RequestFailure} when the operation reaches its time limit meanwhile. */
  sleep(duration: Millis): Promise<void>;
  /** Counts a repeated attempt, for the figure `retries` of the results. */
  countRetry(): void;
  /** A session for parts that run at the same time, on other connections. Its requests count for this operation. */
  fork(): Session;
  /**
   * Ends a session that {@link fork} made. A request that is under way rejects as `cancelled`. It may be called twice.
   */
  release(): void;
  /** Reports a part of a composite: one more sample of service time, under the name of the part. */
  reportPart(part: { readonly operation: string; readonly type: string; readonly serviceTime: Millis }): void;
  /** Adds time without a request to the service time, for the operation `sleep`. */
  countAsService(duration: Millis): void;
  /** The monotonic clock in ms. */
  readonly now: () => number;
}

/**
 * What kept a request from an acceptable answer. With the first three it was not sent; `connection`: it was, and its
 * connection was lost; `status` is an HTTP status of 300 or more.
 */
export type FailureKind =
  | 'connection refused'
  | 'host unreachable'
  | 'TLS handshake failed'
  | 'connection'
  | 'timeout'
  | 'tls'
  | 'protocol'
  | 'status'
  | 'cancelled';

/**
 * A request that got no acceptable answer. It is a result of the measurement, not a bug. `status` and `body` are those
 * of an error answer.
 */
export class RequestFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly body: Buffer | null;
  /** What the target said, where it does not speak HTTP. */
  readonly refusal: Refusal | null;
  constructor(
    kind: FailureKind,
    message: string,
    status: number | null = null,
    body: Buffer | null = null,
    refusal: Refusal | null = null,
  ) {
    super(message);
    this.refusal = refusal;
    this.name = 'RequestFailure';
    this.kind = kind;
    this.status = status;
    this.body = body;
  }
}

/** A parameter that names a JSON file, and the parameter that takes what is in it. */
export interface FileParameter {
  readonly name: string;
  readonly content: string;
}

/** An operation type. {@link executableTypes} lists all of them. */
export interface OperationType {
  /** As workloads write it in `operation-type`. */
  readonly name: string;
  /** Administration: not reported unless the operation says so. */
  readonly isAdmin: boolean;
  /** May be sent to a serverless collection. */
  readonly runsOnServerless: boolean;
  /**
   * A file that the operation needs. The coordinator reads it on its own machine when the run begins, so that no other
   * machine must have it.
   */
  readonly file: FileParameter | null;
  /**
   * All problems of the parameters of one operation; paths are relative to the operation (`bulk-size`). Called before
   * any load.
   */
  check(spec: OperationSpec, workload: CheckFacts): readonly Problem[];
  /** Which documents of its corpora the operation sends: plain ones, or the vectors of data sets. */
  readonly documents: 'bulk' | 'vectors';
  /** Names of the corpora whose documents the operation sends. They are prepared before the load. */
  corpora(spec: OperationSpec, workload: CheckFacts): readonly string[];
  /** A source of requests for one client. Throws `WORKLOAD_INVALID` for parameters that {@link check} refuses. */
  create(context: OperationContext): LoadOperation;
  /** Where a source of parameters for this type leaves bodies. */
  readonly sourceBodies: BodyForm;
  /**
   * The requests of one client whose parameters come from a source. `first` are the first of them, for what must be
   * known before any is asked for; `null` if the source has none. Making requests throws `PLUGIN` if the source gives
   * what {@link check} refuses.
   */
  createOver(source: ParameterSource, context: OperationContext, first: JsonObject | null): LoadOperation;
  /**
   * How long one execution may take: `request-timeout`, or what the parameters imply, as the duration of a sleep does.
   * `null` = the client option `timeout`.
   */
  limit?(spec: OperationSpec): Millis | null;
  /** What the weight of an execution counts: `docs` for `docs/s`; `null` = not known before the load. */
  unit(spec: OperationSpec, workload: CheckFacts): string | null;
  /**
   * Where its requests go, if not to the cluster over HTTP. `grpcHosts` is where the cluster is spoken to over gRPC.
   */
  target?(spec: OperationSpec, grpcHosts: readonly string[]): TransportTarget;
  /** The files of vectors that the operation reads, once the corpora are prepared. */
  dataSets?(spec: OperationSpec, workload: WorkloadFacts): readonly DataSetFile[];
  /**
   * All problems of the data sets that a task of so many clients uses, once it is known what is in them; paths are
   * relative to the operation.
   */
  checkData?(spec: OperationSpec, workload: WorkloadFacts, clients: number): readonly Problem[];
  /** How many requests one execution has under way at the same time, at most. */
  concurrency(spec: OperationSpec): number;
  /**
   * About how many bytes the largest request body of one client has, of `clients` that share the documents. Absent for
   * operations whose bodies stand in the workload.
   */
  bodyBytes?(spec: OperationSpec, workload: WorkloadFacts, clients: number): number;
}

/** The part of the workload that checks may look at. */
export interface CheckFacts extends IndexDefinitions {
  readonly corpora: readonly Corpus[];
}
