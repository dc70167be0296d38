// What a telemetry device is: it reads figures of the cluster before, during and after the load.
import type { TelemetrySeries } from '../metrics/history.ts';
import type { ClusterStats } from '../metrics/results.ts';
import type { StatsClient, Warn } from './stats-client.ts';

/** What a device gets when it is started. */
export interface TelemetryContext {
  readonly client: StatsClient;
  /** Name of the cluster, as the target hosts call it. */
  readonly cluster: string;
  /** The indices that the workload declares; all of the cluster if it declares none. */
  readonly indices: readonly string[];
  /** The time axis of the run: ms since its start. */
  readonly now: () => number;
  /** Takes a warning about the figures, for the user. */
  readonly warn: Warn;
}

/** Something that can be measured of a cluster during a test run. */
export interface TelemetryDevice {
  /** Unique among the devices; the name by which users choose it. */
  readonly name: string;
  /** One sentence for `list telemetry`. */
  readonly description: string;
  /** Whether it also asks the clusters beside `default`. */
  readonly isForAllClusters?: boolean;
  /**
   * Reads what it needs before the first step. Never rejects because of the cluster: figures that the cluster does not
   * give are left out.
   */
  start(context: TelemetryContext): Promise<RunningDevice>;
}

/** A device that was started and waits for the end of the test run. */
export interface RunningDevice {
  /** Reads the final figures, those of this device only. Never rejects because of the cluster. */
  stop(): Promise<ClusterStats>;
  /** Ends what goes on beside the load, at once; called once, after {@link stop} or in its place. */
  end?(): void;
  /** What was sampled so far. */
  series?(): readonly TelemetrySeries[];
  /** Texts that are kept beside the results, by the names of their files. */
  files?(): ReadonlyMap<string, string>;
}
