// Makes the connections of a load thread.
import { BenchmarkError } from '../errors.ts';
import { createWire } from '../http/connection.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import { createWireContext } from '../http/wire-context.ts';
import type { Dialler } from './client-connections.ts';
import type { TargetWatch } from './target-watch.ts';

/**
 * Connections to the endpoints of a target; they share one read buffer, and what happens to them is told to `watch`.
 */
export function createDialler(target: TargetCluster, watch: TargetWatch): Dialler {
  const context = createWireContext();
  return {
    watch,
    connect(endpoint, owner) {
      const address = target.endpoints[endpoint];
      if (address === undefined) throw new BenchmarkError('INTERNAL', `The target has no endpoint ${endpoint}.`);
      return createWire(address, target.options, owner, context);
    },
  };
}
