// The CPU usage of the nodes of a cluster, as they tell it.
import { entriesAt, numberAt, textAt } from './document.ts';
import { fetchStats, type StatsClient, type Warn } from './stats-client.ts';

/**
 * The CPU usage of the process of each node in per cent, by the name of the node; nodes that do not tell it are left
 * out. Never rejects because of the cluster: `warn` takes why there is nothing.
 */
export async function readNodeCpu(client: StatsClient, warn: Warn): Promise<ReadonlyMap<string, number>> {
  const answer = await fetchStats(client, { path: '/_nodes/stats/process' }, 'CPU usage', warn);
  const usage = new Map<string, number>();
  for (const [id, node] of entriesAt(answer, 'nodes')) {
    const percent = numberAt(node, 'process', 'cpu', 'percent');
    // A node that does not know its usage says -1.
    if (percent !== undefined && percent >= 0) usage.set(textAt(node, 'name') ?? id, percent);
  }
  return usage;
}
