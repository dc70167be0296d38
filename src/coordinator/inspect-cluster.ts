// What the target is: waits until it is there, and asks for its version. A database other than OpenSearch has none that
// a workload could be chosen by.
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { BenchmarkError } from '../errors.ts';
import type { AdminClient, AdminReply } from '../http/admin-request.ts';
import { type ClusterIdentity, clusterInfo, waitForRest } from '../http/rest-readiness.ts';
import type { Database } from '../operation/database/database.ts';
import type { CompleteConfig } from './config.ts';
import type { RunListener } from './events.ts';
import type { ProvidedCluster } from './pipeline.ts';

const PATIENCE_MILLIS = 10_000;
const PAUSE_MILLIS = 500;

/**
 * Waits until a database answers its probe, ten seconds at most. Rejects with `TARGET_UNREACHABLE`, or with
 * `TARGET_NOT_OPENSEARCH` if something else answers.
 */
async function waitForDatabase(
  client: AdminClient,
  database: Database,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const start = clock.now();
  for (;;) {
    const isLast = clock.now() - start + PAUSE_MILLIS > PATIENCE_MILLIS;
    const reply = await probe(client, database, signal, isLast);
    if (reply !== null && reply.status === 200 && database.probe.accepts(reply.body)) return;
    if (reply !== null && (reply.status < 500 || isLast)) throw notThere(database, reply);
    await wait(PAUSE_MILLIS, undefined, { signal });
  }
}

/** `null` if nobody answers yet. */
async function probe(
  client: AdminClient,
  { probe: { method, path, body } }: Database,
  signal: AbortSignal,
  isLast: boolean,
): Promise<AdminReply | null> {
  try {
    return await client.request({ method, path, body, signal });
  } catch (error) {
    if (isLast || !(error instanceof BenchmarkError) || error.code !== 'TARGET_UNREACHABLE') throw error;
    return null;
  }
}

function notThere({ name, title, probe: { method, path } }: Database, { place, status }: AdminReply): BenchmarkError {
  const message = `${place} answers, but not like ${title}: ${method} ${path} has HTTP status ${status}.`;
  return new BenchmarkError('TARGET_NOT_OPENSEARCH', message, { hint: `Check the port, and --database-type=${name}.` });
}

/** What the results say of the database. */
const identityOf = ({ name }: Database): ClusterIdentity => ({
  revision: null,
  distributionVersion: null,
  distributionFlavor: null,
  distribution: name,
});

/** The version by which the workload is chosen; serverless collections have a name instead. */
export const workloadVersion = (cluster: ClusterIdentity): string | null =>
  cluster.distribution === 'opensearch-serverless' ? 'oss' : cluster.distributionVersion;

/** What surrounds the inspection. */
export interface InspectionSurroundings {
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Waits until the target can be used, unless the configuration says that it can, and asks what it is. Rejects with
 * `TARGET_UNREACHABLE`, `TARGET_NOT_OPENSEARCH`, `CREDENTIALS`, `TLS` or `CANCELLED`.
 */
export async function inspectCluster(
  { load }: CompleteConfig,
  { targets }: ProvidedCluster,
  client: AdminClient,
  { listener, signal, clock }: InspectionSurroundings,
): Promise<ClusterIdentity> {
  const { database } = load;
  if (database !== null) {
    if (!load.skipRestApiCheck) await waitForDatabase(client, database, clock, signal);
    return identityOf(database);
  }
  if (!load.skipRestApiCheck) {
    const tell = (message: string): void => listener({ kind: 'info', message });
    await waitForRest(client, targets.default, { signal, clock, tell });
  }
  return clusterInfo(client, signal);
}
