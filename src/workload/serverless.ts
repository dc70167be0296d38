// What of a workload can be sent to a serverless collection (spec/2 §3.9).
import type { ScheduleElement, Task, Workload } from './model.ts';
import { operationTypes } from './operation-types.ts';

export interface ServerlessWorkload {
  readonly workload: Workload;
  /** One line per procedure that lost tasks. */
  readonly notices: readonly string[];
}

/** Drops top-level tasks that serverless refuses. An operation's own `serverless` decides; custom types and parallel elements stay. */
export function forServerless(workload: Workload): ServerlessWorkload {
  const notices: string[] = [];
  const testProcedures = workload.testProcedures.map((procedure) => {
    const removed = procedure.schedule
      .filter((element) => !staysOnServerless(element))
      .map((element) => (element.kind === 'task' ? element.name : ''));
    if (removed.length === 0) return procedure;
    notices.push(`Test procedure [${procedure.name}]: not run, as a serverless collection does not allow them: ${removed.join(', ')}.`);
    return { ...procedure, schedule: procedure.schedule.filter(staysOnServerless) };
  });
  return { workload: { ...workload, testProcedures }, notices };
}

function staysOnServerless(element: ScheduleElement): boolean {
  return element.kind === 'parallel' || isAllowed(element);
}

function isAllowed(task: Task): boolean {
  const own = task.operation.params.get('serverless');
  if (typeof own === 'boolean') return own;
  return operationTypes.get(task.operation.type)?.runsOnServerless ?? true;
}
