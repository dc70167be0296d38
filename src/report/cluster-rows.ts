// The rows of the summary about the cluster as a whole. Users of OpenSearch Benchmark search for these names, so they
// stay as they are there.
import type { ClusterStats, ShardTime } from '../metrics/results.ts';
import { floatValue, integerValue, type RowValue, type SummaryRow } from './row.ts';

const MILLIS_PER_MINUTE = 60_000;
const BYTES_PER_MB = 1024 ** 2;
const BYTES_PER_GB = 1024 ** 3;

/**
 * All rows in order, including those without a value. Times are in minutes or seconds, sizes in GB or MB of 1024^3 or
 * 1024^2 bytes.
 */
export function clusterRows(stats: ClusterStats): readonly SummaryRow[] {
  return [
    ...shardTimeRows('indexing time', stats.indexingTime),
    ...shardTimeRows('indexing throttle time', stats.indexingThrottleTime),
    ...shardTimeRows('merge time', stats.mergeTime, { name: 'merge count', count: stats.mergeCount }),
    ...shardTimeRows('merge throttle time', stats.mergeThrottleTime),
    ...shardTimeRows('refresh time', stats.refreshTime, { name: 'refresh count', count: stats.refreshCount }),
    ...shardTimeRows('flush time', stats.flushTime, { name: 'flush count', count: stats.flushCount }),
    scaledRow('Total Young Gen GC time', stats.youngGcTime, 1000, 's'),
    countRow('Total Young Gen GC count', stats.youngGcCount),
    scaledRow('Total Old Gen GC time', stats.oldGcTime, 1000, 's'),
    countRow('Total Old Gen GC count', stats.oldGcCount),
    countRow('Doc count', stats.docsCount),
    scaledRow('Store size', stats.storeSize, BYTES_PER_GB, 'GB'),
    scaledRow('Translog size', stats.translogSize, BYTES_PER_GB, 'GB'),
    scaledRow('Heap used for segments', stats.memorySegments, BYTES_PER_MB, 'MB'),
    scaledRow('Heap used for doc values', stats.memoryDocValues, BYTES_PER_MB, 'MB'),
    scaledRow('Heap used for terms', stats.memoryTerms, BYTES_PER_MB, 'MB'),
    scaledRow('Heap used for norms', stats.memoryNorms, BYTES_PER_MB, 'MB'),
    scaledRow('Heap used for points', stats.memoryPoints, BYTES_PER_MB, 'MB'),
    scaledRow('Heap used for stored fields', stats.memoryStoredFields, BYTES_PER_MB, 'MB'),
    countRow('Segment count', stats.segmentCount),
  ];
}

interface ShardCount {
  readonly name: string;
  readonly count: number | undefined;
}

function shardTimeRows(name: string, time: ShardTime | undefined, count?: ShardCount): readonly SummaryRow[] {
  const perShard = time?.perShard ?? undefined;
  const minutes = (metric: string, value: number | undefined): SummaryRow =>
    scaledRow(metric, value, MILLIS_PER_MINUTE, 'min');
  return [
    minutes(`Cumulative ${name} of primary shards`, time?.total),
    ...(count === undefined ? [] : [countRow(`Cumulative ${count.name} of primary shards`, count.count)]),
    minutes(`Min cumulative ${name} across primary shards`, perShard?.min),
    minutes(`Median cumulative ${name} across primary shards`, perShard?.median),
    minutes(`Max cumulative ${name} across primary shards`, perShard?.max),
  ];
}

/** Zero is written as the whole number `0`, whatever its unit is. */
const scaled = (value: number, divisor: number): RowValue =>
  value === 0 ? integerValue(0) : floatValue(value / divisor);

const scaledRow = (metric: string, value: number | undefined, divisor: number, unit: string): SummaryRow =>
  row(metric, value === undefined ? null : scaled(value, divisor), unit);

const countRow = (metric: string, value: number | undefined): SummaryRow =>
  row(metric, value === undefined ? null : integerValue(value), '');

const row = (metric: string, value: RowValue | null, unit: string): SummaryRow => ({
  metric,
  task: '',
  value,
  unit: value === null ? '' : unit,
});
