// What a loader of workloads must know of the operations of another database, and how a loaded workload becomes one for
// that database.

import type { Operation, ScheduleElement, Task, TestProcedure } from '../../workload/model.ts';
import type { OperationCatalog } from '../../workload/operation-catalog.ts';
import { operationCatalog } from '../registry.ts';
import { type Database, typeName } from './database.ts';

/** The catalog of a database: operation types that it does not have are not supported. */
export function catalogOf(database: Database): OperationCatalog {
  const own = new Map(database.operations.map((type) => [type.name, type]));
  return {
    facts: new Map(
      [...operationCatalog.facts].map(([name, facts]) => [
        name,
        own.has(name) ? { ...facts, unsupported: null } : { ...facts, unsupported: `${database.title} has none` },
      ]),
    ),
    check: (spec, workload) => own.get(spec.type)?.check(spec, workload) ?? [],
    unit: (spec, workload) => own.get(spec.type)?.unit(spec, workload) ?? null,
  };
}

/** A procedure whose operations are those of a database. */
export function procedureFor(database: Database, procedure: TestProcedure): TestProcedure {
  const operationFor = (operation: Operation): Operation => ({
    ...operation,
    type: typeName(database, operation.type),
  });
  const taskFor = (task: Task): Task => ({ ...task, operation: operationFor(task.operation) });
  const elementFor = (element: ScheduleElement): ScheduleElement =>
    element.kind === 'task' ? taskFor(element) : { ...element, tasks: element.tasks.map(taskFor) };
  return { ...procedure, schedule: procedure.schedule.map(elementFor) };
}
