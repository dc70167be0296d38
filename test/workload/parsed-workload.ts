// Parses a workload that a test gives as a plain object, without files and templates.

import type { Problem } from '../../src/errors.ts';
import { type Json, parseJson } from '../../src/json.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import type { Task, Workload } from '../../src/workload/model.ts';
import { leafTasks } from '../../src/workload/model.ts';
import type { WorkloadNotes } from '../../src/workload/parse-context.ts';
import { parseWorkload } from '../../src/workload/parse-workload.ts';
import { ProblemSink } from '../../src/workload/problem-sink.ts';

export interface Parsed {
  readonly workload: Workload;
  readonly notes: WorkloadNotes;
  readonly problems: readonly Problem[];
  /** The problems as `path: message`. */
  readonly complaints: readonly string[];
}

/** `definition` is a plain object or JSON text (for floats such as `8.0`). Bodies are `{"file": <name>}`. */
export function parse(definition: unknown): Parsed {
  const sink = new ProblemSink('workload.json');
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const readBody = (file: string): Json => new Map([['file', file]]);
  const parsed = parseWorkload(
    parseJson(text),
    'w',
    { kind: 'builtin' },
    { directory: '/w', sink, readBody, operations: operationCatalog },
  );
  return {
    ...parsed,
    problems: sink.problems,
    complaints: sink.problems.map((problem) => `${problem.path}: ${problem.message}`),
  };
}

/** A workload with the given schedule, and with one index, one corpus and two operations. */
export function withSchedule(
  schedule: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    indices: [{ name: 'logs' }],
    corpora: [
      {
        name: 'logs',
        'base-url': 'http://host',
        documents: [{ 'source-file': 'logs.json.bz2', 'document-count': 100 }],
      },
    ],
    operations: [
      { name: 'append', 'operation-type': 'bulk', 'bulk-size': 10 },
      { name: 'query', 'operation-type': 'search', body: {} },
    ],
    schedule,
    ...more,
  };
}

/** The first leaf task of the first procedure. */
export function firstTask(parsed: Parsed): Task {
  const [task] = leafTasks(parsed.workload.testProcedures[0]?.schedule ?? []);
  if (task === undefined) throw new Error('The schedule is empty.');
  return task;
}
