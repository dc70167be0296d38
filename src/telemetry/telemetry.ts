// The telemetry that always runs: figures of the whole cluster, read before the first and after the last step (spec/4 §1.2).
import type { ClusterStats } from '../metrics/results.ts';
import { type ClusterEnvironment, parseEnvironment } from './environment.ts';
import { collectionBetween } from './garbage-collection.ts';
import { documentCountRequest, earlierUse, indexStatsRequest, parseDocumentCount, parseIndexStats } from './index-stats.ts';
import { fetchStats, type StatsClient } from './stats-client.ts';

const NODE_STATS = { path: '/_nodes/stats/_all' };
const NODE_INFO = { path: '/_nodes/_all' };
const MISSING = 404;

/** Telemetry that was started and waits for the end of the test run. */
export interface Telemetry {
  /** What people should know about the figures. Grows by {@link stop}. */
  readonly warnings: readonly string[];
  readonly environment: ClusterEnvironment;
  /** Reads the final figures. Never rejects because of the cluster: what it does not tell is absent. */
  stop(): Promise<ClusterStats>;
}

/**
 * Reads the initial figures. `indices`: those that the workload declares; all of the cluster if it declares none.
 * Never rejects because of the cluster.
 */
export async function startTelemetry(client: StatsClient, indices: readonly string[]): Promise<Telemetry> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  const [root, nodeInfo, nodesAtStart, indicesAtStart] = await Promise.all([
    fetchStats(client, { path: '/' }, 'version', warn),
    fetchStats(client, NODE_INFO, 'nodes', warn),
    fetchStats(client, NODE_STATS, 'node statistics', warn),
    // Before a workload creates its indices they are not there.
    fetchStats(client, indexStatsRequest(indices), 'index statistics', warn, [MISSING]),
  ]);
  const earlier = earlierUse(indicesAtStart);
  if (earlier !== null) warn(earlier);

  const stop = async (): Promise<ClusterStats> => {
    const [nodesAtEnd, indicesAtEnd, documents] = await Promise.all([
      fetchStats(client, NODE_STATS, 'node statistics', warn),
      fetchStats(client, indexStatsRequest(indices), 'index statistics', warn),
      fetchStats(client, documentCountRequest(indices), 'number of documents', warn),
    ]);
    const docsCount = parseDocumentCount(documents);
    return {
      ...parseIndexStats(indicesAtEnd, warn),
      ...collectionBetween(nodesAtStart, nodesAtEnd, warn),
      ...(docsCount === undefined ? {} : { docsCount }),
    };
  };
  return { warnings, environment: parseEnvironment(root, nodeInfo), stop };
}
