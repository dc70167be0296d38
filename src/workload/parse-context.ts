// What the parsers of the parts of a workload hand to each other.
import type { Json } from '../json.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import type { ProblemSink } from './problem-sink.ts';

/** What every parser needs beside the document: where problems go, and how files are read. */
export interface ParseContext {
  /** Absolute path of the directory of the workload. */
  readonly directory: string;
  readonly sink: ProblemSink;
  readonly operations: OperationCatalog;
  /**
   * The rendered JSON of a file of the workload; `null` after it was reported. `path` is the property that names the
   * file, `what` the thing it belongs to, for messages.
   */
  readonly readBody: (file: string, path: string, what: string) => Json | null;
}

/**
 * What the document says beside what the model holds. It is looked at only for the tasks that are selected, as a
 * workload may hold much that this program cannot run and that nobody asks for.
 */
export interface WorkloadNotes {
  /** The notes of each task, by its {@link taskKey}. */
  readonly tasks: Map<string, TaskNotes>;
}

/** What the document says of one task beside what the model holds. */
export interface TaskNotes {
  /** Path of the task in the document. */
  readonly path: string;
  /** Keys of the task that have no effect. */
  readonly idleKeys: readonly string[];
}

/** A key that tells the tasks of a workload apart: by their procedure and their name. */
export const taskKey = (procedure: string, task: string): string => `${procedure}/${task}`;
