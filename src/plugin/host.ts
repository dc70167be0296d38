// The contract of a host of plug-ins: what runs the code of a workload's author, in whatever language it is written.
//
//   load thread ── openSource / openRunner / openScheduler / openValues ──▶ host ──▶ code of the plug-in
//               ◀── parameters ahead of need, as bytes ────────────────────
//
// Each load thread has a host of its own. A host of a language that would stop the event loop of the load runs the code
// beside it, in a thread or process of its own; what it hands over lies ready before it is needed.
import type { Json, JsonObject } from '../json.ts';
import type { OperationSpec, Session } from '../operation/operation.ts';
import type { BodyForm, ParameterSource, SourceParams } from '../operation/parameter-source.ts';
import type { RunValues } from '../run-values.ts';
import { type Seconds, seconds } from '../units.ts';
import type { PluginFacts } from '../workload/plugin-inspector.ts';
import type { PluginPlace } from '../workload/plugin-place.ts';

/** What a host is opened with. */
export interface HostOptions {
  readonly place: PluginPlace;
  /**
   * What plug-ins may know of the workload, in the shape of `PluginWorkload`; `null` while the workload is still
   * being loaded.
   */
  readonly workload: JsonObject | null;
  /** All random choices of the run follow from it. */
  readonly seed: number;
  /** Takes what a plug-in prints, line by line, for the log. */
  readonly log: (message: string) => void;
  /**
   * Called before code of the plug-in runs in this thread that may never end: an import, `register`, a constructor.
   * Whoever watches the thread can then name what did not end. A host that runs code elsewhere watches by itself.
   */
  readonly begins: (what: string) => void;
}

/** Everything that a plug-in has registered. Plain data. */
export interface PluginNames extends PluginFacts {
  readonly schedulers: readonly PluginSchedulerName[];
  /** Fields of randomized queries for which there is a source of values. */
  readonly valueSources: readonly { readonly operation: string; readonly field: string }[];
  readonly randomizations: readonly QueryRandomization[];
}

/** A scheduler by its name in a task's `schedule`. */
export interface PluginSchedulerName {
  readonly name: string;
  /**
   * `simple`: gives times from the rate that this client shall reach, and is made anew when the rate changes.
   * `full`: hears of each request, and is made once; it decides the rate itself.
   */
  readonly kind: 'simple' | 'full';
}

/** Which parts of the queries of an operation are randomized, in place of ranges with lower and upper bounds. */
export interface QueryRandomization {
  readonly operation: string;
  /** The key below which randomized fields stand: `range`. */
  readonly query: string;
  /** Sets of names of which the first that a query has is replaced: `[["gte", "gt"], ["lte", "lt"]]`. */
  readonly parameters: readonly (readonly string[])[];
  /** Names that are written if the query or the value has them: `["format"]`. */
  readonly optional: readonly string[];
}

/** Which client of which task something is opened for. */
export interface ClientPlace {
  /** Name of the task. */
  readonly task: string;
  readonly operation: OperationSpec;
  /** This client's index within the task, and the number of clients of the task. */
  readonly clientIndex: number;
  readonly clientCount: number;
  /**
   * A whole number from which all random choices for this client follow. It depends on the run's seed, the task and the
   * client alone, so that the same seed gives the same parameters whatever the number of threads and nodes.
   */
  readonly seed: number;
}

/** A parameter source that is wanted. */
export interface SourceRequest extends ClientPlace {
  /** The registered name. */
  readonly name: string;
  readonly bodies: BodyForm;
}

/**
 * The parameter source of one client. It has a copy of the operation's parameters and a stream of random numbers of its
 * own.
 */
export interface PluginSource extends ParameterSource {
  /** Names of the corpora that the source says it reads; `null` if it says nothing. */
  readonly corpora: readonly string[] | null;
}

/** The runner of one client. */
export interface PluginRunner {
  /** True if the runner says itself when the task is done: it then runs until {@link RunnerResult.isCompleted}. */
  readonly decidesCompletion: boolean;
  /**
   * One execution. The parameters come from a source of the same host, of form `kept`, or from the workload, with a
   * body inline. Rejects with the `RequestFailure` of a request that the plug-in did not catch, and with a `PLUGIN`
   * error for anything else that the plug-in throws.
   */
  run(params: SourceParams, client: Session): Promise<RunnerResult>;
  close(): void;
}

