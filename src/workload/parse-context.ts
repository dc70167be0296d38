// What the parsers of a workload share: where it lies, where problems go, and how files beside it are read.
import type { Json } from '../json.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import type { ProblemSink } from './problem-sink.ts';

/** What the parsers of a workload share. */
export interface ParseContext {
  /** Absolute path of the directory of the workload. */
  readonly directory: string;
  readonly sink: ProblemSink;
  readonly operations: OperationCatalog;
  /**
   * The rendered JSON of a file of the workload; `null` after it was reported. `path` is the property that names the file,
   * `what` the thing it belongs to, for messages.
   */
  readonly readBody: (file: string, path: string, what: string) => Json | null;
}

/** Things that load, but that a run of this version cannot use. They matter only if a selected task needs them. */
export interface LaterWork {
  /** Corpora with `streaming-ingestion`. */
  readonly streamingCorpora: Set<string>;
  /** By {@link taskKey}. */
  readonly tasks: Map<string, TaskNotes>;
}

/** What the document says of a task beside what the model holds. */
export interface TaskNotes {
  readonly path: string;
  /** The name of a schedule that only a plug-in can define; `null` for the known ones. */
  readonly customSchedule: string | null;
  /** Keys that have no effect. */
  readonly idleKeys: readonly string[];
}

/** Tasks are told apart by their procedure and their name. */
export const taskKey = (procedure: string, task: string): string => `${procedure}/${task}`;
