// A pipeline: asks a service of the user's for a cluster, and gives it back when the run is over.
import type { Pipeline } from '../../src/coordinator/pipeline.ts';
import { parseTargets } from '../../src/http/targets.ts';

/** What lends clusters. */
export interface ClusterLender {
  borrow(signal: AbortSignal): Promise<{ readonly hosts: string; readonly size: string }>;
  giveBack(hosts: string): Promise<void>;
}

/** Measures a borrowed cluster; the hosts that the user named are not looked at. */
export const borrowed = (lender: ClusterLender): Pipeline => ({
  name: 'borrowed',
  description: 'Measures a cluster that was borrowed for the run.',
  provide: async (_given, signal) => {
    const { hosts, size } = await lender.borrow(signal);
    const { targets } = await parseTargets({ targetHosts: hosts });
    return { targets, clusterConfig: [size], release: () => lender.giveBack(hosts) };
  },
});
