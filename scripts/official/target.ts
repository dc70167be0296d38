// What the procedures of the official workloads run against.
import { PLUGINS, type PluginName } from '../opensearch-distribution.ts';
import type { ServerPart } from './needs.ts';

/** A server that answers. */
export interface TargetServer {
  /** `host:port`. */
  readonly address: string;
  /** `host:port` of its gRPC interface; `null` if it is not known to have one. */
  readonly grpcAddress: string | null;
  /** Names of its plug-ins and modules. */
  readonly parts: ReadonlySet<string>;
  /** Removes all indices, if the server was started for this purpose. */
  clean(): Promise<void>;
  stop(): Promise<void>;
}

/** The plug-ins among the parts that a server can be started with. */
export const installable = (parts: readonly ServerPart[]): readonly PluginName[] =>
  PLUGINS.filter((plugin) => parts.some((part) => part === plugin));
