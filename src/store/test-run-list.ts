// The rows that `list test-runs` prints.
import { type JsonObject, writeJson } from '../json.ts';
import type { TestRun } from './test-run.ts';
import { formatTimestamp } from './timestamp.ts';

/** Names of the columns of {@link testRunList}. */
export const testRunListHeader = [
  'TestRun ID',
  'TestRun Timestamp',
  'Workload',
  'Workload Parameters',
  'TestProcedure',
  'ClusterConfigInstance',
  'User Tags',
  'workload Revision',
  'Cluster Config Revision',
] as const;

/** One row per test run, in the given order; `null` is an empty cell. */
export function testRunList(runs: readonly TestRun[]): readonly (readonly (string | null)[])[] {
  return runs.map((run) => [
    run.id,
    formatTimestamp(run.timestamp),
    run.workload,
    parameters(run.workloadParams),
    run.testProcedure,
    run.clusterConfig.join('+'),
    pairs(Object.entries(run.userTags)),
    run.workloadRevision,
    null,
  ]);
}

const parameters = (params: JsonObject): string =>
  pairs([...params].map(([key, value]) => [key, typeof value === 'string' ? value : writeJson(value)]));

/** Keys and values as `key=value, key=value`, sorted by key. */
const pairs = (entries: readonly (readonly [string, string])[]): string =>
  [...entries]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
