// What a plug-in in TypeScript is written against. The library exports these types; nothing in them exists at run time,
// so `import type { Registry } from 'opensearch-benchmark'` is all that a plug-in needs.
import type { PluginWorkload } from '../workload-view.ts';

/** The module `workload.ts` (or `workload.js`) exports a function `register` of this type. */
export type Register = (registry: Registry) => void | Promise<void>;

/** Takes what a plug-in brings. A name that is registered twice, or a wrong shape, ends the run before the load. */
export interface Registry {
  /** A source of parameters, for operations that name it in `param-source`. */
  registerParamSource(name: string, open: OpenParamSource): void;
  /** A function that executes operations of a type, or what opens one for each client. */
  registerRunner(operationType: string, runner: RunnerFunction | RunnerFactory): void;
  /** When requests are due, for tasks that name it in `schedule`. */
  registerScheduler(name: string, scheduler: SimpleSchedulerFactory | FullSchedulerFactory): void;
  /** Changes the workload after it was rendered, or prepares data on each machine before the load. */
  registerWorkloadProcessor(processor: WorkloadProcessor): void;
  /** Values for a field of the randomized queries of an operation (`--randomization-enabled`). */
  registerStandardValueSource(operation: string, field: string, source: ValueSource): void;
  /** Which parts of the queries of an operation are randomized; default: `range` with its bounds. */
  registerQueryRandomizationInfo(operation: string, info: QueryRandomizationInfo): void;
  /** What the plug-in may look at to know where it runs. */
  readonly metaData: { readonly benchmarkVersion: string };
}

/** JSON values as plain JavaScript. */
export type Params = Readonly<Record<string, unknown>>;

/** Which client of which task something is made for. */
export interface ClientContext {
  readonly workload: PluginWorkload;
  /** Name of the task. */
  readonly task: string;
  /** Name and type of the operation. */
  readonly operation: { readonly name: string; readonly type: string };
  /** Everything that the workload says about the operation: a copy for this client alone, which it may change. */
  readonly params: Record<string, unknown>;
  /** This client's index within the task, from 0. */
  readonly clientIndex: number;
  /** How many clients the task has, on all machines together. */
  readonly clientCount: number;
  /**
   * Uniform numbers in [0, 1), the same in each run with the same seed. With `Math.random` a run could not be repeated.
   */
  readonly random: () => number;
}

/** Makes the parameter source of one client. It may wait, for a file perhaps, because no clock runs yet. */
export type OpenParamSource = (context: ClientContext) => ParamSource | Promise<ParamSource>;

/** A source of parameters for one client. */
export interface ParamSource {
  /**
   * The parameters of the next request, or `null` if there are no more. A `body` may be an object or a list, which
   * becomes JSON, a text, or bytes in UTF-8. Called in the thread that makes the load, so it must be quick.
   */
  params(): Params | null;
  /**
   * `false` if the source ends by itself: a task without iterations and periods then runs until it does. Default:
   * `true`.
   */
  readonly infinite?: boolean;
  /** Names of the corpora that it reads, which are brought to each machine. Default: none. */
  readonly corpora?: readonly string[];
  /** A promise while the next parameters must be waited for, and `null` when `params` may be called. */
  ready?(): Promise<void> | null;
  /** Share of the source that is used up, 0..1. */
  progress?(): number | null;
  /** Frees files. */
  close?(): void;
}

/** Executes one operation. What it returns is its result; nothing: it has done 1 `ops`. */
export type RunnerFunction = (client: RunnerClient, params: Params) => Promise<RunnerReturn>;

/** Makes a runner for each client, which may keep something from execution to execution. */
export interface RunnerFactory {
  open(context: ClientContext): ClientRunner | Promise<ClientRunner>;
}

/** The runner of one client. */
export interface ClientRunner {
  run(client: RunnerClient, params: Params): Promise<RunnerReturn>;
  /**
   * Set from the beginning if the runner says itself when the task is done: it runs until this is `true` after an
   * execution.
   */
  readonly completed?: boolean;
  /** Share of the task that is done, 0..1. */
  readonly progress?: number | null;
  /** Frees what it holds. */
  close?(): void;
}

/** The result of one execution: nothing, weight and unit, or all that is to be said. */
export type RunnerReturn =
  // biome-ignore lint/suspicious/noConfusingVoidType: a runner that returns nothing is right.
  void | null | readonly [weight: number, unit: string] | RunnerDetails;

