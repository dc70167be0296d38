// Leaves out of a workload what a serverless collection does not allow.
import type { ScheduleElement, Task, Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';

/** A workload without what a serverless collection refuses. */
export interface ServerlessWorkload {
  readonly workload: Workload;
  /** One line per procedure that lost tasks. */
  readonly notices: readonly string[];
}

/**
 * Drops the tasks that a serverless collection refuses. If an operation says `serverless`, that decides, else its type.
 * Tasks of types that are not known, and those of parallel elements, stay.
 */
export function forServerless(workload: Workload, catalog: OperationCatalog): ServerlessWorkload {
  const notices: string[] = [];
  const stays = (element: ScheduleElement): boolean => element.kind === 'parallel' || isAllowed(element, catalog);
  const testProcedures = workload.testProcedures.map((procedure) => {
    const removed = procedure.schedule
      .filter((element) => !stays(element))
      .map((element) => (element.kind === 'task' ? element.name : ''));
    if (removed.length === 0) return procedure;
    const reason = 'not run, as a serverless collection does not allow them';
    notices.push(`Test procedure [${procedure.name}]: ${reason}: ${removed.join(', ')}.`);
    return { ...procedure, schedule: procedure.schedule.filter(stays) };
  });
  return { workload: { ...workload, testProcedures }, notices };
}

function isAllowed(task: Task, catalog: OperationCatalog): boolean {
  const own = task.operation.params.get('serverless');
  if (typeof own === 'boolean') return own;
  return catalog.facts.get(task.operation.type)?.runsOnServerless ?? true;
}
