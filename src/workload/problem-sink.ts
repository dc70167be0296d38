// Gathers the problems of an input, so that all of them are reported at once.
import type { Problem } from '../errors.ts';

/**
 * Where parsers put what they find wrong. One problem per path is kept: the first is the cause, later ones are its
 * consequences.
 */
export class ProblemSink {
  readonly file: string;
  private readonly found: Problem[] = [];
  private readonly seenPaths = new Set<string>();

  /** All paths are paths within the JSON of `file`, which every problem names. */
  constructor(file: string) {
    this.file = file;
  }

  get problems(): readonly Problem[] {
    return this.found;
  }

  /** Reports that the value at a path is wrong. The message reads on from that path: `must be a string`. */
  add(path: string, message: string, hint?: string): void {
    if (path !== '' && this.seenPaths.has(path)) return;
    this.seenPaths.add(path);
    this.found.push({ file: this.file, path, message, hint });
  }

  /** A problem of another file, such as the body of an index. */
  addForeign(problem: Problem): void {
    this.found.push(problem);
  }
}
