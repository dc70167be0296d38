// JSON → operations: those of the block, inline ones, and those that are only a name (spec/2 §3.3).
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Operation } from './model.ts';
import { describeJson, ObjectView, rejectDuplicates } from './object-view.ts';
import { operationTypes } from './operation-types.ts';
import type { ProblemSink } from './problem-sink.ts';

/** The `operations` block by name. */
export function parseOperations(root: ObjectView): ReadonlyMap<string, Operation> {
  const views = root.objects('operations') ?? [];
  const operations = views.map((view) => {
    view.requiredName('name');
    return parseOperation(view);
  });
  rejectDuplicates(
    views.map((view, index) => ({ name: operations[index]?.name ?? '', view })),
    'operation',
  );
  return new Map(operations.map((operation) => [operation.name, operation]));
}

/** The operation that a task names or contains; `null` after a problem was reported. `value` lies at `path`. */
export function resolveOperation(value: Json, path: string, block: ReadonlyMap<string, Operation>, sink: ProblemSink): Operation | null {
  if (isJsonObject(value)) return parseOperation(new ObjectView(value, path, sink));
  if (typeof value !== 'string' || value === '') {
    sink.add(path, `must be the name of an operation or an object, not ${describeJson(value)}`);
    return null;
  }
  const known = block.get(value);
  if (known !== undefined) return known;
  const params: JsonObject = new Map([
    ['name', value],
    ['operation-type', value],
  ]);
  return { name: value, type: value, params, includeInReporting: isReportedByDefault(value), meta: new Map(), location: { file: sink.file, path } };
}

function parseOperation(view: ObjectView): Operation {
  const type = view.requiredName('operation-type');
  return {
    name: view.has('name') ? (view.text('name') ?? '') : type,
    type,
    params: view.json,
    includeInReporting: view.boolean('include-in-reporting', isReportedByDefault(type)),
    meta: view.jsonObject('meta'),
    location: { file: view.sink.file, path: view.path },
  };
}

function isReportedByDefault(type: string): boolean {
  return operationTypes.get(type)?.isAdmin !== true;
}
