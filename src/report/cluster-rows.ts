// The rows of the summary about the cluster as a whole (spec/1 §5.1, rows 1 to 9).
import type { ClusterStats, ShardTime } from '../metrics/results.ts';
import { float, integer, type Row, type RowValue } from './row.ts';

const MILLIS_PER_MINUTE = 60_000;
const BYTES_PER_MB = 1024 ** 2;
const BYTES_PER_GB = 1024 ** 3;

/** All rows in order, those without a value included. */
export function clusterRows(stats: ClusterStats): readonly Row[] {
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

function shardTimeRows(name: string, time: ShardTime | undefined, count?: ShardCount): readonly Row[] {
  const perShard = time?.perShard ?? undefined;
  const minutes = (metric: string, value: number | undefined): Row => scaledRow(metric, value, MILLIS_PER_MINUTE, 'min');
  return [
    minutes(`Cumulative ${name} of primary shards`, time?.total),
    ...(count === undefined ? [] : [countRow(`Cumulative ${count.name} of primary shards`, count.count)]),
    minutes(`Min cumulative ${name} across primary shards`, perShard?.min),
    minutes(`Median cumulative ${name} across primary shards`, perShard?.median),
    minutes(`Max cumulative ${name} across primary shards`, perShard?.max),
  ];
}

const scaledRow = (metric: string, value: number | undefined, divisor: number, unit: string): Row =>
  row(metric, value === undefined ? null : float(value / divisor), unit);

const countRow = (metric: string, value: number | undefined): Row => row(metric, value === undefined ? null : integer(value), '');

const row = (metric: string, value: RowValue | null, unit: string): Row => ({ metric, task: '', value, unit: value === null ? '' : unit });
