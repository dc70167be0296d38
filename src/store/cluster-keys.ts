// Which key of stored results holds which figure of the cluster, in the order of the file.
import type { NumberProperty, ShardTimeProperty } from '../metrics/results.ts';

/** A time summed over the primary shards, its spread at `<key>_per_shard`, and for some a count at `countKey`. */
interface ShardTimeKeys {
  readonly key: string;
  readonly property: ShardTimeProperty;
  readonly countKey: string;
  readonly countProperty: NumberProperty | null;
}

const shardTime = (
  key: string,
  property: ShardTimeProperty,
  countKey = '',
  countProperty: NumberProperty | null = null,
): ShardTimeKeys => ({
  key,
  property,
  countKey,
  countProperty,
});

/** The times of the primary shards, in ms. */
export const shardTimes: readonly ShardTimeKeys[] = [
  shardTime('total_time', 'indexingTime'),
  shardTime('indexing_throttle_time', 'indexingThrottleTime'),
  shardTime('merge_time', 'mergeTime', 'merge_count', 'mergeCount'),
  shardTime('refresh_time', 'refreshTime', 'refresh_count', 'refreshCount'),
  shardTime('flush_time', 'flushTime', 'flush_count', 'flushCount'),
  shardTime('merge_throttle_time', 'mergeThrottleTime'),
];

/**
 * Figures that are single numbers: times in ms, counts, sizes in bytes. In the file they stand behind the times of the
 * shards.
 */
export const clusterNumbers: readonly { readonly key: string; readonly property: NumberProperty }[] = [
  { key: 'young_gc_time', property: 'youngGcTime' },
  { key: 'young_gc_count', property: 'youngGcCount' },
  { key: 'old_gc_time', property: 'oldGcTime' },
  { key: 'old_gc_count', property: 'oldGcCount' },
  { key: 'memory_segments', property: 'memorySegments' },
  { key: 'memory_doc_values', property: 'memoryDocValues' },
  { key: 'memory_terms', property: 'memoryTerms' },
  { key: 'memory_norms', property: 'memoryNorms' },
  { key: 'memory_points', property: 'memoryPoints' },
  { key: 'memory_stored_fields', property: 'memoryStoredFields' },
  { key: 'docs_count', property: 'docsCount' },
  { key: 'store_size', property: 'storeSize' },
  { key: 'translog_size', property: 'translogSize' },
  { key: 'segment_count', property: 'segmentCount' },
];
