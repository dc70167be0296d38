// What the selected tasks need and this version cannot do: Python plug-ins, later operation types, other document formats.

import type { Problem } from '../errors.ts';
import { didYouMean } from './closest-match.ts';
import { joinPath, propertyPath } from './json-path.ts';
import { leafTasks, type Operation, type Task, type TestProcedure, type Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import { type LaterWork, taskKey } from './parse-context.ts';

export interface SupportProblems {
  /** Right, but later work: the run is refused with code `UNSUPPORTED`. */
  readonly unsupported: readonly Problem[];
  /** Wrong in any version. */
  readonly invalid: readonly Problem[];
}

const NEED_PYTHON = 'which needs the Python plug-in workload.py; this version cannot run Python plug-ins';

/** What is checked: the tasks of one procedure, in a workload that has a `workload.py` or has none. */
export interface SupportRequest {
  readonly workload: Workload;
  readonly procedure: TestProcedure;
  readonly later: LaterWork;
  readonly hasPlugin: boolean;
  readonly operations: OperationCatalog;
}

/**
 * Checks the tasks of one procedure. Only what is selected counts: a workload with a plug-in runs as long as no selected task needs it.
 */
export function checkSupport({ workload, procedure, later, hasPlugin, operations }: SupportRequest): SupportProblems {
  const unsupported: Problem[] = [];
  const invalid: Problem[] = [];
  const seen = new Set<Operation>();
  for (const task of leafTasks(procedure.schedule)) {
    checkSchedule(task, procedure, later, hasPlugin, { unsupported, invalid });
    if (seen.has(task.operation)) continue;
    seen.add(task.operation);
    checkType(task, hasPlugin, operations, { unsupported, invalid });
    if (task.operation.type === 'bulk' && !hasOtherSource(task.operation)) unsupported.push(...checkDocuments(task, workload, later));
  }
  return { unsupported, invalid };
}

interface Found {
  readonly unsupported: Problem[];
  readonly invalid: Problem[];
}

/** Its parameters come from somewhere else than its type, and are not ours to check. */
export function hasOtherSource(operation: Operation): boolean {
  const source = operation.params.get('param-source');
  return typeof source === 'string' && source !== operation.type;
}

function checkType(task: Task, hasPlugin: boolean, { facts: types }: OperationCatalog, found: Found): void {
  const { operation } = task;
  const facts = types.get(operation.type);
  const source = operation.params.get('param-source');
  if (facts === undefined && hasPlugin) {
    const problem = at(operation, 'operation-type', `Task "${task.name}" uses the operation type "${operation.type}", ${NEED_PYTHON}`);
    found.unsupported.push({ ...problem, hint: 'If it is the name of an operation, it is missing in "operations".' });
  } else if (facts === undefined) {
    const hint = didYouMean(operation.type, [...types.keys()]) ?? 'If it is the name of an operation, define it in "operations".';
    found.invalid.push({ ...at(operation, 'operation-type', `There is no operation type "${operation.type}" (task "${task.name}")`), hint });
  } else if (facts.unsupported !== null) {
    found.unsupported.push(
      at(
        operation,
        'operation-type',
        `Operation type "${operation.type}" (task "${task.name}") is not supported by this version: ${facts.unsupported}`,
      ),
    );
  }
  if (typeof source !== 'string' || !hasOtherSource(operation)) return;
  if (types.has(source) || source === 'file-reader') {
    found.unsupported.push(
      at(operation, 'param-source', `Task "${task.name}" borrows the parameter source of "${source}", which this version does not support`),
    );
  } else if (hasPlugin) {
    found.unsupported.push(at(operation, 'param-source', `Task "${task.name}" uses the parameter source "${source}", ${NEED_PYTHON}`));
  } else {
    found.invalid.push(
      at(operation, 'param-source', `There is no parameter source "${source}" (task "${task.name}"), as the workload has no workload.py`),
    );
  }
}

function checkSchedule(task: Task, procedure: TestProcedure, later: LaterWork, hasPlugin: boolean, found: Found): void {
  const notes = later.tasks.get(taskKey(procedure.name, task.name));
  const schedule = notes?.customSchedule ?? null;
  if (notes === undefined || schedule === null) return;
  const problem = { file: task.operation.location.file, path: propertyPath(notes.path, 'schedule') };
  if (hasPlugin) found.unsupported.push({ ...problem, message: `Task "${task.name}" uses the schedule "${schedule}", ${NEED_PYTHON}` });
  else found.invalid.push({ ...problem, message: `must be "deterministic" or "poisson", not "${schedule}"` });
}

/** A bulk operation needs plain documents; which corpora it reads is its parameter `corpora`, default all. */
function checkDocuments(task: Task, workload: Workload, later: LaterWork): readonly Problem[] {
  const named = task.operation.params.get('corpora');
  const names = typeof named === 'string' ? [named] : Array.isArray(named) ? named : workload.corpora.map((corpus) => corpus.name);
  const used = workload.corpora.filter((corpus) => names.includes(corpus.name));
  const streaming = used.filter((corpus) => later.streamingCorpora.has(corpus.name));
  const formats = new Set(used.flatMap((corpus) => corpus.documentSets.map((documents) => documents.sourceFormat)));
  const problems = streaming.map((corpus) =>
    at(task.operation, '', `Corpus "${corpus.name}" of task "${task.name}" uses streaming-ingestion, which this version does not support`),
  );
  if (formats.size === 0 || formats.has('bulk')) return problems;
  const message = `The corpora of task "${task.name}" hold ${[...formats].join(' and ')} documents, which this version cannot read`;
  return [...problems, at(task.operation, '', message)];
}

function at(operation: Operation, key: string, message: string): Problem {
  return { file: operation.location.file, path: joinPath(operation.location.path, key), message };
}
