// Waits until the cluster answers, and asks what it is.
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';
import { BenchmarkError } from '../errors.ts';
import { seconds } from '../units.ts';
import { requireStatus } from './admin-client.ts';
import type { AdminClient, AdminReply } from './admin-request.ts';
import { formatPlace } from './endpoint.ts';
import type { TargetCluster } from './target-cluster.ts';

/** What a cluster says of itself (`GET /`), for the results. */
export interface ClusterIdentity {
  /** Hash of the build. */
  readonly revision: string | null;
  readonly distributionVersion: string | null;
  readonly distributionFlavor: string | null;
  /** `opensearch`, `elasticsearch`, `opensearch-serverless`, or what the cluster calls itself. */
  readonly distribution: string;
}

/** How long a cluster is waited for. */
export interface Patience {
  /** Limit for a cluster that answers but is not ready, in ms. */
  readonly ready: number;
  /** Limit for a cluster that does not answer at all, in ms. */
  readonly answer: number;
  /** Pause between attempts, in ms. */
  readonly pause: number;
}

/** How {@link waitForRest} waits; nothing need be given. */
export interface WaitOptions {
  /** Ends the wait with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience;
  readonly clock?: Clock;
  /** Gets a sentence for the user when there is something to wait for, and again when that changes. */
  readonly tell?: (message: string) => void;
}

const USUAL_PATIENCE: Patience = { ready: 120_000, answer: 10_000, pause: 1000 };
/** Limit of one attempt. */
const ATTEMPT_SECONDS = 10;
const NOT_READY: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
const SERVERLESS_VERSION = '2.11.0';
const HEALTH = { method: 'GET', path: '/_cluster/health' };
const INDICES = { method: 'GET', path: '/_cat/indices' };
const ROOT = { method: 'GET', path: '/' };

/**
 * Resolves once the REST layer answers and the cluster has as many nodes as there are targets; after ten seconds fewer
 * will do, because several targets may lead to one node. Rejects at once with `CREDENTIALS`, `TLS` or
 * `TARGET_NOT_OPENSEARCH`, and with `TARGET_UNREACHABLE` for a target that has not answered for ten seconds, or was not
 * ready for two minutes.
 */
export async function waitForRest(
  client: AdminClient,
  cluster: TargetCluster,
  { signal, patience = USUAL_PATIENCE, clock = systemClock, tell = () => undefined }: WaitOptions = {},
): Promise<void> {
  const start = clock.now();
  let hasAnswered = false;
  let told = '';
  for (;;) {
    let reply: AdminReply | null = null;
    try {
      reply = await askHealth(client, hostCount(cluster), signal);
      hasAnswered = true;
      if (isReady(reply, clock.now() - start >= patience.answer)) return;
      if (reply.status === 404) return void (await askServerless(client, signal));
      if (!NOT_READY.has(reply.status)) requireStatus(reply, HEALTH);
    } catch (error) {
      const mayPass = error instanceof BenchmarkError && error.code === 'TARGET_UNREACHABLE';
      if (!mayPass || clock.now() - start + patience.pause > (hasAnswered ? patience.ready : patience.answer))
        throw error;
    }
    if (clock.now() - start + patience.pause > patience.ready) throw notReady(client, reply);
    const state = reply === null ? `${client.place} does not answer` : `${reply.place} answers HTTP ${reply.status}`;
    if (state !== told)
      tell(`Waiting for the cluster: ${state}; it has ${patience[hasAnswered ? 'ready' : 'answer'] / 1000} s in all.`);
    told = state;
    await pause(patience.pause, client, signal);
  }
}

/**
 * Asks the cluster what it is (`GET /`). Throws `TARGET_NOT_OPENSEARCH` for anything that is not OpenSearch, or too
 * old. A serverless collection, which does not know this request, has the version 2.11.0.
 */
