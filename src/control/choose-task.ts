// Which task of a test procedure the highest rate is searched for.
import { BenchmarkError } from '../errors.ts';
import { leafTasks, type Task, type TestProcedure } from '../workload/model.ts';

/** The first rate of a search, for a task without a target throughput in requests per second. */
const USUAL_START = 10;

/**
 * The task of this name; without one the only task that has a target throughput or searches. Throws `CONFIG`, naming
 * the tasks that can be meant, if that is none or several, or if other tasks run beside it.
 */
export function chooseTask(procedure: TestProcedure, name: string | null, isLoad: (task: Task) => boolean): Task {
  const tasks = leafTasks(procedure.schedule).filter(isLoad);
  const usual = tasks.filter((task) => task.targetThroughput !== null || task.operation.type.includes('search'));
  const found = name === null ? usual : tasks.filter((task) => task.name === name);
  const [task] = found;
  if (task === undefined || found.length > 1)
    throw notOne(procedure, name, name === null && usual.length > 0 ? usual : tasks);
  if (!procedure.schedule.includes(task)) {
    const message = `Task "${task.name}" runs beside others, so its highest rate would depend on theirs.`;
    throw new BenchmarkError('CONFIG', message, { hint: 'Choose a task that runs alone with --find-max-task.' });
  }
  return task;
}

function notOne(procedure: TestProcedure, name: string | null, tasks: readonly Task[]): BenchmarkError {
  const names = tasks.map((task) => task.name).join(', ');
  const what =
    name === null
      ? `Several tasks of test procedure "${procedure.name}", or none, may be meant by --find-max-throughput.`
      : `Test procedure "${procedure.name}" has no task "${name}" that is load.`;
  const hint = tasks.length === 0 ? 'Choose another test procedure.' : `Name one with --find-max-task: ${names}.`;
  return new BenchmarkError('CONFIG', what, { hint });
}

/** The first rate that is tried for a task, in requests per second. */
export const startOf = ({ targetThroughput }: Task): number =>
  targetThroughput?.unit === 'ops' ? targetThroughput.value : USUAL_START;
