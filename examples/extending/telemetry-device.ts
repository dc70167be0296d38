// A telemetry device: how many segments the indices have when the run is over.
import type { TelemetryDevice } from '../../src/telemetry/device.ts';
import { numberAt } from '../../src/telemetry/document.ts';
import { fetchStats } from '../../src/telemetry/stats-client.ts';

/** Reads one figure of `GET /_stats` after the last step. */
export const segments: TelemetryDevice = {
  name: 'segments',
  description: 'Number of segments of primary shards at the end.',
  start: async ({ client, warn }) => ({
    stop: async () => {
      const answer = await fetchStats(client, { path: '/_stats/segments' }, 'segments', warn);
      return { segmentCount: numberAt(answer, '_all', 'primaries', 'segments', 'count') };
    },
  }),
};
