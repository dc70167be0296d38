// What a test run needs to know, in three parts: the load, what becomes of the results, and how the run is named.
import { randomInt, randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import type { LoadControl } from '../control/load-control.ts';
import type { FleetConnection } from '../fleet/protocol/bus.ts';
import type { Targets } from '../http/target-cluster.ts';
import { defaultPercentiles } from '../metrics/percentiles.ts';
import type { Database } from '../operation/database/database.ts';
import type { ResultSink } from '../store/sink.ts';
import type { TelemetryDevice } from '../telemetry/device.ts';
import { alwaysOnDevices } from '../telemetry/registry.ts';
import type { LoadedWorkload } from '../workload/load.ts';
import type { RandomizationSettings } from '../workload/randomization.ts';
import { benchmarkOnly, type Pipeline } from './pipeline.ts';

/**
 * Loads the workload once the version of the cluster has been asked, which chooses the branch of a repository; `null`
 * if the version is not known.
 */
export type WorkloadLoader = (distributionVersion: string | null) => Promise<LoadedWorkload>;

/** What is sent, to whom, and by which machines. */
export interface LoadConfig {
  readonly targets: Targets;
  /** What the target is, if it is not OpenSearch; default `null`. The operations of the workload must be its own. */
  readonly database?: Database | null;
  /** Where the cluster is spoken to over gRPC, `host:port` each; default: port 9400 of this machine. */
  readonly grpcHosts?: readonly string[];
  readonly workload: LoadedWorkload | WorkloadLoader;
  /** How the run gets its cluster; default: it is there already. */
  readonly pipeline?: Pipeline;
  /** Whether the run begins without waiting until the cluster answers; default `false`. */
  readonly skipRestApiCheck?: boolean;
  /** Version of the cluster, in place of the one that it tells; default `null`. */
  readonly distributionVersion?: string | null;
  /** Whether the workload was cut down to a smoke test; default `false`. */
  readonly testMode?: boolean;
  /** Whether a failed request ends the run; default `continue`. */
  readonly onError?: 'continue' | 'abort';
  /** Whether assertions of operations are checked, and a violated one ends the run; default `false`. */
  readonly checksAssertions?: boolean;
  /** Who decides how hard the load is; default: the workload. */
  readonly control?: LoadControl;
  /**
   * Where CPU profiles of the load threads of this process are written; nodes of a fleet write theirs below their own
   * root directory. Default `null`: none are taken.
   */
  readonly profileDirectory?: string | null;
  /** Load threads; default: one per core that this process may use. */
  readonly cores?: number;
  /** Machines that generate the load; default `null`: this process does. */
  readonly workers?: WorkersConfig | null;
  /**
   * Where documents lie that are downloaded or generated; default `null`: a workload that needs such documents is
   * refused.
   */
  readonly dataDirectory?: string | null;
  /** Whether it is forbidden to download anything; default `false`. */
  readonly isOffline?: boolean;
  /** Environment variables for downloads, e.g. of a proxy; default: none. */
  readonly environmentVariables?: Readonly<Record<string, string | undefined>>;
  /** How values in queries are varied; default `null`: not at all. */
  readonly randomization?: RandomizationSettings | null;
  /** An integer from which all random choices of the run follow; default: a random one. */
  readonly seed?: number;
}

/** The machines that generate the load. */
export interface WorkersConfig {
  /** `--worker-ips`: addresses, host names, `localhost` for the coordinator's own node. */
  readonly names: readonly string[];
  /** `--worker-wait`: how many seconds nodes that do not answer yet are waited for. */
  readonly wait: number;
  /** Whether the run ends when a node is lost, or goes on without its clients. */
  readonly onWorkerLoss: 'abort' | 'continue';
  /** Id of this process, which others that want the fleet are told. */
  readonly processId: number;
  /** Whether to wait if the fleet is still held by another run, because that run has just been ended. */
  readonly isPatient: boolean;
  /** Connects to the NATS server of the coordinator's daemon. */
  readonly connect: () => Promise<FleetConnection>;
  /** The IP address of a name. */
  readonly resolve: (name: string) => Promise<string>;
}

/** What is measured beside the load, and where results go. */
export interface ResultsConfig {
  /** Percentiles of latency; default: those of the summary. */
  readonly latencyPercentiles?: readonly number[];
  /** Percentiles of throughput; default: none. */
  readonly throughputPercentiles?: readonly number[];
  /** Each gets the test run when it begins and when it is over; default: none, so nothing is written. */
  readonly sinks?: readonly ResultSink[];
  /** Devices that read figures of the cluster; default: those that need no choice. */
  readonly telemetry?: readonly TelemetryDevice[];
}

/** What the run is called in its results. */
export interface NamingConfig {
  /** Default: a random UUID. */
  readonly testRunId?: string;
  /** Wall time of the start in ms since the epoch; default: now. */
  readonly timestamp?: number;
  /** Name of the environment in which runs are comparable; default `local`. */
  readonly environment?: string;
  /** Tags by name; default: none. */
  readonly userTags?: Readonly<Record<string, string>>;
  /** Name of this machine; default: that of the system. */
  readonly hostName?: string;
}

/** One test run. Whatever is left out has the default that its comment names. */
export interface RunConfig {
  readonly load: LoadConfig;
  readonly results?: ResultsConfig;
  readonly naming?: NamingConfig;
}

/** A {@link RunConfig} with all its defaults filled in. */
export interface CompleteConfig {
  readonly load: Required<LoadConfig>;
  readonly results: Required<ResultsConfig>;
  readonly naming: Required<NamingConfig>;
}

const DEFAULT_GRPC_HOST = 'localhost:9400';

/** Fills in what a caller left out. */
export function completeConfig({ load, results, naming }: RunConfig, clock: Clock): CompleteConfig {
  return {
    load: {
      database: null,
      grpcHosts: [DEFAULT_GRPC_HOST],
      pipeline: benchmarkOnly,
      skipRestApiCheck: false,
      distributionVersion: null,
      testMode: false,
      onError: 'continue',
      checksAssertions: false,
      control: { kind: 'workload' },
      profileDirectory: null,
      cores: availableParallelism(),
      workers: null,
      dataDirectory: null,
      isOffline: false,
      environmentVariables: {},
      randomization: null,
      seed: randomInt(2 ** 31),
      ...load,
    },
    results: {
      latencyPercentiles: defaultPercentiles,
      throughputPercentiles: [],
      sinks: [],
      telemetry: alwaysOnDevices,
      ...results,
    },
    naming: {
      testRunId: randomUUID(),
      timestamp: clock.wall(),
      environment: 'local',
      userTags: {},
      hostName: hostname(),
      ...naming,
    },
  };
}
