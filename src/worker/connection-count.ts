// How many connections a schedule may open: for whoever compares that with what the system permits.
import type { TargetCluster } from '../http/target-cluster.ts';
import type { OperationSpec } from '../operation/operation.ts';
import { operationType } from '../operation/registry.ts';
import { transportTarget } from '../operation/transport-targets.ts';
import type { Step } from '../schedule/allocation.ts';

/** Where the operations of a schedule may go. */
interface Destinations {
  readonly target: Pick<TargetCluster, 'endpoints'>;
  readonly grpcHosts: readonly string[];
}

/**
 * The largest number of connections that the load has open at the same time: each client keeps, over all steps, one to
 * each endpoint of each of its targets for each request that it may have under way at the same time. `has` picks the
 * clients of one machine; default: all.
 */
export function connectionsOf(
  steps: readonly Pick<Step, 'tasks' | 'rows'>[],
  destinations: Destinations,
  has: (client: number) => boolean = () => true,
): number {
  const most = new Map<string, number>();
  for (const { tasks, rows } of steps) {
    const needs = tasks.map(({ operation }) => needsOf(operation, destinations));
    rows.forEach((cells, client) => {
      if (!has(client)) return;
      for (const { task } of cells) {
        const { target, connections } = needs[task] ?? { target: '', connections: 1 };
        const key = `${client} ${target}`;
        most.set(key, Math.max(most.get(key) ?? 0, connections));
      }
    });
  }
  return [...most.values()].reduce((sum, connections) => sum + connections, 0);
}

/** The target of an operation by name, and how many connections a client needs for it. */
function needsOf(spec: OperationSpec, { target: cluster, grpcHosts }: Destinations) {
  const target = transportTarget(spec, grpcHosts);
  const endpoints = (target ?? cluster).endpoints.length;
  return {
    target: target === null ? '' : `${target.protocol} ${target.endpoints.join()}`,
    connections: Math.max(1, operationType(spec.type)?.concurrency(spec) ?? 1) * endpoints,
  };
}
