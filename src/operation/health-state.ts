// Says for people what an answer of `_cluster/health` tells about the cluster: `yellow, 1 unassigned shard`.
import { jsonPath, scanNumber, scanString } from './scan.ts';

const STATUS = jsonPath('status');
/** What may keep a cluster from being healthy: the name in the answer, and its words for one and for many. */
const COUNTS = [
  ['unassigned_shards', 'unassigned shard', 'unassigned shards'],
  ['initializing_shards', 'initializing shard', 'initializing shards'],
  ['relocating_shards', 'relocating shard', 'relocating shards'],
  ['number_of_pending_tasks', 'pending task', 'pending tasks'],
] as const;
const PATHS = COUNTS.map(([name, one, many]) => ({ path: jsonPath(name), one, many }));
const UNASSIGNED = jsonPath('unassigned_shards');

/** The level of a cluster in lower case, and what is not at rest in it. */
export function healthState(body: Buffer): string {
  const counts = PATHS.flatMap(({ path, one, many }) => {
    const count = scanNumber(body, path) ?? 0;
    return count === 0 ? [] : [count === 1 ? `1 ${one}` : `${count} ${many}`];
  });
  return [scanString(body, STATUS)?.toLowerCase() ?? 'unknown', ...counts].join(', ');
}

/**
 * Whether a body is an answer of `_cluster/health`, which also comes with status 408 when the server waited in vain.
 */
export function isHealth(body: Buffer): boolean {
  return scanString(body, STATUS) !== undefined && scanNumber(body, UNASSIGNED) !== undefined;
}
