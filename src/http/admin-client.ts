// The client of administration: the official client of OpenSearch, for everything off the load path (readiness,
// administration, telemetry).
import { Client, errors } from '@opensearch-project/opensearch';
import type { TransportRequestPromise } from '@opensearch-project/opensearch/lib/Transport.js';
import { BenchmarkError, messageOf } from '../errors.ts';
import { codeOf, explainSocketError, sentence } from '../transport/network-failure.ts';
import { AnswerTooLong, adminConnectionClass, maxAnswerBytes, type SocketErrors } from './admin-connection.ts';
import type { AdminClient, AdminReply, AdminRequest } from './admin-request.ts';
import { anyHost } from './any-host.ts';
import type { Endpoint } from './endpoint.ts';
import { formatPlace } from './endpoint.ts';
import { maxHeadBytes } from './response-head.ts';
import type { TargetCluster } from './target-cluster.ts';
import { makeSecureContext } from './wire-context.ts';

/** What the official client says of an answer that is cut off; it has no code. */
const ABORTED_ANSWER = 'Response aborted while reading the body';

/**
 * A client with the same TLS, authentication and headers as the load has. Any host of the cluster that answers will do;
 * no host is asked twice for one request. `signal` ends requests that have none of their own. Replies are returned
 * whatever their status: see {@link requireStatus}. Throws `TLS` if the certificates cannot be used.
 */
export function createAdminClient(cluster: TargetCluster, signal?: AbortSignal): AdminClient {
  // Checked first, because the library never settles a request whose certificates cannot be used.
  if (cluster.endpoints.some(({ useTls }) => useTls)) makeSecureContext(cluster.options);
  const hosts = new Map(cluster.endpoints.map((endpoint) => [formatPlace(endpoint), endpoint]));
  return anyHost([...hosts.values()].map((endpoint) => createHostClient(cluster, endpoint, signal)));
}

function createHostClient(cluster: TargetCluster, endpoint: Endpoint, signal: AbortSignal | undefined): AdminClient {
  const { options } = cluster;
  const place = formatPlace(endpoint);
  const socketErrors: SocketErrors = new Map();
  const client = new Client({
    Connection: adminConnectionClass(cluster, socketErrors),
    node: {
      url: new URL(`${endpoint.useTls ? 'https' : 'http'}://${place}${endpoint.prefix}`),
      headers: authHeader(cluster, endpoint),
    },
    maxRetries: 0,
    requestTimeout: options.timeout * 1000,
    resurrectStrategy: 'optimistic',
    headers: { ...options.headers, ...(options.opaqueId === null ? {} : { 'x-opaque-id': options.opaqueId }) },
    ...(options.compressRequests ? { compression: 'gzip' } : {}),
    ssl: {
      rejectUnauthorized: options.verifyCertificates,
      ...(options.caCertificates === null ? {} : { ca: options.caCertificates }),
      ...(options.clientCertificate === null ? {} : { cert: options.clientCertificate }),
      ...(options.clientKey === null ? {} : { key: options.clientKey }),
      ...(options.verifyHostName ? {} : { checkServerIdentity: () => undefined }),
    },
  });
  return {
    place,
    request: (request) => send({ client, place, timeout: options.timeout, socketErrors, signal }, request),
    close: () => client.close(),
  };
}

/**
 * Returns the reply, unless its status is an error: then throws `CREDENTIALS` (401, 403) or `TARGET_REJECTED` with the
 * reason that the cluster gives. Statuses in `ignored` are no errors.
 */
export function requireStatus(
  reply: AdminReply,
  request: { readonly method: string; readonly path: string },
  ignored: readonly number[] = [],
): AdminReply {
  if (reply.status < 300 || ignored.includes(reply.status)) return reply;
  const what = `${request.method} ${request.path} at ${reply.place} failed with HTTP ${reply.status}`;
  if (reply.status === 401) {
    throw new BenchmarkError('CREDENTIALS', `${what}: the credentials are missing or wrong.`, {
      hint:
        'Give basic_auth_user and basic_auth_password in --client-options, ' +
        'or set OSB_BASIC_AUTH_USER and OSB_BASIC_AUTH_PASSWORD.',
    });
  }
  if (reply.status === 403) {
    throw new BenchmarkError('CREDENTIALS', `${what}: the user may not do this${reasonOf(reply.body)}.`, {
      hint: 'Use a user with more permissions.',
    });
  }
  throw new BenchmarkError('TARGET_REJECTED', `${what}${reasonOf(reply.body)}.`);
}

function authHeader(cluster: TargetCluster, endpoint: Endpoint): Record<string, string> {
  const auth = endpoint.basicAuth ?? cluster.options.basicAuth;
  return auth === null
    ? {}
    : { authorization: `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}` };
}

interface Sender {
  readonly client: Client;
  readonly place: string;
  /** Seconds per request. */
  readonly timeout: number;
  readonly socketErrors: SocketErrors;
  readonly signal: AbortSignal | undefined;
}

