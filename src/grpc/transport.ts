// gRPC as a transport of the load path. This file and the connection behind it load the library, so they are imported
// only where a run needs them.
import { BenchmarkError } from '../errors.ts';
import { parsePlace } from '../transport/place.ts';
import type { Transport } from '../transport/transport.ts';
import { GrpcWire } from './wire.ts';

/** The transport of one load thread to hosts that speak gRPC: `host:port` each. */
export function grpcTransport(hosts: readonly string[]): Transport {
  const places = hosts.map(parsePlace);
  return {
    endpoints: places.length,
    hint:
      'Check that --grpc-target-hosts names the port of the gRPC interface, and that OpenSearch has it switched on ' +
      '(aux.transport.types in opensearch.yml).',
    connect(endpoint, owner) {
      const place = places[endpoint] ?? null;
      if (place === null) throw new BenchmarkError('INTERNAL', `The target has no gRPC host ${endpoint}.`);
      return new GrpcWire(place, owner);
    },
  };
}
