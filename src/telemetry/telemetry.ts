// Runs telemetry devices: all are started before the first step of a test run and stopped after the last one.
import type { ClusterStats } from '../metrics/results.ts';
import type { RunningDevice, TelemetryDevice } from './device.ts';
import type { StatsClient } from './stats-client.ts';

/** Telemetry that was started and waits for the end of the test run. */
export interface Telemetry {
  /** What people should know about the figures. Grows by {@link stop}. */
  readonly warnings: readonly string[];
  /** Reads the final figures of all devices. Never rejects because of the cluster: what it does not tell is absent. */
  stop(): Promise<ClusterStats>;
}

/** Starts the devices side by side. `indices`: those that the workload declares. Never rejects because of the cluster. */
export async function startTelemetry(devices: readonly TelemetryDevice[], client: StatsClient, indices: readonly string[]): Promise<Telemetry> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    // Devices that read the same figures meet the same refusal.
    if (!warnings.includes(message)) warnings.push(message);
  };
  const running: readonly RunningDevice[] = await Promise.all(devices.map((device) => device.start({ client, indices, warn })));
  return {
    warnings,
    stop: async () => Object.assign({}, ...(await Promise.all(running.map((device) => device.stop())))),
  };
}