async function send(sender: Sender, request: AdminRequest): Promise<AdminReply> {
  const timeout = request.timeout ?? sender.timeout;
  const signal = request.signal ?? sender.signal;
  if (signal?.aborted === true) throw cancelled(sender, request);
  const pending = sender.client.transport.request(
    {
      method: request.method,
      path: request.path,
      ...(request.query === undefined ? {} : { querystring: { ...request.query } }),
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    { requestTimeout: timeout * 1000, maxRetries: 0 },
  );
  // The library's limit starts again with each byte; this one is for the whole request. What the library makes of an
  // abortion is not waited for, because it never settles a request that it could not begin.
  const ended = failing();
  const timer = setTimeout(() => ended.reject(late(sender, request, timeout)), timeout * 1000);
  const cancel = (): void => ended.reject(cancelled(sender, request));
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const { statusCode, body } = await Promise.race([pending, ended.promise]);
    return { place: sender.place, status: statusCode ?? 0, body };
  } catch (error) {
    abandon(pending);
    if (error instanceof errors.ResponseError)
      return { place: sender.place, status: error.statusCode, body: error.body };
    if (error instanceof BenchmarkError) throw error;
    if (error instanceof errors.TimeoutError) throw late(sender, request, timeout);
    throw error instanceof errors.RequestAbortedError ? cancelled(sender, request) : explain(error, sender, request);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** Ends what is still under way; its failure is known already. */
function abandon(pending: TransportRequestPromise<unknown>): void {
  pending.catch(() => undefined);
  pending.abort();
}

/** A promise that never resolves, and the function that rejects it. */
function failing(): { readonly promise: Promise<never>; readonly reject: (error: BenchmarkError) => void } {
  let reject = (_error: BenchmarkError): void => {};
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise;
  });
  return { promise, reject };
}

const nameOf = (request: AdminRequest): string => `${request.method} ${request.path}`;

function cancelled(sender: Sender, request: AdminRequest): BenchmarkError {
  return new BenchmarkError('CANCELLED', `${nameOf(request)} at ${sender.place} was cancelled.`);
}

function late(sender: Sender, request: AdminRequest, timeout: number): BenchmarkError {
  return new BenchmarkError(
    'TARGET_UNREACHABLE',
    `${sender.place} did not answer ${nameOf(request)} within ${timeout} s.`,
    {
      hint: 'Look whether it is overloaded, or a firewall in between; if not, raise timeout in --client-options.',
    },
  );
}

function explain(error: unknown, sender: Sender, request: AdminRequest): BenchmarkError {
  const { place } = sender;
  const what = nameOf(request);
  if (error instanceof errors.DeserializationError) {
    return new BenchmarkError('TARGET_NOT_OPENSEARCH', `${place} answered ${what} with something that is not JSON.`, {
      hint: 'Check that --target-hosts names an OpenSearch cluster.',
    });
  }
  const cause = sender.socketErrors.get(messageOf(error)) ?? error;
  if (codeOf(cause).startsWith('Z_')) {
    return new BenchmarkError(
      'TARGET_NOT_OPENSEARCH',
      `${place} answered ${what} with something that cannot be decompressed (${codeOf(cause)}).`,
      {
        hint: 'Look for a proxy in between that changes answers.',
      },
    );
  }
  if (cause instanceof AnswerTooLong) {
    return new BenchmarkError(
      'TARGET_NOT_OPENSEARCH',
      `${place} answered ${what} with more than ${maxAnswerBytes / 1_048_576} MiB.`,
      {
        hint: 'Check that --target-hosts names an OpenSearch cluster, and ask it yourself (curl).',
      },
    );
  }
  if (messageOf(error) === ABORTED_ANSWER) {
    return new BenchmarkError(
      'TARGET_UNREACHABLE',
      `${place} closed the connection in the middle of its answer to ${what}.`,
      {
        hint: 'Look into the log of the cluster, and at proxies in between.',
      },
    );
  }
  const failure = explainSocketError(cause, place, 'connect');
  if (failure.kind === 'tls') return new BenchmarkError('TLS', sentence(failure.message));
  if (codeOf(cause) === 'HPE_HEADER_OVERFLOW') {
    return new BenchmarkError(
      'TARGET_NOT_OPENSEARCH',
      `${place} answered ${what} with headers of more than ${maxHeadBytes / 1024} KiB.`,
      {
        hint: 'Look for a proxy in between that adds headers, such as cookies.',
      },
    );
  }
  if (codeOf(cause).startsWith('HPE_')) {
    return new BenchmarkError('TARGET_NOT_OPENSEARCH', `${place} does not speak HTTP: ${messageOf(cause)}.`, {
      hint: 'Check the port in --target-hosts, and whether the server wants use_ssl:true.',
    });
  }
  return new BenchmarkError('TARGET_UNREACHABLE', sentence(failure.message), {
    hint:
      'Check that it is running, and host and port in --target-hosts. ' +
      'If it wants TLS, give use_ssl:true in --client-options.',
  });
}

function reasonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('error' in body)) return '';
  const { error } = body;
  if (typeof error === 'string') return `: ${shortened(error)}`;
  if (typeof error !== 'object' || error === null || !('reason' in error)) return '';
  return `: ${shortened(String(error.reason))}`;
}

/** Cuts a text of the cluster, and marks that it was cut. */
const shortened = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 300)}…`);
