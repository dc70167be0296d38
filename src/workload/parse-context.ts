// What the parsers of a workload share: where it lies, where problems go, and how files beside it are read.
import type { Json } from '../json.ts';
import type { ProblemSink } from './problem-sink.ts';

export interface ParseContext {
  /** Absolute path of the directory of the workload. */
  readonly directory: string;
  readonly sink: ProblemSink;
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
  /** Custom schedules by `<procedure>/<task>`. */
  readonly customSchedules: Map<string, { readonly schedule: string; readonly path: string }>;
}
