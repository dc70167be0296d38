// Runs telemetry devices: starts all of them before the first step of a test run, and stops them after the last one.
import type { ClusterStats } from '../metrics/results.ts';
import type { RunningDevice, TelemetryDevice } from './device.ts';
import type { StatsClient } from './stats-client.ts';

/** Telemetry that was started and waits for the end of the test run. */
export interface Telemetry {
  /** Warnings about the figures, for the user. {@link stop} may add some. */
  readonly warnings: readonly string[];
  /**
   * Reads the final figures of all devices. Never rejects because of the cluster: figures that the cluster does not
   * give are left out.
   */
  stop(): Promise<ClusterStats>;
}

/**
 * Starts all devices at the same time; `indices` are those that the workload declares. Never rejects because of the
 * cluster.
 */
export async function startTelemetry(
  devices: readonly TelemetryDevice[],
  client: StatsClient,
  indices: readonly string[],
): Promise<Telemetry> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    // Devices that ask for the same figures get the same refusal, which is told once.
    if (!warnings.includes(message)) warnings.push(message);
  };
  const running: readonly RunningDevice[] = await Promise.all(
    devices.map((device) => device.start({ client, indices, warn })),
  );
  return {
    warnings,
    stop: async () => Object.assign({}, ...(await Promise.all(running.map((device) => device.stop())))),
  };
}
