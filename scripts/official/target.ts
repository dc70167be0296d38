// What the procedures of the official workloads run against.
import { PLUGINS, type PluginName } from '../opensearch-distribution.ts';
import type { ServerPart } from './needs.ts';

/** A server that answers. */
export interface TargetServer {
  /** `host:port`. */
  readonly address: string;
  /** `host:port` of its gRPC interface; `null` if it is not known to have one. */
  readonly grpcAddress: string | null;
  /** Starts a Kafka broker that this server can reach, with a topic; absent if there is none for it. */
  startKafka?(topic: string): Promise<{ readonly host: string; stop(): Promise<void> }>;
  /** Names of its plug-ins and modules, and of the parts beside it. */
  readonly parts: ReadonlySet<string>;
  /** Removes all indices, if the server was started for this purpose. */
  clean(): Promise<void>;
  stop(): Promise<void>;
}

/** Parts that each server has that is started here. */
const ALWAYS_THERE: readonly ServerPart[] = ['ingest-geoip', 'kafka', 'transport-grpc'];

/**
 * The plug-ins that a server is to be started with for something that needs these parts. None if it needs others, too,
 * which cannot be had: then it cannot run in any case.
 */
export function installable(parts: readonly ServerPart[]): readonly PluginName[] {
  const plugins = PLUGINS.filter((plugin) => parts.some((part) => part === plugin));
  const known: readonly string[] = [...plugins, ...ALWAYS_THERE];
  return parts.every((part) => known.includes(part)) ? plugins : [];
}
