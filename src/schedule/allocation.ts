// Which client runs which task in which step: a matrix of clients and tasks, cut at its join points.
//
//   schedule:  index x2, parallel(a x1, b x1)
//
//              step 0    step 1
//   client 0   index:0   a:0
//   client 1   index:1   b:0
//            J0        J1      J2      join points: each client waits for all others
import { leafTasks, type ScheduleElement, type Task } from '../workload/model.ts';

/** One task in the row of one client. */
export interface Cell {
  /** Position of the task in {@link Step.tasks}. */
  readonly task: number;
  /** This client's index within the task: 0 … task.clients − 1. */
  readonly clientIndex: number;
  /**
   * Running index over the clients of all tasks of the schedule element: decides how long the client waits in the
   * ramp-up.
   */
  readonly elementIndex: number;
  /** How many clients the schedule element has. */
  readonly elementClients: number;
}

/** What lies between two join points: one element of the schedule. */
export interface Step {
  readonly index: number;
  readonly tasks: readonly Task[];
  /** Cells of each client in the order in which it runs them; clients without work have none. */
  readonly rows: readonly (readonly Cell[])[];
  /**
   * Positions in `tasks` of those tasks whose end ends the step: the first of them to end ends all others
   * (`completed-by`).
   */
  readonly completing: readonly number[];
  /** Whether its clients are paused at first, and somebody else than the workload lets them go on. */
  readonly startsPaused: boolean;
}

/** How many clients a schedule needs: as many as its largest element, at least one. */
export function clientCount(schedule: readonly ScheduleElement[]): number {
  return schedule.reduce((most, element) => Math.max(most, element.clients), 1);
}

/**
 * The steps of a schedule. The clients of all tasks of an element are dealt out to the clients 0 … n−1 of the run, task
 * by task. If an element has more of them than n, dealing starts again at client 0, which then runs several tasks one
 * after the other.
 */
export function allocate(schedule: readonly ScheduleElement[]): readonly Step[] {
  const clients = clientCount(schedule);
  return schedule.map((element, index) => {
    const tasks = leafTasks([element]);
    const rows: Cell[][] = Array.from({ length: clients }, () => []);
    let elementIndex = 0;
    tasks.forEach((task, position) => {
      for (let clientIndex = 0; clientIndex < task.clients; clientIndex++) {
        rows[elementIndex % clients]?.push({
          task: position,
          clientIndex,
          elementIndex,
          elementClients: element.clients,
        });
        elementIndex++;
      }
    });
    return { index, tasks, rows, completing: completingTasks(element), startsPaused: false };
  });
}

function completingTasks(element: ScheduleElement): readonly number[] {
  if (element.kind === 'task' || element.completedBy === null) return [];
  const { completedBy, tasks } = element;
  return [...tasks.keys()].filter(
    (position) => completedBy.kind === 'any' || tasks[position]?.name === completedBy.name,
  );
}

/**
 * Spreads the clients 0 … count−1 over nodes, and over the cores of each node: as evenly as whole clients allow,
 * consecutive ids together. OpenSearch Benchmark fills one node after the other instead, which leaves the last ones
 * idle.
 * @returns client ids per worker, workers without clients left out; one list of workers per node.
 */
export function spreadClients(
  count: number,
  coresOfNodes: readonly number[],
): readonly (readonly (readonly number[])[])[] {
  let next = 0;
  return evenShares(count, coresOfNodes.length).map((onNode, node) =>
    evenShares(onNode, Math.max(1, coresOfNodes[node] ?? 1))
      .filter((share) => share > 0)
      .map((share) => Array.from({ length: share }, () => next++)),
  );
}

/**
 * Splits `total` into whole shares, each within its capacity: as evenly as the capacities allow, larger ones first.
 * What exceeds all capacities together is left out. A larger total never makes a share smaller.
 */
export function sharesWithin(total: number, capacities: readonly number[]): readonly number[] {
  const shares = capacities.map(() => 0);
  let left = Math.min(
    total,
    capacities.reduce((sum, capacity) => sum + capacity, 0),
  );
  while (left > 0) {
    const open = [...shares.keys()].filter((part) => (shares[part] ?? 0) < (capacities[part] ?? 0));
    const rooms = open.map((part) => (capacities[part] ?? 0) - (shares[part] ?? 0));
    const each = Math.max(1, Math.min(Math.floor(left / open.length), ...rooms));
    for (const part of open.slice(0, left)) shares[part] = (shares[part] ?? 0) + each;
    left -= each * Math.min(open.length, left);
  }
  return shares;
}

/** Splits `total` into whole shares that differ by at most one; the larger ones come first. */
export function evenShares(total: number, parts: number): readonly number[] {
  const least = Math.floor(total / parts);
  const remainder = total - least * parts;
  return Array.from({ length: parts }, (_, part) => (part < remainder ? least + 1 : least));
}
