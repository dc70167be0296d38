// Kafka as a transport of the load path. This file and the producer behind it load the client, so they are imported
// only where a run needs them.
import { BenchmarkError } from '../errors.ts';
import { parsePlace } from '../transport/place.ts';
import type { Transport } from '../transport/transport.ts';
import { KafkaWire } from './wire.ts';

/** The transport of one load thread to Kafka clusters: each endpoint is a list of brokers, `host:port,host:port`. */
export function kafkaTransport(clusters: readonly string[]): Transport {
  return {
    endpoints: clusters.length,
    hint: 'Check that the brokers are up, and that "bootstrap-servers" of the ingestion source names them.',
    connect(endpoint, owner) {
      const name = clusters[endpoint];
      if (name === undefined) throw new BenchmarkError('INTERNAL', `The target has no Kafka cluster ${endpoint}.`);
      const brokers = name.split(',').flatMap((broker) => parsePlace(broker) ?? []);
      return new KafkaWire(brokers, name, owner);
    },
  };
}
