// Whether the clients of a test procedure fit into memory: asked before anything is made for any of them.
import type { Problem } from '../errors.ts';
import type { Bytes } from '../units.ts';
import type { Parallel, ScheduleElement, Task, TestProcedure } from './model.ts';
import { type LaterWork, taskKey } from './parse-context.ts';

/**
 * What a client with one connection takes at least. Measured with searches on one machine: 85 MB for 10 clients, 184 MB
 * for 8,000.
 */
const BYTES_PER_CLIENT = 12_500;
/** What the plan of a run takes for each task of each client. */
const BYTES_PER_TASK_CLIENT = 250;

/**
 * A problem for each task or element, or for the schedule as a whole, whose clients need more memory than there is for
 * the load.
 */
export function findCrowds(procedure: TestProcedure, later: LaterWork, file: string, available: Bytes): readonly Problem[] {
  const crowds = procedure.schedule.flatMap((element) => crowdsOf(element, procedure, later, available));
  const planned = procedure.schedule.reduce((sum, element) => sum + plannedBytes(element), 0);
  if (crowds.length === 0 && planned > available) {
    const message = `All tasks of test procedure "${procedure.name}" together have so many clients that their plan needs ${inMemory(planned, available)}`;
    return [{ file, path: elementPath(procedure.schedule[0], procedure, later).replace(/\[\d+\]$/, ''), message }];
  }
  return crowds.map((problem) => ({ file, ...problem }));
}

function crowdsOf(element: ScheduleElement, procedure: TestProcedure, later: LaterWork, available: Bytes): readonly Problem[] {
  const members = element.kind === 'parallel' ? element.tasks : [element];
  const crowded = members.filter((task) => bytesOf(clientsAtOnce(task, element), task.clients) > available);
  if (crowded.length > 0) {
    return crowded.map((task) =>
      tooMany(`${pathOf(task, procedure, later)}.clients`, task.clients, bytesOf(clientsAtOnce(task, element), task.clients), available),
    );
  }
  const bytes = element.clients * BYTES_PER_CLIENT + plannedBytes(element);
  return bytes > available ? [tooMany(elementPath(element, procedure, later), element.clients, bytes, available)] : [];
}

function tooMany(path: string, clients: number, bytes: number, available: Bytes): Problem {
  return { path, message: `${clients} clients need ${inMemory(bytes, available)}`, hint: 'Use fewer clients, or more machines with --worker-ips.' };
}

const inMemory = (bytes: number, available: Bytes): string => `at least ${gigabytes(bytes)} of memory, and ${gigabytes(available)} are available`;
const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(2))} GB`;

/** The task-clients of a parallel element with fewer clients take turns. */
const clientsAtOnce = (task: Task, element: ScheduleElement): number => Math.min(task.clients, element.clients);
const bytesOf = (clients: number, taskClients: number): number => clients * BYTES_PER_CLIENT + taskClients * BYTES_PER_TASK_CLIENT;

function plannedBytes(element: ScheduleElement): number {
  const tasks = element.kind === 'parallel' ? element.tasks : [element];
  return tasks.reduce((sum, task) => sum + task.clients * BYTES_PER_TASK_CLIENT, 0);
}

function pathOf(task: Task, procedure: TestProcedure, later: LaterWork): string {
  return later.tasks.get(taskKey(procedure.name, task.name))?.path ?? '';
}

function elementPath(element: Task | Parallel | undefined, procedure: TestProcedure, later: LaterWork): string {
  const [first] = element?.kind === 'parallel' ? element.tasks : [element];
  return first === undefined ? '' : pathOf(first, procedure, later).replace(/\.tasks\[\d+\]$/, '');
}
