// The clusters of a test run and how they are spoken to, as typed data.
import type { ClientOptions } from './client-options.ts';
import type { Endpoint } from './endpoint.ts';

/** A cluster under test. */
export interface TargetCluster {
  readonly name: string;
  /** At least one. Requests go round robin. */
  readonly endpoints: readonly Endpoint[];
  readonly options: ClientOptions;
}

/** The clusters of a test run. */
export interface Targets {
  /** The cluster `default`, which operations use. */
  readonly default: TargetCluster;
  /** All clusters, `default` included. */
  readonly clusters: readonly TargetCluster[];
}
