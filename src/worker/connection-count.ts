// How many connections a schedule may open: for whoever compares that with what the system permits.
import { operationType } from '../operation/registry.ts';
import type { Step } from '../schedule/allocation.ts';

/**
 * The largest number of connections that the load has open at the same time: each client keeps, over all steps, one to
 * each endpoint for each request that it may have under way at the same time. `has` picks the clients of one machine;
 * default: all.
 */
export function connectionsOf(
  steps: readonly Pick<Step, 'tasks' | 'rows'>[],
  endpoints: number,
  has: (client: number) => boolean = () => true,
): number {
  const most = new Map<number, number>();
  for (const { tasks, rows } of steps) {
    const concurrency = tasks.map(({ operation }) => operationType(operation.type)?.concurrency(operation) ?? 1);
    rows.forEach((cells, client) => {
      if (cells.length > 0 && has(client)) {
        most.set(client, Math.max(most.get(client) ?? 1, ...cells.map(({ task }) => concurrency[task] ?? 1)));
      }
    });
  }
  let sum = 0;
  for (const concurrency of most.values()) sum += concurrency;
  return sum * endpoints;
}
