// Reads the `results` of test_run.json, whether this program or another version wrote it.
import { type JsonObject, toPlain } from '../json.ts';
import { parsePercentileKey } from '../metrics/percentiles.ts';
import { type RecallStats, recallNames } from '../metrics/recall.ts';
import type { ErrorCount } from '../metrics/report.ts';
import type {
  ClusterStats,
  DocumentResults,
  MutableClusterStats,
  PartResults,
  PercentileStats,
  Results,
  ShardTime,
  TaskResults,
  ThroughputStats,
} from '../metrics/results.ts';
import { clusterNumbers, shardTimes } from './cluster-keys.ts';
import { parseEndpoint } from './endpoints-document.ts';
import { numberField, objectField, objectsField, textField, textsField } from './fields.ts';

/**
 * Results from their JSON, which holds reported tasks only. Missing values become empty, 0 or `null`; tasks without a
 * name are ignored.
 */
export function parseResults(document: JsonObject): Results {
  const profiles = new Map(
    objectsField(document, 'profile_metrics').map((entry) => [textField(entry, 'task'), objectField(entry, 'metrics')]),
  );
  const correctness = objectsField(document, 'correctness_metrics');
  return {
    tasks: objectsField(document, 'op_metrics').flatMap((entry) => {
      const task = textField(entry, 'task', 'operation');
      if (task === null) return [];
      const recall = correctness.filter((one) => textField(one, 'task') === task).flatMap(parseRecall);
      return [{ ...parseTask(task, entry, profiles.get(task) ?? new Map()), recall }];
    }),
    endpoints: objectsField(document, 'endpoints').flatMap(parseEndpoint),
    cluster: parseCluster(document),
    isPartial: document.get('partial') === true,
    driverWarnings: textsField(document, 'driver_warnings'),
  };
}

function parseRecall(entry: JsonObject): readonly RecallStats[] {
  return recallNames.flatMap((name) => {
    const stats = objectField(entry, name);
    const mean = numberField(stats, 'mean');
    return mean === null ? [] : [{ name, percentiles: parsePercentiles(stats), mean }];
  });
}

function parseTask(task: string, entry: JsonObject, profile: JsonObject): Omit<TaskResults, 'recall'> {
  const number = (key: string): number => numberField(entry, key) ?? 0;
  const meta = toPlain(objectField(entry, 'meta'));
  return {
    task,
    operation: textField(entry, 'operation') ?? task,
    operationType: textField(entry, 'operation_type') ?? '',
    latency: parseTimes(objectField(entry, 'latency')),
    serviceTime: parseTimes(objectField(entry, 'service_time')),
    clientProcessingTime: parseTimes(objectField(entry, 'client_processing_time')),
    processingTime: parseTimes(objectField(entry, 'processing_time')),
    throughput: parseThroughput(objectField(entry, 'throughput')),
    errorRate: number('error_rate'),
    duration: number('duration'),
    requests: number('requests'),
    failedRequests: number('errors'),
    samples: number('samples'),
    retries: number('retries'),
    repeats: number('repeats'),
    refusedRequests: number('connection_failures'),
    unsent: number('unsent'),
    errors: objectsField(entry, 'error_kinds').map(parseErrorCount),
    documents: parseDocuments(objectField(entry, 'documents')),
    meta: isRecord(meta) ? meta : {},
    isReported: true,
    profile: [...profile.keys()].flatMap((name) => {
      const stats = parseTimes(objectField(profile, name));
      return stats === null ? [] : [{ name, stats }];
    }),
    parts: objectsField(entry, 'parts').flatMap(parsePart),
    clients: number('clients'),
    ...parseTarget(objectField(entry, 'target_throughput')),
  };
}

function parseTarget(entry: JsonObject): Pick<TaskResults, 'target'> {
  const [value, unit] = [numberField(entry, 'value'), textField(entry, 'unit')];
  return value === null || unit === null ? {} : { target: { value, unit } };
}

const parseErrorCount = (error: JsonObject): ErrorCount => ({
  kind: textField(error, 'kind') ?? '',
  count: numberField(error, 'count') ?? 0,
  example: textField(error, 'example') ?? '',
});

function parseDocuments(entry: JsonObject): DocumentResults | null {
  const total = numberField(entry, 'total');
  if (total === null) return null;
  return {
    total,
    failed: numberField(entry, 'failed') ?? 0,
    reasons: objectsField(entry, 'reasons').map(parseErrorCount),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function parsePart(part: JsonObject): readonly PartResults[] {
  const serviceTime = parseTimes(objectField(part, 'service_time'));
  const operation = textField(part, 'operation');
  if (serviceTime === null || operation === null) return [];
  return [
    {
      operation,
      operationType: textField(part, 'operation_type') ?? '',
      samples: numberField(part, 'samples') ?? 0,
      serviceTime,
    },
  ];
}

function parseTimes(entry: JsonObject): PercentileStats | null {
  const percentiles = parsePercentiles(entry);
  const mean = numberField(entry, 'mean');
  return mean === null ? null : { percentiles, mean, unit: 'ms' };
}

function parseThroughput(entry: JsonObject): ThroughputStats {
  return {
    // Aggregates have their extremes under other names.
    min: numberField(entry, 'min') ?? numberField(entry, 'overall_min'),
    mean: numberField(entry, 'mean'),
    median: numberField(entry, 'median'),
    max: numberField(entry, 'max') ?? numberField(entry, 'overall_max'),
    unit: textField(entry, 'unit') ?? '',
    percentiles: parsePercentiles(entry),
  };
}

function parsePercentiles(entry: JsonObject): PercentileStats['percentiles'] {
  return [...entry.keys()]
    .flatMap((key) => {
      const percentile = parsePercentileKey(key);
      const value = numberField(entry, key);
      return percentile === null || value === null ? [] : [[percentile, value] as const];
    })
    .sort(([left], [right]) => left - right);
}

function parseCluster(document: JsonObject): ClusterStats {
  const stats: MutableClusterStats = {};
  for (const { key, property, countKey, countProperty } of shardTimes) {
    const total = numberField(document, key);
    if (total !== null) stats[property] = { total, perShard: parsePerShard(objectField(document, `${key}_per_shard`)) };
    const count = numberField(document, countKey);
    if (countProperty !== null && count !== null) stats[countProperty] = count;
  }
  for (const { key, property } of clusterNumbers) {
    const value = numberField(document, key);
    if (value !== null) stats[property] = value;
  }
  return stats;
}

function parsePerShard(entry: JsonObject): ShardTime['perShard'] {
  const min = numberField(entry, 'min');
  const median = numberField(entry, 'median');
  const max = numberField(entry, 'max');
  return min === null || median === null || max === null ? null : { min, median, max };
}
