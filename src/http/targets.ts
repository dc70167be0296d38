// `--target-hosts` and `--client-options` as typed data.
import type { ClientOptions } from './client-options.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly useTls: boolean;
  /** Path in front of every request path, without a final `/`; usually empty. */
  readonly prefix: string;
  /** From the user part of the URL; beats the option of the cluster. */
  readonly basicAuth: { readonly user: string; readonly password: string } | null;
}

export interface TargetCluster {
  readonly name: string;
  /** At least one. Requests go round robin. */
  readonly endpoints: readonly Endpoint[];
  readonly options: ClientOptions;
}

export interface Targets {
  /** The cluster `default`, which operations use. */
  readonly default: TargetCluster;
  /** All clusters, `default` included. */
  readonly clusters: readonly TargetCluster[];
}
