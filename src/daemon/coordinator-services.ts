// What a coordinator runs beside its own node: the nats-server, its guard and the hub; or only the hub, if somebody
// else runs the NATS server.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { unreachable } from '../errors.ts';
import { Admission } from '../hub/admission.ts';
import { answerAuthCallouts } from '../hub/auth-callout.ts';
import { Hub, type HubOptions } from '../hub/hub.ts';
import { ServerConnections } from '../hub/server-connections.ts';
import { isOwnAddress } from '../nats/addresses.ts';
import { connectAsOwner, connectCoordinator, type NatsEndpoint } from '../nats/connect.ts';
import { removeHubAccess, writeHubAccess } from '../nats/hub-access.ts';
import type { NatsBinary } from '../nats/nats-binary.ts';
import { NatsServer, type NatsServerEvent } from '../nats/nats-server.ts';
import { createKeyPair } from '../nats/nkeys.ts';
import { writePrivateFile } from '../nats/private-files.ts';
import type { TokenKey } from '../nats/token-key.ts';

/** The services of a coordinator while they run. */
export interface CoordinatorServices {
  /** Address at which nodes of this machine reach the server; empty = the NATS is not ours. */
  readonly host: string;
  /** Port on which the server listens; 0 = the NATS is not ours. */
  readonly port: number;
  readonly hub: Hub;
  /** Process id of the supervised server; 0 = none. */
  readonly serverProcessId: () => number;
  /** Ends all services, and removes what they left in the run directory for others. */
  stop(): Promise<void>;
}

/** What the services need, whoever runs the NATS server. */
export interface CoordinatorServicesOptions {
  /** The run directory, which only its owner may enter. */
  readonly runDirectory: string;
  readonly ownVersion: string;
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void;
}

/** What the services need in addition when the NATS server is their own. */
export interface OwnServerOptions extends CoordinatorServicesOptions {
  readonly binary: NatsBinary;
  /** The address that nodes connect to. */
  readonly address: string;
  /** Port to listen on; 0 = any free one. */
  readonly port: number;
  /** With a key the server uses TLS, and nobody without the token gets a connection; `null` = there is no token. */
  readonly tokenKey: TokenKey | null;
}

/** Starts the server and the hub. Fails with FLEET, e.g. if the port is in use; then nothing runs on. */
export async function startCoordinator(options: OwnServerOptions): Promise<CoordinatorServices> {
  const { runDirectory, address, tokenKey, log } = options;
  const keys = {
    issuer: createKeyPair('account'),
    coordinator: createKeyPair('user'),
    observer: createKeyPair('user'),
  };
  // Clouds translate addresses on the way, so the address that nodes connect to may be none of this machine. Then the
  // server listens on all addresses.
  const isOwn = isOwnAddress(address);
  const server = await NatsServer.start({
    binary: options.binary.path,
    directory: runDirectory,
    config: {
      host: isOwn ? address : '0.0.0.0',
      port: options.port === 0 ? -1 : options.port,
      issuerKey: keys.issuer.publicKey,
      coordinatorKey: keys.coordinator.publicKey,
      observerKey: keys.observer.publicKey,
      tls: tokenKey === null ? null : writeCertificate(runDirectory, tokenKey),
    },
    onEvent: (event) => log(event.kind === 'restarted' ? 'INFO' : 'WARNING', describeEvent(event)),
  });
  const place = {
    host: isOwn ? address : '127.0.0.1',
    port: server.port,
    certificateAuthority: tokenKey?.token.certificateAuthority ?? null,
  };
  const connections: NatsConnection[] = [];
  try {
    const connection = await connectAsOwner({ kind: 'server', ...place, seed: keys.coordinator.seed });
    connections.push(connection);
    const observer = await connectAsOwner({ kind: 'server', ...place, seed: keys.observer.seed });
    connections.push(observer);
    const isOwnMachine = (host: string): boolean => isOwnAddress(host) || host === address;
    const admission = new Admission({
      secret: tokenKey?.token.secret ?? null,
      isOwnMachine,
      now: () => performance.now(),
    });
    const { hub, open } = startGuardedHub({
      ...options,
      connection,
      observer,
      admission,
      believesAddresses: tokenKey !== null,
      isOwnMachine,
    });
    answerAuthCallouts({
      connection,
      issuer: keys.issuer,
      admission,
      checkConnections: () => open.check(),
      onAdmitted: (id) => hub.expect(id),
      onRefused: (host, reason) => hub.noteRefusedConnection(host, reason),
    });
    await Promise.all([connection.flush(), observer.flush()]);
    writeHubAccess(runDirectory, { kind: 'server', ...place, seed: keys.coordinator.seed });
    return coordinatorOf(place, hub, connections, server, runDirectory, () => open.stop());
  } catch (error) {
    for (const connection of connections) await connection.close();
    await server.stop();
    throw error;
  }
}

/** Starts the hub on a NATS server that somebody else runs, who decides who may connect. Fails with FLEET or CONFIG. */
export async function startHubOnly(
  options: CoordinatorServicesOptions,
  endpoint: NatsEndpoint,
): Promise<CoordinatorServices> {
  const { runDirectory } = options;
  writeHubAccess(runDirectory, { kind: 'url', ...endpoint });
  try {
    const connection = await connectCoordinator(runDirectory);
    const hub = startHub({
      ...options,
      connection,
      admission: null,
      believesAddresses: true,
      isOwnMachine: isOwnAddress,
    });
    return coordinatorOf({ host: '', port: 0 }, hub, [connection], null, runDirectory);
  } catch (error) {
    removeHubAccess(runDirectory);
    throw error;
  }
}

/** Starts the hub for a server of our own, and the guard that tells it which connections of that server have ended. */
function startGuardedHub(options: HubOptions & { readonly observer: NatsConnection; readonly admission: Admission }): {
  readonly hub: Hub;
  readonly open: ServerConnections;
} {
  const { observer, admission, log } = options;
  const open: ServerConnections = new ServerConnections({
    observer,
    admission,
    onGone: (id, reason) => hub.forget(id, reason),
    log,
  });
  const hub = startHub(options);
  open.start();
  return { hub, open };
}

function startHub(options: HubOptions): Hub {
  const hub = new Hub(options);
  hub.start();
  return hub;
}

function coordinatorOf(
  { host, port }: { readonly host: string; readonly port: number },
  hub: Hub,
  connections: readonly NatsConnection[],
  server: NatsServer | null,
  runDirectory: string,
  onStop: () => void = () => {},
): CoordinatorServices {
  return {
    host,
    port,
    hub,
    serverProcessId: () => server?.processId ?? 0,
    stop: async () => {
      removeHubAccess(runDirectory);
      hub.stop();
      onStop();
      for (const connection of connections) await connection.close();
      await server?.stop();
      for (const name of ['server.pem', 'server.key']) rmSync(join(runDirectory, name), { force: true });
    },
  };
}

function writeCertificate(
  runDirectory: string,
  { certificate, privateKey }: TokenKey,
): { readonly certificateFile: string; readonly keyFile: string } {
  const certificateFile = join(runDirectory, 'server.pem');
  const keyFile = join(runDirectory, 'server.key');
  writePrivateFile(certificateFile, certificate);
  writePrivateFile(keyFile, privateKey);
  return { certificateFile, keyFile };
}

function describeEvent(event: NatsServerEvent): string {
  switch (event.kind) {
    case 'log':
      return `nats-server: ${event.text}`;
    case 'died':
      return `nats-server has died: ${event.reason}. It is started again.`;
    case 'restarted':
      return `nats-server runs again, process ${event.processId}.`;
    default:
      return unreachable(event);
  }
}
