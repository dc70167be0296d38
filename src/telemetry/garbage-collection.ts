// Garbage collection of the nodes between start and end of a test run.
import type { ClusterStats } from '../metrics/results.ts';
import type { TelemetryDevice } from './device.ts';
import { entriesAt, numberAt, textAt } from './document.ts';
import { fetchStats, type Warn } from './stats-client.ts';

type Generation = 'young' | 'old';
type GcStats = Pick<ClusterStats, 'youngGcTime' | 'youngGcCount' | 'oldGcTime' | 'oldGcCount'>;

const NODE_STATS = { path: '/_nodes/stats/_all' };

/** The device that reads the garbage collectors of all nodes before and after the load. */
export const garbageCollection: TelemetryDevice = {
  name: 'garbage-collection',
  description: 'Time and number of collections of the young and old generation, over all nodes.',
  start: async ({ client, warn }) => {
    const atStart = await fetchStats(client, NODE_STATS, 'node statistics', warn);
    return {
      stop: async () => collectionBetween(atStart, await fetchStats(client, NODE_STATS, 'node statistics', warn), warn),
    };
  },
};

/**
 * Time in ms and number of the collections between two answers to `GET /_nodes/stats/_all`, summed over the nodes. A
 * node that was restarted meanwhile counts from 0. Nodes without collectors `young` and `old` (ZGC, Shenandoah), and
 * nodes that were not there at the start, are left out with a warning.
 */
export function collectionBetween(atStart: unknown, atEnd: unknown, warn: Warn): GcStats {
  if (atStart === undefined || atEnd === undefined) return {};
  const before = new Map(entriesAt(atStart, 'nodes'));
  const joined: string[] = [];
  const stayed: (readonly [unknown, unknown])[] = [];
  for (const [id, node] of entriesAt(atEnd, 'nodes')) {
    if (before.has(id)) stayed.push([before.get(id), node]);
    else joined.push(textAt(node, 'name') ?? id);
  }
  if (joined.length > 0)
    warn(`The garbage collection of ${joined.join(', ')} is not counted: not in the cluster when the test run began.`);
  const withCollectors = stayed.filter(([, node]) => hasCollectors(node));
  if (withCollectors.length < stayed.length) {
    const without = `${stayed.length - withCollectors.length} of ${stayed.length}`;
    warn(`The garbage collection of ${without} nodes is not counted: no collectors "young" and "old".`);
  }
  if (withCollectors.length === 0) return {};
  const sum = (generation: Generation, field: string): number =>
    withCollectors.reduce(
      (total, [start, end]) =>
        total + Math.max(0, collected(end, generation, field) - collected(start, generation, field)),
      0,
    );
  return {
    youngGcTime: sum('young', 'collection_time_in_millis'),
    youngGcCount: sum('young', 'collection_count'),
    oldGcTime: sum('old', 'collection_time_in_millis'),
    oldGcCount: sum('old', 'collection_count'),
  };
}

const collected = (node: unknown, generation: Generation, field: string): number =>
  numberAt(node, 'jvm', 'gc', 'collectors', generation, field) ?? 0;

const hasCollectors = (node: unknown): boolean =>
  numberAt(node, 'jvm', 'gc', 'collectors', 'young', 'collection_time_in_millis') !== undefined &&
  numberAt(node, 'jvm', 'gc', 'collectors', 'old', 'collection_time_in_millis') !== undefined;
