// An aggregate as the content of aggregated_test_run.json: a test run with the spread of its figures beside them.
import { Float, isJsonArray, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { testRunDocument } from '../store/test-run-document.ts';
import type { Aggregate, Spread, TaskSpread } from './aggregate.ts';
import { MEMBERS_TAG, membersOf } from './run-data.ts';

/**
 * The document of an aggregate, with the keys of OpenSearch Benchmark: extremes of throughput are `overall_min` and
 * `overall_max`, `mean_rsd` is the spread between the runs. `within_rsd`, the spread within them, is an addition.
 */
export function aggregateDocument({ run, spreads }: Aggregate): JsonObject {
  const document = new Map(testRunDocument(run));
  document.set('user-tags', new Map<string, Json>([[MEMBERS_TAG, membersOf(run)]]));
  const results = document.get('results');
  if (!isJsonObject(results)) return document;
  const metrics = results.get('op_metrics');
  const withSpreads = (isJsonArray(metrics) ? metrics : []).map((entry) => {
    const task = isJsonObject(entry) ? entry.get('task') : undefined;
    const spread = typeof task === 'string' ? spreads.get(task) : undefined;
    return isJsonObject(entry) && spread !== undefined ? withSpread(entry, spread) : entry;
  });
  document.set('results', new Map([...results, ['op_metrics', withSpreads]]));
  return document;
}

function withSpread(entry: JsonObject, spread: TaskSpread): JsonObject {
  const result = new Map<string, Json>();
  for (const [key, value] of entry) {
    result.set(key, isJsonObject(value) ? withFigureSpread(key, value, spread) : value);
    if (key === 'error_rate') result.set('error_rate_rsd', figure(spread.errorRate.betweenRuns));
    if (key === 'duration') result.set('duration_rsd', figure(spread.duration.betweenRuns));
  }
  return result;
}

const timeKeys = {
  latency: 'latency',
  service_time: 'service time',
  client_processing_time: 'client processing time',
  processing_time: 'processing time',
} as const;

function withFigureSpread(key: string, value: JsonObject, spread: TaskSpread): Json {
  if (key === 'throughput') {
    const renamed = [...value].map(([name, one]): readonly [string, Json] => [
      name === 'min' || name === 'max' ? `overall_${name}` : name,
      one,
    ]);
    return new Map<string, Json>([...renamed, ...spreadMembers(spread.throughput)]);
  }
  return isTimeKey(key) && value.size > 0
    ? new Map<string, Json>([...value, ...spreadMembers(spread.times[timeKeys[key]])])
    : value;
}

const isTimeKey = (key: string): key is keyof typeof timeKeys => Object.hasOwn(timeKeys, key);

const spreadMembers = ({ betweenRuns, withinRuns }: Spread): readonly (readonly [string, Json])[] => [
  ['mean_rsd', figure(betweenRuns)],
  ['within_rsd', figure(withinRuns)],
];

const figure = (value: number | null): Json => (value === null ? null : new Float(value));
