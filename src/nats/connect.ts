// Opens connections to the NATS server of a fleet: as a node, as the coordinator, or to a NATS server that somebody
// else runs.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { BenchmarkError } from '../errors.ts';
import { inboxPrefix } from '../fleet/protocol/subjects.ts';
import { type ConnectFailure, explainConnectFailure, isTimeout, type Peer } from './connect-failure.ts';
import { type HubAccess, readHubAccess } from './hub-access.ts';
import { type FleetToken, serverName } from './token.ts';

/** Pause between two attempts to connect, in ms; a random time of up to the same length is added. */
const RETRY_MILLIS = 500;
const TLS_PROBE_MILLIS = 1000;

/** Where a node finds its coordinator, and the token by which they trust each other. */
export interface NodeEndpoint {
  readonly coordinator: string;
  readonly port: number;
  /** With a token the connection uses TLS, and the server must have the certificate of the token's authority. */
  readonly token: FleetToken | null;
  /** Address to connect from, for machines with several addresses. It is only used together with a token. */
  readonly localAddress?: string | undefined;
}

/** A NATS server that somebody else runs, whose owner provides the credentials. */
export interface NatsEndpoint {
  /** One or more URLs, separated by commas. The first may hold user and password, or a token. */
  readonly url: string;
  /** Path of a `.creds` file; `null` = the credentials are those in the URL. */
  readonly credentialsFile: string | null;
}

/** Whether a failed attempt to connect is repeated, and what ends the attempts. */
export interface ConnectOptions {
  /** Ends the attempts; the promise then rejects with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after each failed attempt; attempts then go on until one succeeds. Without it the first failure rejects the
   * promise with FLEET.
   */
  readonly onFailedAttempt?: ((failure: ConnectFailure) => void) | undefined;
}

/**
 * A new random identity for one process of a node: its user name, a part of its subjects, and a secret. It must never
 * be logged.
 */
export const newNodeId = (): string => randomBytes(16).toString('base64url');

/**
 * Connects as a node. A node may open several connections with one id, all from one address, e.g. a second one for
 * plans and documents. With `onFailedAttempt` it tries until it succeeds or is cancelled; otherwise it fails with
 * FLEET. An open connection reconnects by itself for ever.
 */
export function connectNode(endpoint: NodeEndpoint, id: string, options: ConnectOptions = {}): Promise<NatsConnection> {
  const { coordinator, port, token } = endpoint;
  const tls = token === null ? null : nodeTls(token, endpoint.localAddress);
  const settings: ConnectionOptions = {
    ...nodeSettings,
    servers: `${bracketed(coordinator)}:${port}`,
    user: id,
    inboxPrefix: inboxPrefix(id),
    tls,
    ...(token === null ? {} : { pass: token.secret }),
  };
  return attempt(settings, { address: `${coordinator}:${port}`, kind: token === null ? 'open' : 'token' }, options);
}

/**
 * Connects a node to a NATS server that somebody else runs. It retries and fails as {@link connectNode} does, and fails
 * with CONFIG if the credentials file cannot be read.
 */
export function connectUrl(endpoint: NatsEndpoint, id: string, options: ConnectOptions = {}): Promise<NatsConnection> {
  return attempt(
    { ...nodeSettings, ignoreClusterUpdates: false, inboxPrefix: inboxPrefix(id), ...urlSettings(endpoint) },
    { address: withoutSecrets(endpoint.url), kind: 'existing' },
    options,
  );
}

/**
 * Connects as the coordinator, with the access that the daemon of this machine has left in its run directory. Fails
 * with FLEET if no daemon runs as coordinator with this configuration.
 */
export async function connectCoordinator(runDirectory: string, options: ConnectOptions = {}): Promise<NatsConnection> {
  return connectAsOwner(readHubAccess(runDirectory), options);
}

/**
 * Connects with the given access to the coordinator's NATS: as the coordinator, or as the observer of its server. It
 * retries and fails as {@link connectNode} does.
 */
export function connectAsOwner(access: HubAccess, options: ConnectOptions = {}): Promise<NatsConnection> {
  const settings: ConnectionOptions = { ...coordinatorSettings, inboxPrefix: inboxPrefix(newNodeId()) };
  if (access.kind === 'url') {
    return attempt(
      { ...settings, ignoreClusterUpdates: false, ...urlSettings(access) },
      { address: withoutSecrets(access.url), kind: 'existing' },
      options,
    );
  }
  const own: ConnectionOptions = {
    servers: `${bracketed(access.host)}:${access.port}`,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(access.seed)),
    tls: access.certificateAuthority === null ? null : pinnedTls(access.certificateAuthority),
  };
  const kind = access.certificateAuthority === null ? 'open' : 'token';
  return attempt({ ...settings, ...own }, { address: `${access.host}:${access.port}`, kind }, options);
}

