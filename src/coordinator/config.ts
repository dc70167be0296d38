// Everything a test run needs to know, as typed data: made by the command line, read by the coordinator.

import type { FleetConnection } from '../fleet/bus.ts';
import type { Targets } from '../http/targets.ts';
import type { JsonObject } from '../json.ts';
import type { TestProcedure, Workload } from '../workload/model.ts';

export interface RunConfig {
  readonly testRunId: string;
  readonly timestamp: number;
  readonly environment: string;
  readonly benchmarkVersion: string;
  readonly pipeline: 'benchmark-only';
  readonly targets: Targets;
  readonly skipRestApiCheck: boolean;
  /** `--distribution-version`; `null` = ask the cluster. */
  readonly distributionVersion: string | null;
  /** Loads the workload once the version of the cluster is known (it chooses the branch of a repository). */
  readonly loadWorkload: (distributionVersion: string | null) => Promise<LoadedWorkload>;
  readonly workloadParams: JsonObject;
  readonly testMode: boolean;
  readonly onError: 'continue' | 'abort';
  /** `--enable-assertions`. */
  readonly checksAssertions: boolean;
  readonly userTags: Readonly<Record<string, string>>;
  readonly latencyPercentiles: readonly number[];
  readonly throughputPercentiles: readonly number[];
  /** Worker threads; default the number of cores. */
  readonly cores: number;
  /** Of this machine. */
  readonly hostName: string;
  /** Machines that generate the load; `null` = this process. */
  readonly workers: WorkersConfig | null;
  /** `<root.dir>`: test-runs/, data/, workloads/, … */
  readonly rootDirectory: string;
  /** `local.dataset.cache`. */
  readonly dataDirectory: string;
  readonly isOffline: boolean;
  /** For proxies of downloads. */
  readonly environmentVariables: Readonly<Record<string, string | undefined>>;
}

export interface WorkersConfig {
  /** `--worker-ips`: addresses, host names, `localhost` for the coordinator's own node. */
  readonly names: readonly string[];
  /** `--worker-wait`, in seconds. */
  readonly wait: number;
  readonly onWorkerLoss: 'abort' | 'continue';
  /** Who holds the fleet, for others that want it. */
  readonly processId: number;
  /** Another run was just ended: wait until the fleet notices. */
  readonly isPatient: boolean;
  /** Connects to the NATS of the coordinator. */
  readonly connect: () => Promise<FleetConnection>;
  /** The IP address of a name. */
  readonly resolve: (name: string) => Promise<string>;
}

export interface LoadedWorkload {
  /** Filtered; in test mode already cut down. */
  readonly workload: Workload;
  /** The procedure to run: one of the workload's. */
  readonly procedure: TestProcedure;
  /** Printed before the run (serverless removals and the like). */
  readonly notices: readonly string[];
}
