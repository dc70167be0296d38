// Writes the `results` of test_run.json.
import { Float, type Json, type JsonObject, toJson } from '../json.ts';
import { percentileKey } from '../metrics/percentiles.ts';
import type { RecallStats } from '../metrics/recall.ts';
import type { ErrorCount } from '../metrics/report.ts';
import type {
  DocumentResults,
  PercentileStats,
  Results,
  ShardTime,
  TaskResults,
  ThroughputStats,
} from '../metrics/results.ts';
import { clusterNumbers, shardTimes } from './cluster-keys.ts';
import { endpointDocument } from './endpoints-document.ts';

type Members = readonly (readonly [string, Json])[];

/**
 * The results as JSON, with every key of the format of OpenSearch Benchmark in its order. Figures that the cluster did
 * not give are `null`. Tasks that are not reported are left out.
 */
export function resultsDocument(results: Results): JsonObject {
  const tasks = results.tasks.filter((task) => task.isReported);
  return new Map<string, Json>([
    ['op_metrics', tasks.map(operationMetrics)],
    ['correctness_metrics', tasks.flatMap(correctnessMetrics)],
    ['profile_metrics', tasks.filter((task) => task.profile.length > 0).map(profileMetrics)],
    ...clusterMembers(results),
    ...[
      'total_transform_search_times',
      'total_transform_index_times',
      'total_transform_processing_times',
      'total_transform_throughput',
    ].map((key) => [key, []] as const),
    // The keys from here on are additions of this project; readers that do not know them ignore them.
    ...(results.endpoints.length > 0 ? [['endpoints', results.endpoints.map(endpointDocument)] as const] : []),
    ...(results.isPartial ? [['partial', true] as const] : []),
    ...(results.driverWarnings.length > 0 ? [['driver_warnings', results.driverWarnings] as const] : []),
  ]);
}

function clusterMembers({ cluster }: Results): Members {
  const members: (readonly [string, Json])[] = [];
  for (const { key, property, countKey, countProperty } of shardTimes) {
    const time = cluster[property];
    members.push([key, count(time?.total)], [`${key}_per_shard`, perShard(time)]);
    if (countProperty !== null) members.push([countKey, count(cluster[countProperty])]);
  }
  members.push(['ml_processing_time', []]);
  for (const { key, property } of clusterNumbers) members.push([key, count(cluster[property])]);
  return members;
}

function operationMetrics(task: TaskResults): JsonObject {
  return new Map<string, Json>([
    ['task', task.task],
    ['operation', task.operation],
    ['throughput', throughput(task.throughput)],
    ['latency', times(task.latency)],
    ['service_time', times(task.serviceTime)],
    ['client_processing_time', times(task.clientProcessingTime)],
    ['processing_time', times(task.processingTime)],
    ['error_rate', figure(task.errorRate)],
    ['duration', figure(task.duration)],
    ...(Object.keys(task.meta).length > 0 ? [['meta', toJson(task.meta)] as const] : []),
    ['operation_type', task.operationType],
    ['clients', task.clients],
    ...(task.target === undefined ? [] : [['target_throughput', toJson(task.target)] as const]),
    ['requests', task.requests],
    ['errors', task.failedRequests],
    ['retries', task.retries],
    ['unsent', task.unsent],
    ['repeats', task.repeats],
    ['connection_failures', task.refusedRequests],
    ['samples', task.samples],
    ['error_kinds', task.errors.map(errorCount)],
    ...(task.documents === null ? [] : [['documents', documentMetrics(task.documents)] as const]),
    ...(task.parts.length > 0 ? [['parts', task.parts.map(partMetrics)] as const] : []),
  ]);
}

const errorCount = ({ kind, count: times, example }: ErrorCount): Json => toJson({ kind, count: times, example });

function documentMetrics({ total, failed, reasons }: DocumentResults): JsonObject {
  return new Map<string, Json>([
    ['total', total],
    ['failed', failed],
    ['reasons', reasons.map(errorCount)],
  ]);
}

function partMetrics(part: TaskResults['parts'][number]): JsonObject {
  return new Map<string, Json>([
    ['operation', part.operation],
    ['operation_type', part.operationType],
    ['samples', part.samples],
    ['service_time', times(part.serviceTime)],
  ]);
}

/** Each task has recall of its nearest neighbours, if only an empty one; a radial search has an entry more. */
function correctnessMetrics(task: TaskResults): readonly JsonObject[] {
  const recall = new Map(task.recall.map((stats) => [stats.name, recallStats(stats)] as const));
  const names: Members = [
    ['task', task.task],
    ['operation', task.operation],
  ];
  const nearest = new Map<string, Json>([
    ...names,
    ['recall@k', recall.get('recall@k') ?? new Map()],
    ['recall@1', recall.get('recall@1') ?? new Map()],
    ['error_rate', figure(task.errorRate)],
    ['duration', figure(task.duration)],
  ]);
  const radial = [...recall].filter(([name]) => name !== 'recall@k' && name !== 'recall@1');
  return radial.length === 0 ? [nearest] : [nearest, new Map<string, Json>([...names, ...radial])];
}

function recallStats({ percentiles, mean }: RecallStats): JsonObject {
  return new Map<string, Json>([
    ...percentiles.map(([percentile, value]) => [percentileKey(percentile), figure(value)] as const),
    ['mean', figure(mean)],
    ['unit', ''],
  ]);
}

function profileMetrics(task: TaskResults): JsonObject {
  return new Map<string, Json>([
    ['task', task.task],
    ['operation', task.operation],
    ['metrics', new Map(task.profile.map(({ name, stats }) => [name, times(stats)]))],
  ]);
}

function throughput(stats: ThroughputStats): JsonObject {
  return new Map<string, Json>([
    ['min', figure(stats.min)],
    ['mean', figure(stats.mean)],
    ['median', figure(stats.median)],
    ['max', figure(stats.max)],
    ['unit', stats.unit],
    ...percentileMembers(stats.percentiles),
  ]);
}

function times(stats: PercentileStats | null): JsonObject {
  if (stats === null) return new Map();
  return new Map<string, Json>([
    ...percentileMembers(stats.percentiles),
    ['mean', figure(stats.mean)],
    ['unit', stats.unit],
  ]);
}

const percentileMembers = (percentiles: PercentileStats['percentiles']): Members =>
  percentiles.map(([percentile, value]) => [percentileKey(percentile), figure(value)] as const);

function perShard(time: ShardTime | undefined): JsonObject {
  if (time === undefined || time.perShard === null) return new Map();
  const { min, median, max } = time.perShard;
  return new Map<string, Json>([
    ['min', count(min)],
    ['median', count(median)],
    ['max', count(max)],
    ['unit', 'ms'],
  ]);
}

/** A measured value, always written with a fraction. JSON has no infinity and no NaN, so these become `null`. */
const figure = (value: number | null): Json => (value === null || !Number.isFinite(value) ? null : new Float(value));

/** A value that the cluster counted. It is whole, except for the median of an even number of shards. */
const count = (value: number | undefined): Json =>
  value === undefined || !Number.isFinite(value) ? null : toJson(value);
