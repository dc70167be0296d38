// The registry of transports beside HTTP. Each is loaded when a run needs it, because most runs do not.
import { BenchmarkError, messageOf } from '../errors.ts';
import { httpTransport } from '../http/transport.ts';
import type { Transport, TransportTarget } from '../transport/transport.ts';
import type { WorkerPlan } from './plan.ts';

/** Makes a transport to a target, with the libraries that it needs. */
type TransportMaker = (target: TransportTarget) => Promise<Transport>;

const makers: Readonly<Record<TransportTarget['protocol'], TransportMaker>> = {
  grpc: async ({ endpoints }) => (await import('../grpc/transport.ts')).grpcTransport(endpoints),
  kafka: async ({ endpoints }) => (await importKafka()).kafkaTransport(endpoints),
};

/** The client of Kafka is an optional dependency. */
async function importKafka(): Promise<typeof import('../kafka/transport.ts')> {
  try {
    return await import('../kafka/transport.ts');
  } catch (error) {
    throw new BenchmarkError('UNSUPPORTED', `The client of Kafka cannot be loaded: ${messageOf(error)}`, {
      hint: 'Install it with "npm install @platformatic/kafka"; it needs Node.js 20.19.4 or later.',
    });
  }
}

/**
 * The transports of a load thread: the one to the cluster, then those to the other targets in their order. Rejects with
 * `UNSUPPORTED` if the library of one cannot be loaded.
 */
export async function openTransports({
  target,
  others,
}: Pick<WorkerPlan, 'target' | 'others'>): Promise<readonly Transport[]> {
  return [httpTransport(target), ...(await Promise.all(others.map((other) => makers[other.protocol](other))))];
}
