// Totals of the indices: times of merging, refreshing and flushing, sizes and counts.
import type {
  ClusterStats,
  MutableClusterStats,
  NumberProperty,
  ShardTime,
  ShardTimeProperty,
} from '../metrics/results.ts';
import type { TelemetryDevice } from './device.ts';
import { entriesAt, itemsAt, numberAt, valueAt } from './document.ts';
import { fetchStats, type StatsRequest, type Warn } from './stats-client.ts';

type Path = readonly string[];

/** Times of primary shards in ms: property, name in warnings, path below `primaries` and below a shard. */
const times: readonly (readonly [ShardTimeProperty, string, Path])[] = [
  ['indexingTime', 'indexing time', ['indexing', 'index_time_in_millis']],
  ['indexingThrottleTime', 'indexing throttle time', ['indexing', 'throttle_time_in_millis']],
  ['mergeTime', 'merge time', ['merges', 'total_time_in_millis']],
  ['mergeThrottleTime', 'merge throttle time', ['merges', 'total_throttled_time_in_millis']],
  ['refreshTime', 'refresh time', ['refresh', 'total_time_in_millis']],
  ['flushTime', 'flush time', ['flush', 'total_time_in_millis']],
];

/** Single numbers: property, path below `_all`. Sizes include replicas, everything else counts primary shards only. */
const numbers: readonly (readonly [NumberProperty, Path])[] = [
  ['mergeCount', ['primaries', 'merges', 'total']],
  ['refreshCount', ['primaries', 'refresh', 'total']],
  ['flushCount', ['primaries', 'flush', 'total']],
  ['storeSize', ['total', 'store', 'size_in_bytes']],
  ['translogSize', ['total', 'translog', 'size_in_bytes']],
  ['segmentCount', ['primaries', 'segments', 'count']],
  ['memorySegments', ['primaries', 'segments', 'memory_in_bytes']],
  ['memoryDocValues', ['primaries', 'segments', 'doc_values_memory_in_bytes']],
  ['memoryTerms', ['primaries', 'segments', 'terms_memory_in_bytes']],
  ['memoryNorms', ['primaries', 'segments', 'norms_memory_in_bytes']],
  ['memoryPoints', ['primaries', 'segments', 'points_memory_in_bytes']],
  ['memoryStoredFields', ['primaries', 'segments', 'stored_fields_memory_in_bytes']],
];

/** The status for indices that do not exist: before the first step, most workloads have not created theirs. */
const MISSING = 404;

/** The device that reads the totals of the indices when the run is over, and warns if they contain earlier work. */
export const indexTotals: TelemetryDevice = {
  name: 'index-totals',
  description: 'Times of indexing, merging, refreshing and flushing, sizes and segments of the indices at the end.',
  start: async ({ client, indices, warn }) => {
    const request = indexStatsRequest(indices);
    const earlier = earlierUse(await fetchStats(client, request, 'index statistics', warn, [MISSING]));
    if (earlier !== null) warn(earlier);
    return { stop: async () => parseIndexStats(await fetchStats(client, request, 'index statistics', warn), warn) };
  },
};

/** The request for the statistics of some indices, of all if none is named. */
export function indexStatsRequest(indices: readonly string[]): Omit<StatsRequest, 'method'> {
  return { path: `${indexPath(indices)}/_stats/_all`, query: { level: 'shards' } };
}

/** The part of a path that names indices; empty for all. */
export const indexPath = (indices: readonly string[]): string =>
  indices.length === 0 ? '' : `/${indices.map(encodeURIComponent).join(',')}`;

/**
 * The figures in an answer to {@link indexStatsRequest}. Those that the answer lacks are left out, with one warning for
 * all of them.
 */
export function parseIndexStats(document: unknown, warn: Warn): ClusterStats {
  if (document === undefined) return {};
  const stats: MutableClusterStats = {};
  if (entriesAt(document, '_all', 'primaries').length === 0) {
    warn('The cluster has no statistics of the indices: none of them exists.');
    return stats;
  }
  const missing: string[] = [];
  const shards = primaryShards(document);
  for (const [property, , path] of times) {
    const total = numberAt(document, '_all', 'primaries', ...path);
    if (total === undefined) missing.push(path.join('.'));
    else stats[property] = { total, perShard: spread(shards.flatMap((shard) => numberAt(shard, ...path) ?? [])) };
  }
  for (const [property, path] of numbers) {
    const value = numberAt(document, '_all', ...path);
    if (value === undefined) missing.push(path.slice(1).join('.'));
    else stats[property] = value;
  }
  if (missing.length > 0)
    warn(`The index statistics of this cluster have no ${missing.join(', ')}; the summary goes without.`);
  return stats;
}

/**
 * A warning if the indices had been used before the run, because the totals at the end include that; `null` if they had
 * not.
 */
export function earlierUse(document: unknown): string | null {
  const used = times.flatMap(([, name, path]) => {
    const total = numberAt(document, '_all', 'primaries', ...path) ?? 0;
    return total > 0 ? [`${name} ${total} ms`] : [];
  });
  if (used.length === 0) return null;
  const before = `The indices were in use before this test run (${used.join(', ')}).`;
  return `${before} The cumulative times and counts of the summary include that.`;
}

function primaryShards(document: unknown): readonly unknown[] {
  return entriesAt(document, 'indices').flatMap(([, index]) =>
    entriesAt(index, 'shards').flatMap(([, copies]) =>
      itemsAt(copies).filter((copy) => valueAt(copy, 'routing', 'primary') === true),
    ),
  );
}

function spread(values: readonly number[]): ShardTime['perShard'] {
  const sorted = [...values].sort((left, right) => left - right);
  const min = sorted[0];
  const max = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || upper === undefined || lower === undefined) return null;
  return { min, median: (lower + upper) / 2, max };
}
