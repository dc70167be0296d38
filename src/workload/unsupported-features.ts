// Finds what the selected tasks need and this version cannot do: operation types that neither it nor the plug-in has,
// other formats of documents.
import type { Problem } from '../errors.ts';
import { archiveExtensions, isForeignArchive } from './archive-names.ts';
import { didYouMean } from './closest-match.ts';
import { joinPath, propertyPath } from './json-path.ts';
import { leafTasks, type Operation, type Task, type TestProcedure, type Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import { taskKey, type WorkloadNotes } from './parse-context.ts';
import type { PluginFacts } from './plugin-inspector.ts';

/** What keeps the tasks from being run. */
export interface FeatureProblems {
  /** What is right, but cannot be done by this version. */
  readonly unsupported: readonly Problem[];
  /** What is wrong in any version. */
  readonly invalid: readonly Problem[];
}

/** What is checked: the tasks of one procedure, in a workload with the plug-in or without one. */
export interface FeatureCheck {
  readonly workload: Workload;
  readonly procedure: TestProcedure;
  readonly notes: WorkloadNotes;
  readonly plugin: KnownPlugin;
  readonly operations: OperationCatalog;
}

/** What is known of a workload's plug-in. */
export interface KnownPlugin {
  /** Name of its file; `null` if the workload has none. */
  readonly file: string | null;
  /** What it has registered; `null` if this version cannot run it, or if there is none. */
  readonly facts: PluginFacts | null;
}

/**
 * Checks the tasks of one procedure. Only what is selected counts: a workload with a plug-in runs as long as no
 * selected task needs what the plug-in does not bring.
 */
export function checkFeatures(check: FeatureCheck): FeatureProblems {
  const { workload, procedure, operations } = check;
  const found: Found = { unsupported: [], invalid: [] };
  const seen = new Set<Operation>();
  for (const task of leafTasks(procedure.schedule)) {
    checkSchedule(task, check, found);
    found.invalid.push(...checkUnit(task, check));
    if (seen.has(task.operation)) continue;
    seen.add(task.operation);
    checkType(task, check, found);
    checkSource(task, check, found);
    if (task.operation.type === 'bulk' && !hasOtherSource(task.operation, operations))
      found.unsupported.push(...checkDocuments(task, workload));
  }
  return found;
}

interface Found {
  readonly unsupported: Problem[];
  readonly invalid: Problem[];
}

/**
 * Whether an operation names a parameter source of a plug-in. What its parameters must be is then not known here: only
 * what the source makes of them is.
 */
export function hasOtherSource(operation: Pick<Operation, 'type' | 'params'>, { facts }: OperationCatalog): boolean {
  const source = operation.params.get('param-source');
  return typeof source === 'string' && !isBuiltInSource(source, facts);
}

/** Whether a task needs a plug-in: its type, its parameter source or its schedule is not one of this program's own. */
export function needsPlugin(task: Task, catalog: OperationCatalog): boolean {
  const { operation, customSchedule } = task;
  return !catalog.facts.has(operation.type) || hasOtherSource(operation, catalog) || customSchedule !== null;
}

/** The parameter sources of operation types have the names of these, and that of `bulk` has another one beside. */
const isBuiltInSource = (name: string, types: OperationCatalog['facts']): boolean =>
  types.has(name) || name === 'file-reader';

function checkType(task: Task, { operations: { facts: types }, plugin }: FeatureCheck, found: Found): void {
  const { operation } = task;
  if (plugin.facts?.runners.includes(operation.type) === true) return;
  const facts = types.get(operation.type);
  if (facts !== undefined) {
    if (facts.unsupported === null) return;
    const what = `Operation type "${operation.type}" (task "${task.name}")`;
    found.unsupported.push(
      at(operation, 'operation-type', `${what} is not supported by this version: ${facts.unsupported}`),
    );
    return;
  }
  const known = [...types.keys(), ...(plugin.facts?.runners ?? [])];
  lack(found, plugin, {
    problem: at(operation, 'operation-type', ''),
    uses: `Task "${task.name}" uses the operation type "${operation.type}"`,
    isMissing: `There is no operation type "${operation.type}" (task "${task.name}")`,
    hint: didYouMean(operation.type, known) ?? 'If it is the name of an operation, define it in "operations".',
  });
}

function checkSource(task: Task, { operations, plugin }: FeatureCheck, found: Found): void {
  const { operation } = task;
  const source = operation.params.get('param-source');
  if (typeof source !== 'string' || !hasOtherSource(operation, operations)) return;
  if (plugin.facts?.sources.includes(source) === true) return;
  lack(found, plugin, {
    problem: at(operation, 'param-source', ''),
    uses: `Task "${task.name}" uses the parameter source "${source}"`,
    isMissing: `There is no parameter source "${source}" (task "${task.name}")`,
    hint: didYouMean(source, plugin.facts?.sources ?? []),
  });
}

function checkSchedule(task: Task, { procedure, notes, plugin }: FeatureCheck, found: Found): void {
  const name = task.customSchedule?.name;
  const known = plugin.facts?.schedulers.map((scheduler) => scheduler.name) ?? [];
  if (name === undefined || known.includes(name)) return;
  const path = notes.tasks.get(taskKey(procedure.name, task.name))?.path ?? '';
  lack(found, plugin, {
    problem: { file: task.operation.location.file, path: propertyPath(path, 'schedule'), message: '' },
    uses: `Task "${task.name}" uses the schedule "${name}"`,
    isMissing: `"schedule" of task "${task.name}" must be "deterministic" or "poisson", not "${name}"`,
    hint: didYouMean(name, ['deterministic', 'poisson', ...known]),
  });
}

/** Something that neither this program nor the plug-in has. */
interface Lack {
  /** Where; its message is made here. */
  readonly problem: Problem;
  /** The beginning of a sentence for a plug-in that cannot be run. */
  readonly uses: string;
  /** The beginning of a sentence for something that nobody has. */
  readonly isMissing: string;
  readonly hint: string | undefined;
}

function lack(found: Found, { file, facts }: KnownPlugin, { problem, uses, isMissing, hint }: Lack): void {
  if (file !== null && facts === null) {
    const message = `${uses}, which needs the plug-in ${file}; this version cannot run such plug-ins`;
    found.unsupported.push({ ...problem, message, hint });
    return;
  }
  const why = file === null ? 'the workload has no plug-in' : `the plug-in ${file} does not register it`;
  found.invalid.push({ ...problem, message: `${isMissing}; ${why}`, hint });
}

/** A target throughput in another unit than that of the operation, by which the task could not be paced. */
function checkUnit(task: Task, { workload, procedure, notes, plugin, operations }: FeatureCheck): readonly Problem[] {
  const { targetThroughput: target, operation } = task;
  const unit = operations.unit(operation, workload);
  const path = notes.tasks.get(taskKey(procedure.name, task.name))?.path;
  const isForeign = hasOtherSource(operation, operations) || plugin.facts?.runners.includes(operation.type) === true;
  if (target === null || unit === null || path === undefined || isForeign) return [];
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
function checkDocuments(task: Task, workload: Workload): readonly Problem[] {
  const named = task.operation.params.get('corpora');
  const names =
    typeof named === 'string' ? [named] : Array.isArray(named) ? named : workload.corpora.map((corpus) => corpus.name);
  const used = workload.corpora.filter((corpus) => names.includes(corpus.name));
  const sets = used.flatMap(({ documentSets }) => documentSets);
  const foreign = sets.filter(({ documentFile }) => isForeignArchive(documentFile));
  if (foreign.length > 0) {
    const files = foreign.map(({ documentFile }) => documentFile).join(', ');
    const what = `The documents of task "${task.name}"`;
    const message = `${what} are packed in a way that this version cannot unpack: ${files}`;
    return [{ ...at(task.operation, '', message), hint: `It unpacks ${archiveExtensions.join(', ')}` }];
  }
  const formats = new Set(sets.map(({ sourceFormat }) => sourceFormat));
  if (formats.size === 0 || formats.has('bulk')) return [];
  const found = [...formats].join(' and ');
  const message = `The corpora of task "${task.name}" hold ${found} documents, which this version cannot read`;
  return [at(task.operation, '', message)];
}

function at(operation: Operation, key: string, message: string): Problem {
  return { file: operation.location.file, path: joinPath(operation.location.path, key), message };
}