/** The result of one execution. Other keys are kept for assertions. */
export interface RunnerDetails {
  /** How much was done; default: 1. */
  readonly weight?: number;
  /** What the weight counts; default: `ops`. */
  readonly unit?: string;
  /** Default: `true`. A failure is counted, and ends the run only under `--on-error=abort`. */
  readonly success?: boolean;
  /** The kind under which a failure is counted. There should be few. */
  readonly 'error-type'?: string;
  readonly 'error-description'?: string;
  /** Units per second, if the runner has measured it itself. */
  readonly throughput?: number;
  readonly [detail: string]: unknown;
}

/** Sends requests to the target on the client's own connections. Their times are the service time of the sample. */
export interface RunnerClient {
  /**
   * Sends one request. Rejects with a {@link RequestError} for a status of 300 or more, a lost connection, or when time
   * is up. Several may be under way at the same time.
   */
  request(method: string, path: string, options?: RunnerRequestOptions): Promise<RunnerReply>;
  /** Waits for so many seconds, or until the operation reaches its time limit, which rejects. */
  sleep(seconds: number): Promise<void>;
}

/** What a request may have beside method and path. */
export interface RunnerRequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text or bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  /** In seconds; default: what is left of the operation's limit. */
  readonly timeout?: number;
  /** Statuses of 300 or more that are no failures. */
  readonly ignore?: readonly number[];
}

/** The answer to a request. */
export interface RunnerReply {
  readonly status: number;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** The body as text. */
  text(): string;
  /** The body as JSON. Throws a `SyntaxError` if it is none. */
  json(): unknown;
}

/** What {@link RunnerClient} rejects with. */
export interface RequestError extends Error {
  readonly name: 'RequestFailure';
  /** `status` for an error answer; else what kept it from coming, such as `timeout` or `connection`. */
  readonly kind: string;
  /** The HTTP status of an error answer, else `null`. */
  readonly status: number | null;
  readonly body: Uint8Array | null;
}

/** What a scheduler is made with. */
export interface PluginSchedulerContext extends ClientContext {
  /** The task as the workload says it, with all of its keys. */
  readonly spec: Params;
  /** The client's parameter source, if it is one of the plug-in's own. */
  readonly paramSource: ParamSource | null;
}

/** Makes schedulers that turn a rate into times. They are made anew when the rate changes. */
export interface SimpleSchedulerFactory {
  readonly kind: 'simple';
  /** `requestsPerSecond` is this client's share of the task's target throughput; `null` if it has none. */
  open(context: PluginSchedulerContext, requestsPerSecond: number | null): SimpleScheduler;
}

/** Gives the times of one client's requests. */
export interface SimpleScheduler {
  /**
   * When the next request is due, in seconds since the client began the task, after one that was due at `current`; 0 =
   * at once.
   */
  next(current: number): number;
}

/** Makes schedulers that follow what the requests do. */
export interface FullSchedulerFactory {
  readonly kind: 'full';
  open(context: PluginSchedulerContext): FullScheduler;
}

/**
 * Gives the times of one client's requests, and hears of each. Times are in seconds since the client began the task.
 */
export interface FullScheduler extends SimpleScheduler {
  /** A request leaves. */
  beforeRequest?(now: number): void;
  /** A request has ended. */
  afterRequest?(now: number, weight: number, unit: string, success: boolean): void;
}

/** Works on the workload as a whole. */
export interface WorkloadProcessor {
  /**
   * Gets the rendered `workload.json` as plain data, which it may change, or return another. What it makes is checked
   * like the file.
   */
  onAfterLoadWorkload?(workload: Record<string, unknown>): unknown;
  /** Brings data to a machine, on each machine that makes load, before the corpora are prepared. */
  onPrepareWorkload?(workload: PluginWorkload, tools: ProcessorTools): Promise<void>;
}

/** What a processor may work with. Paths are relative to the data directory. */
export interface ProcessorTools {
  /** Absolute path of the directory for data that is kept: `local.dataset.cache`. */
  readonly dataDirectory: string;
  /** Downloads a file; `size` in bytes is checked if it is given. */
  download(url: string, path: string, size?: number): Promise<void>;
  /** Unpacks an archive; the document appears beside it. */
  unpack(archive: string): Promise<void>;
}

/** Makes one value from uniform random numbers: `{"gte": 1, "lte": 5}`. */
export type ValueSource = (random: () => number) => Params;

/** Which parts of queries are randomized. */
export interface QueryRandomizationInfo {
  /** The key below which randomized fields stand; default: `range`. */
  readonly query?: string;
  /** Sets of names, of which the first that a query has is replaced; default: `[['gte', 'gt'], ['lte', 'lt']]`. */
  readonly parameters?: readonly (readonly string[])[];
  /** Names that are written as well if the value has them; default: `['format']`. */
  readonly optional?: readonly string[];
}