/** What a runner says of one execution. A runner that says nothing has done 1 `ops`. */
export interface RunnerResult {
  readonly weight: number;
  readonly unit: string;
  readonly success: boolean;
  readonly errorType: string | null;
  readonly errorDescription: string | null;
  /** Units per second, if the runner has measured that itself. */
  readonly throughput: number | null;
  /** Everything else that it returned, for assertions. */
  readonly details: ReadonlyMap<string, string | number | boolean>;
  /** Whether this was the last execution, if the runner decides that. */
  readonly isCompleted: boolean;
  /** Share of the task that is done, 0..1; `null` if the runner does not say. */
  readonly progress: number | null;
}

/** A scheduler that is wanted. */
export interface SchedulerRequest extends ClientPlace {
  /** The registered name. */
  readonly name: string;
  /** The task as the workload says it, with all of its keys. */
  readonly spec: JsonObject;
  /** The client's parameter source, for schedulers that look at it; `null` if the plug-in has none for the task. */
  readonly source: PluginSource | null;
}

/** The scheduler of one client. Times are in seconds since the client began the task. */
export interface PluginScheduler {
  /**
   * A promise if the next time is still being computed, `null` if {@link next} can be called now. It rejects with a
   * `PLUGIN` error.
   */
  ready(): Promise<void> | null;
  /** When the next request is due, after one that was due at `current`. 0 = at once. Throws a `PLUGIN` error. */
  next(current: Seconds): Seconds;
  /** For `simple` ones: from now on this client shall make so many requests per second. */
  setRate(perSecond: number): void;
  /** For `full` ones: a request leaves. */
  beforeRequest(now: Seconds): void;
  /** For `full` ones: a request has ended, with its work and whether it succeeded. */
  afterRequest(now: Seconds, weight: number, unit: string, success: boolean): void;
  close(): void;
}

/** A source of values for a field of randomized queries that is wanted. */
export interface ValuesRequest {
  readonly operation: string;
  readonly field: string;
  /** All values follow from it: streams that are opened with the same seed are equal. */
  readonly seed: number;
}

/** An endless stream of values such as `{"gte": 1, "lte": 5, "format": "…"}`. */
export interface PluginValues {
  /** A promise if the next value is still to be made, `null` if {@link next} can be called now. */
  ready(): Promise<void> | null;
  /** The next value. Throws a `PLUGIN` error. */
  next(): JsonObject;
  close(): void;
}

/** What a workload processor may work with when it prepares data on a machine. */
export interface PreparationTools {
  /** Absolute path of the directory for data that is kept: `local.dataset.cache`. */
  readonly dataDirectory: string;
  /** Downloads a file to a path in that directory. `size` in bytes is checked unless it is `null`. */
  download(url: string, path: string, size: number | null): Promise<void>;
  /** Unpacks an archive in that directory; the document appears beside it. */
  unpack(archive: string): Promise<void>;
}

/**
 * Runs one plug-in. {@link register} is called first and once; then anything may be opened. Importing the plug-in, its
 * `register` and each constructor may take {@link constructionLimit}; a `PLUGIN` error then names what did not end.
 * All failures of the plug-in are `PLUGIN` errors that name file and line and hold the plug-in's own trace.
 */
export interface PluginHost {
  /** Imports the plug-in and lets it register. Rejects with `PLUGIN` if it does not, or registers nonsense. */
  register(): Promise<PluginNames>;
  /** Tells what plug-ins may know of the workload if the host was opened without it; before anything else is opened. */
  tellWorkload(workload: JsonObject): Promise<void>;
  /** Makes a parameter source. */
  openSource(request: SourceRequest): Promise<PluginSource>;
  /** Makes a runner for an operation type of {@link PluginNames.runners}. */
  openRunner(place: ClientPlace): Promise<PluginRunner>;
  /** Makes a scheduler. */
  openScheduler(request: SchedulerRequest): Promise<PluginScheduler>;
  /** Opens the stream of values of {@link PluginNames.valueSources}. */
  openValues(request: ValuesRequest): Promise<PluginValues>;
  /** Lets the workload processors change the rendered `workload.json`, and returns it. What they make is checked. */
  changeWorkload(document: JsonObject): Promise<Json>;
  /** Lets the workload processors prepare data on this machine. */
  prepareData(tools: PreparationTools): Promise<void>;
  /**
   * Shows the plug-in what operations of earlier steps have left behind. Plug-ins that were written for OpenSearch
   * Benchmark look for it in files of their working directory. Absent if there is no such thing in the language.
   */
  showValues?(values: RunValues): Promise<void>;
  /** Ends everything. What is under way rejects. */
  close(): Promise<void>;
}

/** How long importing a plug-in, its `register`, or one constructor may take. */
export const constructionLimit: Seconds = seconds(30);