/**
 * With these times, in ms, a frozen server is noticed after 2.7 s, as measured. A restarted server refuses nodes until
 * its coordinator is back as well, so a refusal must not end the reconnection.
 */
const sharedSettings: ConnectionOptions = {
  maxReconnectAttempts: -1,
  pingInterval: 1000,
  maxPingOut: 2,
  timeout: 3000,
  ignoreAuthErrorAbort: true,
  ignoreClusterUpdates: true,
};
const nodeSettings: ConnectionOptions = {
  ...sharedSettings,
  reconnectTimeWait: RETRY_MILLIS,
  reconnectJitter: 1000,
  reconnectJitterTLS: 1000,
};
/** The coordinator reconnects sooner than its nodes, because the server asks it whether to admit them. */
const coordinatorSettings: ConnectionOptions = {
  ...sharedSettings,
  reconnectTimeWait: 50,
  reconnectJitter: 10,
  reconnectJitterTLS: 10,
};

/** The NATS client passes keys that its own type does not declare on to `tls.connect`. */
const pinnedTls = (ca: string) => ({ ca, servername: serverName, handshakeFirst: true, minVersion: 'TLSv1.3' });

const nodeTls = (token: FleetToken, localAddress: string | undefined) =>
  localAddress === undefined
    ? pinnedTls(token.certificateAuthority)
    : { ...pinnedTls(token.certificateAuthority), localAddress };

function urlSettings({ url, credentialsFile }: NatsEndpoint): ConnectionOptions {
  const all = url.split(',').map((server) => server.trim());
  const servers = all.map(withoutSecrets);
  if (credentialsFile === null) return { servers, ...userOf(all[0] ?? '') };
  try {
    return { servers, authenticator: credsAuthenticator(readFileSync(credentialsFile)) };
  } catch (error) {
    throw new BenchmarkError('CONFIG', `Cannot read the NATS credentials ${credentialsFile}.`, { cause: error });
  }
}

/** User and password, or the token, that a URL holds. The NATS client does not read them from there. */
function userOf(url: string): ConnectionOptions {
  const found = /^(?:\w+:\/\/)?([^@:/]+)(?::([^@/]*))?@/.exec(url);
  if (found?.[1] === undefined) return {};
  const user = decodeURIComponent(found[1]);
  return found[2] === undefined ? { token: user } : { user, pass: decodeURIComponent(found[2]) };
}

async function attempt(settings: ConnectionOptions, peer: Peer, options: ConnectOptions): Promise<NatsConnection> {
  const { signal, onFailedAttempt } = options;
  for (;;) {
    if (isAborted(signal)) throw cancelled();
    try {
      const connection = await connect(settings);
      if (!isAborted(signal)) return connection;
      await connection.close();
    } catch (error) {
      const failure = explainConnectFailure(error, peer, await doesExpectTls(error, peer));
      if (onFailedAttempt === undefined) throw failure.error;
      onFailedAttempt(failure);
    }
    await pause(RETRY_MILLIS * (1 + Math.random()), signal);
  }
}

/** Tries to connect once, and closes the connection again. Returns why the attempt failed; `null` = it succeeded. */
export async function firstFailure(
  open: (options: ConnectOptions) => Promise<NatsConnection>,
): Promise<ConnectFailure | null> {
  const attempt = new AbortController();
  let first: ConnectFailure | null = null;
  const onFailedAttempt = (failure: ConnectFailure): void => {
    first = failure;
    attempt.abort();
  };
  try {
    await (await open({ signal: attempt.signal, onFailedAttempt })).close();
  } catch (error) {
    if (first === null) throw error;
  }
  return first;
}

/**
 * Does a server that was silent expect TLS? Such a server waits for a handshake and sends no greeting before it, which
 * looks like silence to a client without TLS. So a handshake is tried.
 */
async function doesExpectTls(error: unknown, { kind, address }: Peer): Promise<boolean> {
  if (kind !== 'open' || !isTimeout(error)) return false;
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  return new Promise((resolve) => {
    // Only the success of the handshake counts: nothing is sent, and nothing that the server says is trusted.
    const socket = connectTls({
      host,
      port,
      servername: serverName,
      rejectUnauthorized: false,
      timeout: TLS_PROBE_MILLIS,
    });
    const end = (speaksTls: boolean): void => {
      socket.destroy();
      resolve(speaksTls);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(millis, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw isAborted(signal) ? cancelled() : error;
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false;

const cancelled = (): BenchmarkError => new BenchmarkError('CANCELLED', 'The connection is not wanted any more.');

/** IPv6 addresses need brackets before a port. */
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** The URL, or several separated by commas, without user, password and token. */
const withoutSecrets = (url: string): string => url.replace(/(^|\/\/|,)[^@,/]*@/g, '$1');
