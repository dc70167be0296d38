// Waits until the cluster answers (spec/1 §4.4), and asks what it is.
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, systemClock } from '../clock.ts';
import { BenchmarkError } from '../errors.ts';
import { seconds } from '../units.ts';
import { requireStatus } from './admin-client.ts';
import type { AdminClient, AdminReply } from './admin-request.ts';
import { formatPlace } from './endpoint.ts';
import type { TargetCluster } from './target-cluster.ts';

/** What `GET /` says; for results. */
export interface ClusterIdentity {
  /** Hash of the build. */
  readonly revision: string | null;
  readonly distributionVersion: string | null;
  readonly distributionFlavor: string | null;
  /** `opensearch`, `elasticsearch`, `opensearch-serverless`, or what the cluster calls itself. */
  readonly distribution: string;
}

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
/** One attempt may take so long. */
const ATTEMPT_SECONDS = 10;
const NOT_READY: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
const SERVERLESS_VERSION = '2.11.0';
const HEALTH = { method: 'GET', path: '/_cluster/health' };
const INDICES = { method: 'GET', path: '/_cat/indices' };
const ROOT = { method: 'GET', path: '/' };

/**
 * Resolves once the REST layer answers and as many nodes are there as there are targets, or those that came within ten seconds
 * (several targets may lead to one node). Wrong credentials, wrong certificates and things that are not OpenSearch fail at once;
 * a target that never answers after ten seconds.
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
      if (!mayPass || clock.now() - start + patience.pause > (hasAnswered ? patience.ready : patience.answer)) throw error;
    }
    if (clock.now() - start + patience.pause > patience.ready) throw notReady(client, reply);
    const state = reply === null ? `${client.place} does not answer` : `${reply.place} answers HTTP ${reply.status}`;
    if (state !== told) tell(`Waiting for the cluster: ${state}; it has ${patience[hasAnswered ? 'ready' : 'answer'] / 1000} s in all.`);
    told = state;
    await pause(patience.pause, client, signal);
  }
}

/** Asks `GET /`. Throws `BenchmarkError` TARGET_NOT_OPENSEARCH for anything that is not OpenSearch, or too old. */
export async function clusterInfo(client: AdminClient, signal?: AbortSignal): Promise<ClusterIdentity> {
  const reply = await client.request({ ...ROOT, signal });
  if (reply.status === 404) {
    return { revision: null, distributionVersion: SERVERLESS_VERSION, distributionFlavor: 'serverless', distribution: 'opensearch-serverless' };
  }
  requireStatus(reply, ROOT);
  const version = objectIn(reply.body, 'version');
  const number = textIn(version, 'number');
  if (number === null) {
    throw new BenchmarkError('TARGET_NOT_OPENSEARCH', `${reply.place} answers, but not like OpenSearch: GET / names no version.number.`, {
      hint: 'Check the port: 9200 is usual; 9300, 9600 and 5601 belong to other services.',
    });
  }
  const major = Number(/^(\d+)\.\d+/.exec(number)?.[1] ?? Number.NaN);
  if (!(major >= 1)) throw new BenchmarkError('TARGET_NOT_OPENSEARCH', `${reply.place} has version ${number}; at least 1.0.0 is needed.`);
  return {
    revision: textIn(version, 'build_hash'),
    distributionVersion: number,
    // A cluster that names no flavour has the only one that there was at first.
    distributionFlavor: textIn(version, 'build_flavor') ?? 'oss',
    distribution: textIn(version, 'distribution') ?? 'elasticsearch',
  };
}

/** A host that is listed twice is one node. */
const hostCount = ({ endpoints }: TargetCluster): number => new Set(endpoints.map(formatPlace)).size;

/** The server itself waits a little for the nodes. */
function askHealth(client: AdminClient, nodes: number, signal?: AbortSignal): Promise<AdminReply> {
  const query = { wait_for_nodes: `>=${nodes}`, timeout: nodes > 1 ? '2s' : '1s' };
  return client.request({ ...HEALTH, query, timeout: seconds(ATTEMPT_SECONDS), signal });
}

/** 200; or, after a while, 408 with a state: the REST layer is there, but fewer nodes than targets. */
function isReady(reply: AdminReply, isLenient: boolean): boolean {
  const { place } = reply;
  if (reply.status === 200 && textIn(reply.body, 'status') === null)
    throw notOpenSearch(`${place} answers GET /_cluster/health, but not like OpenSearch.`);
  if (reply.status >= 300 && reply.status < 400)
    throw notOpenSearch(`${place} redirects GET /_cluster/health (HTTP ${reply.status}), which OpenSearch never does.`);
  return reply.status === 200 || (isLenient && reply.status === 408 && textIn(reply.body, 'status') !== null);
}

/** A serverless collection has no health. */
async function askServerless(client: AdminClient, signal?: AbortSignal): Promise<void> {
  const reply = await client.request({ ...INDICES, timeout: seconds(ATTEMPT_SECONDS), signal });
  if (reply.status === 404)
    throw notOpenSearch(`${reply.place} answers GET /_cluster/health and GET /_cat/indices with HTTP 404: it is no OpenSearch.`);
  requireStatus(reply, INDICES);
}

function notOpenSearch(message: string): BenchmarkError {
  return new BenchmarkError('TARGET_NOT_OPENSEARCH', message, {
    hint: 'Check that --target-hosts names an OpenSearch cluster, not a proxy or a dashboard, with its path if it has one.',
  });
}

function notReady(client: AdminClient, reply: AdminReply | null): BenchmarkError {
  const last = reply === null ? 'it does not answer any more' : `its last answer was HTTP ${reply.status}`;
  return new BenchmarkError('TARGET_UNREACHABLE', `OpenSearch REST API layer is not available at ${reply?.place ?? client.place}: ${last}.`, {
    hint: 'Look into the log of the cluster.',
  });
}

async function pause(duration: number, client: AdminClient, signal?: AbortSignal): Promise<void> {
  try {
    await wait(duration, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new BenchmarkError('CANCELLED', `Waiting for ${client.place} was cancelled.`, { cause: error });
  }
}

function objectIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}

function textIn(value: unknown, key: string): string | null {
  const found = objectIn(value, key);
  return typeof found === 'string' ? found : null;
}
