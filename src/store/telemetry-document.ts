// The figures of telemetry that people look at first, in the `telemetry` of test_run.json. All of them, over time, are
// in history.json.
import { Float, type Json, type JsonObject } from '../json.ts';
import type { TelemetrySeries } from '../metrics/history.ts';

/** The figures, by their names, in the order of their weight. */
export const keyFigures: readonly RegExp[] = [
  /^process_cpu_percent$/,
  /^jvm_mem_heap_used_percent$/,
  /^jvm_gc_collectors_(young|old)_collection_time_in_millis$/,
  /^thread_pool_(write|search|bulk|index_searcher)_(rejected|queue)$/,
  /^indexing_pressure_memory_(current_all_in_bytes|total_.*_rejections)$/,
  /^indices_merges_current$/,
  /^indices_(segments_count|store_size_in_bytes)$/,
  /^breakers_parent_(tripped|estimated_size_in_bytes)$/,
  /^os_mem_used_percent$/,
  /^(checkpoints_behind|bytes_behind|current_lag)$/,
  /^(docs|store|segments-count)$/,
];

/** Series at most; a cluster of hundreds of nodes has more. */
const MOST = 200;

/** One entry for each series of a key figure: its extremes, mean and last value, and the increase of a counter. */
export function telemetryDocument(telemetry: readonly TelemetrySeries[]): readonly JsonObject[] {
  return telemetry
    .filter(({ metric, values }) => values.length > 0 && keyFigures.some((name) => name.test(metric)))
    .slice(0, MOST)
    .map(({ device, cluster, subject, metric, unit, isCounter, values }) => {
      const [first = 0, last = 0] = [values[0], values.at(-1)];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return new Map<string, Json>([
        ['device', device],
        ['cluster', cluster],
        ['subject', subject],
        ['metric', metric],
        ['unit', unit],
        ...(isCounter
          ? [['increase', new Float(last - first)] as const]
          : ([
              ['min', new Float(values.reduce((least, value) => Math.min(least, value), first))],
              ['mean', new Float(mean)],
              ['max', new Float(values.reduce((most, value) => Math.max(most, value), first))],
            ] as const)),
        ['last', new Float(last)],
      ]);
    });
}
