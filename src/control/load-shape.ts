// Gives the tasks of a test procedure other clients than the workload says.
import { BenchmarkError } from '../errors.ts';
import { leafTasks, type ScheduleElement, type Task, type TestProcedure } from '../workload/model.ts';

/**
 * The procedure in which each task for which `isLoad` holds is what `change` makes of it. Other tasks, such as those
 * that create an index, stay as the workload says. A parallel element gets as many clients as its tasks have together,
 * so that none waits for another. Throws `CONFIG` if no task is load; `purpose` is the flag that wants it.
 */
export function reshape(
  procedure: TestProcedure,
  purpose: string,
  isLoad: (task: Task) => boolean,
  change: (task: Task) => Task,
): TestProcedure {
  if (!leafTasks(procedure.schedule).some(isLoad)) {
    const message = `${purpose} finds no task to change: test procedure "${procedure.name}" has none that is load.`;
    throw new BenchmarkError('CONFIG', message, { hint: 'Include a task that searches, indexes or sends requests.' });
  }
  const changed = (task: Task): Task => (isLoad(task) ? change(task) : task);
  const element = (one: ScheduleElement): ScheduleElement => {
    if (one.kind === 'task') return changed(one);
    if (!one.tasks.some(isLoad)) return one;
    const tasks = one.tasks.map(changed);
    return { ...one, tasks, clients: tasks.reduce((sum, { clients }) => sum + clients, 0) };
  };
  return { ...procedure, schedule: procedure.schedule.map(element) };
}

/**
 * The task with so many clients of which a redline test decides how many send. Failed requests do not end it, because
 * they are what the test looks for, and there is no ramp-up beside that of the test.
 */
export const forRedline = (task: Task, clients: number): Task => ({
  ...withClients(task, clients),
  rampUpTimePeriod: null,
  ignoreResponseErrorLevel: 'non-fatal',
});

/**
 * The task with so many clients, from its first rate on. Failed requests do not end it: a condition may be about them.
 */
export const forRateSearch = (task: Task, clients: number, start: number): Task => ({
  ...task,
  clients,
  targetThroughput: { value: start, unit: 'ops' },
  ignoreResponseErrorLevel: 'non-fatal',
});

/** The task with so many clients, each of which sends one request per second. */
export const withClients = (task: Task, clients: number): Task => ({
  ...task,
  clients,
  targetThroughput: { value: clients, unit: 'ops' },
});
