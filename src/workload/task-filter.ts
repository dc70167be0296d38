// Which tasks of a workload run: `--include-tasks` and `--exclude-tasks`.
import { BenchmarkError, exitCodes } from '../errors.ts';
import type { Parallel, ScheduleElement, Task, Workload } from './model.ts';

/** Chooses tasks by their name, by the type of their operation, or by one of their tags. */
export type TaskFilter =
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'type'; readonly value: string }
  | { readonly kind: 'tag'; readonly value: string };

/** Reads `name`, `type:T` and `tag:G`. Throws `USAGE` (exit code 64) for anything else with a colon. */
export function parseTaskFilters(words: readonly string[]): readonly TaskFilter[] {
  return words.map((word) => {
    const [kind, value, ...rest] = word.split(':');
    if (value === undefined) return { kind: 'name', value: word };
    if ((kind === 'type' || kind === 'tag') && value !== '' && rest.length === 0) return { kind, value };
    throw new BenchmarkError(
      'USAGE',
      `The task filter "${word}" is neither a task's name nor type:<operation-type> nor tag:<tag>.`,
      {
        exitCode: exitCodes.failure,
        hint: 'Example: --include-tasks=type:search,index-append',
      },
    );
  });
}

/** Whether a filter chooses a task. */
export function matchesFilter(task: Task, filter: TaskFilter): boolean {
  if (filter.kind === 'name') return task.name === filter.value;
  return filter.kind === 'type' ? task.operation.type === filter.value : task.tags.includes(filter.value);
}

/** The workload with only the tasks that pass, in all procedures. No filter lets everything pass. */
export function filterTasks(
  workload: Workload,
  include: readonly TaskFilter[],
  exclude: readonly TaskFilter[],
): Workload {
  if (include.length === 0 && exclude.length === 0) return workload;
  const keeps = (task: Task): boolean =>
    (include.length === 0 || include.some((filter) => matchesFilter(task, filter))) &&
    !exclude.some((filter) => matchesFilter(task, filter));
  return keepTasks(workload, keeps);
}

/** The workload with only the tasks for which `keeps` holds; a parallel element without tasks goes as well. */
export function keepTasks(workload: Workload, keeps: (task: Task) => boolean): Workload {
  const filterElement = (element: ScheduleElement): readonly ScheduleElement[] => {
    if (element.kind === 'task') return keeps(element) ? [element] : [];
    const tasks = element.tasks.filter(keeps);
    return tasks.length === 0 ? [] : [tasks.length === element.tasks.length ? element : shrink(element, tasks)];
  };
  return {
    ...workload,
    testProcedures: workload.testProcedures.map((procedure) => ({
      ...procedure,
      schedule: procedure.schedule.flatMap(filterElement),
    })),
  };
}

/**
 * The element with the remaining tasks. A number of clients that was the sum over the tasks is so again, and if
 * `completed-by` names a task that is gone, each task ends by itself.
 */
function shrink(parallel: Parallel, tasks: readonly Task[]): Parallel {
  const sum = (all: readonly Task[]): number => all.reduce((total, task) => total + task.clients, 0);
  const { completedBy } = parallel;
  return {
    ...parallel,
    tasks,
    clients: parallel.clients === sum(parallel.tasks) ? sum(tasks) : parallel.clients,
    completedBy:
      completedBy?.kind === 'any' || tasks.some((task) => task.name === completedBy?.name) ? completedBy : null,
  };
}