export async function clusterInfo(client: AdminClient, signal?: AbortSignal): Promise<ClusterIdentity> {
  const reply = await client.request({ ...ROOT, signal });
  if (reply.status === 404) {
    return {
      revision: null,
      distributionVersion: SERVERLESS_VERSION,
      distributionFlavor: 'serverless',
      distribution: 'opensearch-serverless',
    };
  }
  requireStatus(reply, ROOT);
  const version = objectIn(reply.body, 'version');
  const number = textIn(version, 'number');
  if (number === null) {
    throw new BenchmarkError(
      'TARGET_NOT_OPENSEARCH',
      `${reply.place} answers, but not like OpenSearch: GET / names no version.number.`,
      {
        hint: 'Check the port: 9200 is usual; 9300, 9600 and 5601 belong to other services.',
      },
    );
  }
  const major = Number(/^(\d+)\.\d+/.exec(number)?.[1] ?? Number.NaN);
  if (!(major >= 1))
    throw new BenchmarkError(
      'TARGET_NOT_OPENSEARCH',
      `${reply.place} has version ${number}; at least 1.0.0 is needed.`,
    );
  return {
    revision: textIn(version, 'build_hash'),
    distributionVersion: number,
    // Versions from before there were flavours do not name theirs, which was this one.
    distributionFlavor: textIn(version, 'build_flavor') ?? 'oss',
    distribution: textIn(version, 'distribution') ?? 'elasticsearch',
  };
}

/** A host that is listed twice is one node. */
const hostCount = ({ endpoints }: TargetCluster): number => new Set(endpoints.map(formatPlace)).size;

/** Asks for the health of the cluster, which itself waits a little for as many nodes. */
function askHealth(client: AdminClient, nodes: number, signal?: AbortSignal): Promise<AdminReply> {
  const query = { wait_for_nodes: `>=${nodes}`, timeout: nodes > 1 ? '2s' : '1s' };
  return client.request({ ...HEALTH, query, timeout: seconds(ATTEMPT_SECONDS), signal });
}

/**
 * Whether the cluster is ready: it answers 200, or, if fewer nodes will do, 408 with a state, which says that the REST
 * layer is there but some nodes are not. Throws for what no OpenSearch answers.
 */
function isReady(reply: AdminReply, isLenient: boolean): boolean {
  const { place } = reply;
  if (reply.status === 200 && textIn(reply.body, 'status') === null)
    throw notOpenSearch(`${place} answers GET /_cluster/health, but not like OpenSearch.`);
  if (reply.status >= 300 && reply.status < 400)
    throw notOpenSearch(`${place} redirects GET /_cluster/health (HTTP ${reply.status}), which OpenSearch never does.`);
  return reply.status === 200 || (isLenient && reply.status === 408 && textIn(reply.body, 'status') !== null);
}

/** Asks a serverless collection, which has no health, for something that it knows. */
async function askServerless(client: AdminClient, signal?: AbortSignal): Promise<void> {
  const reply = await client.request({ ...INDICES, timeout: seconds(ATTEMPT_SECONDS), signal });
  if (reply.status === 404)
    throw notOpenSearch(
      `${reply.place} answers GET /_cluster/health and GET /_cat/indices with HTTP 404: it is no OpenSearch.`,
    );
  requireStatus(reply, INDICES);
}

function notOpenSearch(message: string): BenchmarkError {
  return new BenchmarkError('TARGET_NOT_OPENSEARCH', message, {
    hint:
      'Check that --target-hosts names an OpenSearch cluster, not a proxy or a dashboard, ' +
      'with its path if it has one.',
  });
}

function notReady(client: AdminClient, reply: AdminReply | null): BenchmarkError {
  const last = reply === null ? 'it does not answer any more' : `its last answer was HTTP ${reply.status}`;
  return new BenchmarkError(
    'TARGET_UNREACHABLE',
    `OpenSearch REST API layer is not available at ${reply?.place ?? client.place}: ${last}.`,
    {
      hint: 'Look into the log of the cluster.',
    },
  );
}

async function pause(duration: number, client: AdminClient, signal?: AbortSignal): Promise<void> {
  try {
    await wait(duration, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new BenchmarkError('CANCELLED', `Waiting for ${client.place} was cancelled.`, { cause: error });
  }
}

function objectIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function textIn(value: unknown, key: string): string | null {
  const found = objectIn(value, key);
  return typeof found === 'string' ? found : null;
}
