// Checks that the clients of a test procedure fit into memory, before anything is made for any of them.
import type { Problem } from '../errors.ts';
import type { Bytes } from '../units.ts';
import type { Parallel, ScheduleElement, Task, TestProcedure } from './model.ts';
import { taskKey, type WorkloadNotes } from './parse-context.ts';

/**
 * What a client with one connection takes at least. Measured with searches on one machine: 85 MB for 10 clients, 184 MB
 * for 8,000.
 */
const BYTES_PER_CLIENT = 12_500;
/** What the plan of a run takes for each task of each client. */
const BYTES_PER_TASK_CLIENT = 250;

/** Why the clients of a schedule do not fit into memory; `null` if they do. */
export function clientMemoryProblem(schedule: readonly ScheduleElement[], available: Bytes): string | null {
  const clients = schedule.reduce((most, element) => Math.max(most, element.clients), 0);
  const planned = schedule.reduce((sum, element) => sum + plannedBytes(element), 0);
  const bytes = clients * BYTES_PER_CLIENT + planned;
  return bytes > available ? `${clients} clients need ${inMemory(bytes, available)}` : null;
}

/**
 * A problem for each task or element, or for the schedule as a whole, whose clients need more memory than there is for
 * the load.
 */
export function findExcessClients(
  procedure: TestProcedure,
  notes: WorkloadNotes,
  file: string,
  available: Bytes,
): readonly Problem[] {
  const excess = procedure.schedule.flatMap((element) => excessOf(element, procedure, notes, available));
  const planned = procedure.schedule.reduce((sum, element) => sum + plannedBytes(element), 0);
  if (excess.length === 0 && planned > available) {
    const tasks = `All tasks of test procedure "${procedure.name}" together`;
    const message = `${tasks} have so many clients that their plan needs ${inMemory(planned, available)}`;
    return [{ file, path: elementPath(procedure.schedule[0], procedure, notes).replace(/\[\d+\]$/, ''), message }];
  }
  return excess.map((problem) => ({ file, ...problem }));
}

function excessOf(
  element: ScheduleElement,
  procedure: TestProcedure,
  notes: WorkloadNotes,
  available: Bytes,
): readonly Problem[] {
  const members = element.kind === 'parallel' ? element.tasks : [element];
  const excessive = members.filter((task) => bytesOf(clientsAtOnce(task, element), task.clients) > available);
  if (excessive.length > 0) {
    return excessive.map((task) =>
      tooMany(
        `${pathOf(task, procedure, notes)}.clients`,
        task.clients,
        bytesOf(clientsAtOnce(task, element), task.clients),
        available,
      ),
    );
  }
  const bytes = element.clients * BYTES_PER_CLIENT + plannedBytes(element);
  return bytes > available ? [tooMany(elementPath(element, procedure, notes), element.clients, bytes, available)] : [];
}

function tooMany(path: string, clients: number, bytes: number, available: Bytes): Problem {
  return {
    path,
    message: `${clients} clients need ${inMemory(bytes, available)}`,
    hint: 'Use fewer clients, or more machines with --worker-ips.',
  };
}

const inMemory = (bytes: number, available: Bytes): string =>
  `at least ${gigabytes(bytes)} of memory, and ${gigabytes(available)} are available`;
const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(2))} GB`;

/** A parallel element may have fewer clients than a task of it: they run the parts of that task one after another. */
const clientsAtOnce = (task: Task, element: ScheduleElement): number => Math.min(task.clients, element.clients);
const bytesOf = (clients: number, taskClients: number): number =>
  clients * BYTES_PER_CLIENT + taskClients * BYTES_PER_TASK_CLIENT;

function plannedBytes(element: ScheduleElement): number {
  const tasks = element.kind === 'parallel' ? element.tasks : [element];
  return tasks.reduce((sum, task) => sum + task.clients * BYTES_PER_TASK_CLIENT, 0);
}

function pathOf(task: Task, procedure: TestProcedure, notes: WorkloadNotes): string {
  return notes.tasks.get(taskKey(procedure.name, task.name))?.path ?? '';
}

function elementPath(element: Task | Parallel | undefined, procedure: TestProcedure, notes: WorkloadNotes): string {
  const [first] = element?.kind === 'parallel' ? element.tasks : [element];
  return first === undefined ? '' : pathOf(first, procedure, notes).replace(/\.tasks\[\d+\]$/, '');
}
