// Finds what the selected tasks need and this version cannot do: Python plug-ins, operation types that it does not
// have, other formats of documents.
import type { Problem } from '../errors.ts';
import { didYouMean } from './closest-match.ts';
import { joinPath, propertyPath } from './json-path.ts';
import { leafTasks, type Operation, type Task, type TestProcedure, type Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import { taskKey, type WorkloadNotes } from './parse-context.ts';

/** What keeps the tasks from being run. */
export interface FeatureProblems {
  /** What is right, but cannot be done by this version. */
  readonly unsupported: readonly Problem[];
  /** What is wrong in any version. */
  readonly invalid: readonly Problem[];
}

const NEED_PYTHON = 'which needs the Python plug-in workload.py; this version cannot run Python plug-ins';

/** What is checked: the tasks of one procedure, in a workload that has a `workload.py` or has none. */
export interface FeatureCheck {
  readonly workload: Workload;
  readonly procedure: TestProcedure;
  readonly notes: WorkloadNotes;
  readonly hasPlugin: boolean;
  readonly operations: OperationCatalog;
}

/**
 * Checks the tasks of one procedure. Only what is selected counts: a workload with a plug-in runs as long as no
 * selected task needs it.
 */
export function checkFeatures({ workload, procedure, notes, hasPlugin, operations }: FeatureCheck): FeatureProblems {
  const unsupported: Problem[] = [];
  const invalid: Problem[] = [];
  const seen = new Set<Operation>();
  for (const task of leafTasks(procedure.schedule)) {
    checkSchedule(task, procedure, notes, hasPlugin, { unsupported, invalid });
    invalid.push(...checkUnit(task, procedure, notes, operations.unit(task.operation, workload)));
    if (seen.has(task.operation)) continue;
    seen.add(task.operation);
    checkType(task, hasPlugin, operations, { unsupported, invalid });
    if (task.operation.type === 'bulk' && !hasOtherSource(task.operation))
      unsupported.push(...checkDocuments(task, workload, notes));
  }
  return { unsupported, invalid };
}

interface Found {
  readonly unsupported: Problem[];
  readonly invalid: Problem[];
}

/**
 * Whether an operation names another parameter source than its type. What its parameters must be is then not known
 * here.
 */
export function hasOtherSource(operation: Operation): boolean {
  const source = operation.params.get('param-source');
  return typeof source === 'string' && source !== operation.type;
}

function checkType(task: Task, hasPlugin: boolean, { facts: types }: OperationCatalog, found: Found): void {
  const { operation } = task;
  const facts = types.get(operation.type);
  const source = operation.params.get('param-source');
  if (facts === undefined && hasPlugin) {
    const problem = at(
      operation,
      'operation-type',
      `Task "${task.name}" uses the operation type "${operation.type}", ${NEED_PYTHON}`,
    );
    found.unsupported.push({ ...problem, hint: 'If it is the name of an operation, it is missing in "operations".' });
  } else if (facts === undefined) {
    const hint =
      didYouMean(operation.type, [...types.keys()]) ?? 'If it is the name of an operation, define it in "operations".';
    found.invalid.push({
      ...at(operation, 'operation-type', `There is no operation type "${operation.type}" (task "${task.name}")`),
      hint,
    });
  } else if (facts.unsupported !== null) {
    const what = `Operation type "${operation.type}" (task "${task.name}")`;
    found.unsupported.push(
      at(operation, 'operation-type', `${what} is not supported by this version: ${facts.unsupported}`),
    );
  }
  if (typeof source !== 'string' || !hasOtherSource(operation)) return;
  if (types.has(source) || source === 'file-reader') {
    found.unsupported.push(
      at(
        operation,
        'param-source',
        `Task "${task.name}" borrows the parameter source of "${source}", which this version does not support`,
      ),
    );
  } else if (hasPlugin) {
    found.unsupported.push(
      at(operation, 'param-source', `Task "${task.name}" uses the parameter source "${source}", ${NEED_PYTHON}`),
    );
  } else {
    found.invalid.push(
      at(
        operation,
        'param-source',
        `There is no parameter source "${source}" (task "${task.name}"), as the workload has no workload.py`,
      ),
    );
  }
}

function checkSchedule(
  task: Task,
  procedure: TestProcedure,
  notes: WorkloadNotes,
  hasPlugin: boolean,
  found: Found,
): void {
  const taskNotes = notes.tasks.get(taskKey(procedure.name, task.name));
  const schedule = taskNotes?.customSchedule ?? null;
  if (taskNotes === undefined || schedule === null) return;
  const problem = { file: task.operation.location.file, path: propertyPath(taskNotes.path, 'schedule') };
  if (hasPlugin)
    found.unsupported.push({
      ...problem,
      message: `Task "${task.name}" uses the schedule "${schedule}", ${NEED_PYTHON}`,
    });
  else found.invalid.push({ ...problem, message: `must be "deterministic" or "poisson", not "${schedule}"` });
}

/** A target throughput in another unit than that of the operation, by which the task could not be paced. */
function checkUnit(
  task: Task,
  procedure: TestProcedure,
  notes: WorkloadNotes,
  unit: string | null,
): readonly Problem[] {
  const { targetThroughput: target, operation } = task;
  const path = notes.tasks.get(taskKey(procedure.name, task.name))?.path;
  if (target === null || unit === null || path === undefined || hasOtherSource(operation)) return [];
  if (target.unit === unit || target.unit === 'ops') return [];
  const own = unit === 'ops' ? `"${target.value} ops/s"` : `"${target.value} ${unit}/s" or "${target.value} ops/s"`;
  return [
    {
      file: operation.location.file,
      path: propertyPath(path, 'target-throughput'),
      message: `Task "${task.name}": the requests of "${operation.type}" count ${unit}, not ${target.unit}`,
      hint: `Write ${own}`,
    },
  ];
}

/**
 * What is wrong with the documents of a bulk operation, which must be plain ones. Its parameter `corpora` says which
 * corpora it reads; without it, all.
 */
function checkDocuments(task: Task, workload: Workload, notes: WorkloadNotes): readonly Problem[] {
  const named = task.operation.params.get('corpora');
  const names =
    typeof named === 'string' ? [named] : Array.isArray(named) ? named : workload.corpora.map((corpus) => corpus.name);
  const used = workload.corpora.filter((corpus) => names.includes(corpus.name));
  const streaming = used.filter((corpus) => notes.streamingCorpora.has(corpus.name));
  const formats = new Set(used.flatMap((corpus) => corpus.documentSets.map((documents) => documents.sourceFormat)));
  const problems = streaming.map((corpus) =>
    at(
      task.operation,
      '',
      `Corpus "${corpus.name}" of task "${task.name}" uses streaming-ingestion, which this version does not support`,
    ),
  );
  if (formats.size === 0 || formats.has('bulk')) return problems;
  const found = [...formats].join(' and ');
  const message = `The corpora of task "${task.name}" hold ${found} documents, which this version cannot read`;
  return [...problems, at(task.operation, '', message)];
}

function at(operation: Operation, key: string, message: string): Problem {
  return { file: operation.location.file, path: joinPath(operation.location.path, key), message };
}
