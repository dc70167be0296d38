// HTTP as a transport of the load path: connections that share one read buffer.
import { BenchmarkError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { createWire } from './connection.ts';
import type { TargetCluster } from './target-cluster.ts';
import { createWireContext } from './wire-context.ts';

/** The transport of one load thread to a cluster that is spoken to over HTTP. */
export function httpTransport({ endpoints, options }: TargetCluster): Transport {
  const context = createWireContext();
  return {
    endpoints: endpoints.length,
    hint: 'Check that OpenSearch is up, that --target-hosts names it, and whether it wants use_ssl:true.',
    connect(endpoint, owner) {
      const address = endpoints[endpoint];
      if (address === undefined) throw new BenchmarkError('INTERNAL', `The target has no endpoint ${endpoint}.`);
      return createWire(address, options, owner, context);
    },
  };
}
