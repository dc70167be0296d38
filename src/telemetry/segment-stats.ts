// `segment-stats`: the segments of all indices at the end of a run, as a text that is kept beside the results.
import type { DeviceChoice } from './cluster-devices.ts';
import { fetchStats } from './stats-client.ts';

const description = 'The segments of all indices at the end, in the file segment_stats.log.';

/** The device; it has no parameters. */
export const segmentStats: DeviceChoice = {
  name: 'segment-stats',
  description,
  create: () => ({
    name: 'segment-stats',
    description,
    start: async ({ client, warn }) => {
      const files = new Map<string, string>();
      return {
        stop: async () => {
          const text = await fetchStats(
            client,
            { path: '/_cat/segments/_all', query: { v: 'true' } },
            'segments',
            warn,
          );
          if (typeof text === 'string') files.set('segment_stats.log', text);
          return {};
        },
        files: () => files,
      };
    },
  }),
};
