// Runs telemetry devices: starts all of them before the first step of a test run, and stops them after the last one.
import type { TelemetrySeries } from '../metrics/history.ts';
import type { ClusterStats } from '../metrics/results.ts';
import type { RunningDevice, TelemetryContext, TelemetryDevice } from './device.ts';
import type { StatsClient } from './stats-client.ts';

/** Telemetry that was started and waits for the end of the test run. */
export interface Telemetry {
  /** Warnings about the figures, for the user. More may come while the run goes on. */
  readonly warnings: readonly string[];
  /**
   * Reads the final figures of all devices. Never rejects because of the cluster: figures that the cluster does not
   * give are left out.
   */
  stop(): Promise<ClusterStats>;
  /** Ends what goes on beside the load, at once. */
  end(): void;
  /** What was sampled so far. */
  series(): readonly TelemetrySeries[];
  /** Texts that are kept beside the results, by the names of their files. */
  files(): ReadonlyMap<string, string>;
}

/** What telemetry works with. */
export interface TelemetrySurroundings extends Pick<TelemetryContext, 'indices' | 'now'> {
  /** The clients of all clusters by their names; `default` is one of them. */
  readonly clients: ReadonlyMap<string, StatsClient>;
  /** Hears each warning at once. */
  readonly tell?: (message: string) => void;
}

/** Starts all devices at the same time. Never rejects because of the cluster. */
export async function startTelemetry(
  devices: readonly TelemetryDevice[],
  { clients, indices, now, tell }: TelemetrySurroundings,
): Promise<Telemetry> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    // Devices that ask for the same figures get the same refusal, which is told once.
    if (warnings.includes(message)) return;
    warnings.push(message);
    tell?.(message);
  };
  const starts = devices.flatMap((device) =>
    [...clients]
      .filter(([cluster]) => cluster === 'default' || device.isForAllClusters === true)
      .map(([cluster, client]) => device.start({ client, cluster, indices, now, warn })),
  );
  const running: readonly RunningDevice[] = await Promise.all(starts);
  return {
    warnings,
    stop: async () => Object.assign({}, ...(await Promise.all(running.map((device) => device.stop())))),
    end: () => {
      for (const device of running) device.end?.();
    },
    series: () => running.flatMap((device) => device.series?.() ?? []),
    files: () => new Map(running.flatMap((device) => [...(device.files?.() ?? [])])),
  };
}
