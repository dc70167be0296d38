// The servers that the procedures run against: started for them, or given by the user.
// Needs: a JDK.
import { startKafka } from '../kafka.ts';
import { startOpenSearch } from '../opensearch.ts';
import type { PluginName } from '../opensearch-distribution.ts';
import type { TargetServer } from './target.ts';

/** The port on which a server that was started for this purpose listens for gRPC. */
const GRPC_PORT = 29_400;

/** Starts a server with these plug-ins. Fetches what is not in the cache. */
export async function startTarget(plugins: readonly PluginName[]): Promise<TargetServer> {
  const hasGrpc = !plugins.includes('opensearch-ml');
  const server = await startOpenSearch({
    plugins,
    heap: '1g',
    settings: hasGrpc
      ? { 'aux.transport.types': '[transport-grpc]', 'aux.transport.transport-grpc.port': GRPC_PORT }
      : {},
  });
  return {
    address: `127.0.0.1:${server.port}`,
    grpcAddress: hasGrpc ? `127.0.0.1:${GRPC_PORT}` : null,
    parts: new Set([...(await partsOf(server.url)), 'kafka']),
    startKafka: startBroker,
    clean: () => removeIndices(server.url),
    stop: () => server.stop(),
  };
}

/** A server of the user, `host:port`. Nothing is removed from it but what the workloads themselves remove. */
export async function givenTarget(address: string): Promise<TargetServer> {
  return {
    address,
    grpcAddress: null,
    // Whether its k-NN plug-in lacks the native libraries shows when they are used.
    parts: new Set([...(await partsOf(`http://${address}`)), 'faiss']),
    clean: async () => undefined,
    stop: async () => undefined,
  };
}

async function startBroker(topic: string): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const { Admin } = await import('@platformatic/kafka');
  const broker = await startKafka();
  const admin = new Admin({ clientId: 'official-workloads', bootstrapBrokers: [broker.host] });
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  await admin.close();
  return broker;
}

interface NodesAnswer {
  readonly nodes?: Readonly<
    Record<string, { readonly plugins?: readonly NamedPart[]; readonly modules?: readonly NamedPart[] }>
  >;
}
interface NamedPart {
  readonly name: string;
}

async function partsOf(url: string): Promise<ReadonlySet<string>> {
  const response = await fetch(`${url}/_nodes/plugins`).catch((error: unknown) => {
    throw new Error(`There is no answer from ${url}.`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url}/_nodes/plugins has answered with HTTP ${response.status}.`);
  const { nodes } = (await response.json()) as NodesAnswer;
  const named = Object.values(nodes ?? {}).flatMap(({ plugins, modules }) => [...(plugins ?? []), ...(modules ?? [])]);
  return new Set(named.map(({ name }) => name));
}

async function removeIndices(url: string): Promise<void> {
  const response = await fetch(`${url}/*,-.*?expand_wildcards=all`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`The indices of ${url} cannot be removed: ${await response.text()}`);
}
