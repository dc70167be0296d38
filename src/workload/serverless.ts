// What of a workload can be sent to a serverless collection.
import type { ScheduleElement, Task, Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';

export interface ServerlessWorkload {
  readonly workload: Workload;
  /** One line per procedure that lost tasks. */
  readonly notices: readonly string[];
}

/** Drops top-level tasks that serverless refuses. An operation's own `serverless` decides; custom types and parallel elements stay. */
export function forServerless(workload: Workload, catalog: OperationCatalog): ServerlessWorkload {
  const notices: string[] = [];
  const stays = (element: ScheduleElement): boolean => element.kind === 'parallel' || isAllowed(element, catalog);
  const testProcedures = workload.testProcedures.map((procedure) => {
    const removed = procedure.schedule.filter((element) => !stays(element)).map((element) => (element.kind === 'task' ? element.name : ''));
    if (removed.length === 0) return procedure;
    notices.push(`Test procedure [${procedure.name}]: not run, as a serverless collection does not allow them: ${removed.join(', ')}.`);
    return { ...procedure, schedule: procedure.schedule.filter(stays) };
  });
  return { workload: { ...workload, testProcedures }, notices };
}

function isAllowed(task: Task, catalog: OperationCatalog): boolean {
  const own = task.operation.params.get('serverless');
  if (typeof own === 'boolean') return own;
  return catalog.facts.get(task.operation.type)?.runsOnServerless ?? true;
}
