// From the files of a workload to the model: its fragments are put together, rendered and parsed. Where the files come
// from and which tasks are selected is not decided here.
import { join } from 'node:path';
import { BenchmarkError, type Problem } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { EpochMillis } from '../units.ts';
import { assembleFile } from './assemble.ts';
import type { FoundWorkload } from './find.ts';
import { parseRendered, type Rendered } from './json-document.ts';
import { offsetOfPath } from './locate.ts';
import { explainProblems, type MissingParameter, parameterHint } from './missing-parameters.ts';
import type { Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import type { WorkloadNotes } from './parse-context.ts';
import { parseWorkload } from './parse-workload.ts';
import { ProblemSink } from './problem-sink.ts';
import { Renderer } from './render.ts';
import { traceRendering } from './trace.ts';
import { rejectUnusedParameters } from './unused-parameters.ts';

/** A workload as its files say it, with all that is wrong. */
export interface ReadWorkload {
  /** Complete only without problems. */
  readonly workload: Workload;
  /** The rendered `workload.json`. */
  readonly document: Json;
  readonly notes: WorkloadNotes;
  readonly problems: readonly Problem[];
  /** Parameters that were printed although nobody gave them. */
  readonly missing: readonly MissingParameter[];
  /** Problems with the fragment and line that wrote the value at their path. */
  readonly locate: (problems: readonly Problem[]) => readonly Problem[];
}

/** What reading a workload depends on beside its files. */
export interface ReadSurroundings {
  readonly operations: OperationCatalog;
  /** What a plug-in has made of the rendered document; it then takes the place of the document. */
  readonly document?: Json;
  /** For the template variable `now`. */
  readonly wallTime: () => EpochMillis;
}

/**
 * Reads a workload. Throws `WORKLOAD_SYNTAX`, `WORKLOAD_NOT_FOUND` (a fragment) and `WORKLOAD_PARAMS_UNUSED`; other
 * problems are returned.
 */
export function readWorkload(
  found: FoundWorkload,
  params: JsonObject,
  { operations, wallTime, document }: ReadSurroundings,
): ReadWorkload {
  const renderer = new Renderer(found.directory, params, wallTime);
  const sink = new ProblemSink(found.file);
  const rendered = renderer.main(assembleFile(found.file), found.file);
  const json = document ?? explaining(renderer, () => parseRendered(rendered, `Workload [${found.name}]`));
  let bodiesAreBroken = false;
  const readBody = (file: string, path: string, what: string): Json | null => {
    const absolute = join(found.directory, file);
    try {
      const body = renderer.body(assembleFile(absolute, found.directory), absolute);
      return explaining(renderer, () => parseRendered(body, `The body of ${what}`));
    } catch (error) {
      if (!(error instanceof BenchmarkError)) throw error;
      bodiesAreBroken = true;
      for (const problem of bodyProblems(error, absolute, path, what)) sink.addForeign(problem);
      return null;
    }
  };
  const parsed = parseWorkload(json, found.name, found.source, {
    directory: found.directory,
    sink,
    readBody,
    operations,
  });
  // What a body that cannot be read would have used is unknown.
  if (!bodiesAreBroken) rejectUnusedParameters([...params.keys()], renderer.knownParameters, found.file);
  const missing = renderer.missingParameters;
  return {
    ...parsed,
    document: json,
    problems: sink.problems,
    missing,
    // The text of the files says nothing of the places in a document that a plug-in has made.
    locate: (problems) =>
      explainProblems(document === undefined ? locateProblems(problems, rendered) : problems, missing),
  };
}

/**
 * Runs `read`; if it fails because a parameter without a value left a gap in the text, the error gets a hint that says
 * so.
 */
function explaining<T>(renderer: Renderer, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const hint =
      error instanceof BenchmarkError ? parameterHint(error.problems, renderer.missingParameters) : undefined;
    if (!(error instanceof BenchmarkError) || hint === undefined) throw error;
    throw new BenchmarkError(error.code, error.message, { problems: error.problems, hint });
  }
}

function bodyProblems(error: BenchmarkError, file: string, path: string, what: string): readonly Problem[] {
  const problems: readonly Problem[] = error.problems.length > 0 ? error.problems : [{ message: error.message }];
  return problems.map((problem) => ({
    file,
    ...problem,
    message: `Body of ${what} (named at ${path}): ${problem.message}`,
  }));
}

function locateProblems(problems: readonly Problem[], rendered: Rendered): readonly Problem[] {
  const trace = traceRendering(rendered.source, rendered.render);
  if (trace === null) return problems;
  return problems.map((problem) => {
    if (problem.file !== rendered.file || problem.path === undefined || problem.line !== undefined) return problem;
    const position = trace.positionOf(offsetOfPath(trace.text, problem.path));
    return { ...problem, file: position.file, line: position.line };
  });
}
