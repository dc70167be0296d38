// Telemetry of a test run: its devices, and a client for each cluster that they ask.
import { createAdminClient } from '../http/admin-client.ts';
import type { AdminClient } from '../http/admin-request.ts';
import type { Targets } from '../http/target-cluster.ts';
import type { TelemetryDevice } from '../telemetry/device.ts';
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts';

/** What the devices of a run work with. */
export interface RunTelemetryOptions {
  readonly devices: readonly TelemetryDevice[];
  readonly targets: Targets;
  /** The client of the cluster `default`. */
  readonly client: AdminClient;
  readonly indices: readonly string[];
  /** The time axis of the run: ms since its start. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Hears each warning at once. */
  readonly tell: (message: string) => void;
}

/** Telemetry with clients of its own, which must be closed. */
export interface RunTelemetry extends Telemetry {
  /** Ends all devices and closes the clients. */
  close(): Promise<void>;
}

/** Starts the devices. Never rejects because of a cluster. */
export async function startRunTelemetry(options: RunTelemetryOptions): Promise<RunTelemetry> {
  const { devices, targets, client, indices, now, signal, tell } = options;
  const others = devices.some(({ isForAllClusters }) => isForAllClusters === true)
    ? targets.clusters.filter(({ name }) => name !== targets.default.name)
    : [];
  const own = others.map((cluster) => [cluster.name, createAdminClient(cluster, signal)] as const);
  const clients = new Map<string, AdminClient>([['default', client], ...own]);
  const telemetry = await startTelemetry(devices, { clients, indices, now, tell });
  return {
    ...telemetry,
    close: async () => {
      telemetry.end();
      await Promise.all(own.map(([, one]) => one.close()));
    },
  };
}
