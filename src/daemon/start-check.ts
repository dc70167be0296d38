// What would keep a daemon from starting, found before anything is started or stopped.
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { BenchmarkError } from '../errors.ts';
import { isOwnAddress, resolveAddress } from '../nats/addresses.ts';
import { connectNode, connectUrl, firstFailure, newNodeId } from '../nats/connect.ts';
import { findNatsServer } from '../nats/nats-binary.ts';
import { portInUse } from '../nats/port-in-use.ts';
import { tokenKeyFor } from '../nats/token-key.ts';
import type { DaemonOptions } from './daemon.ts';

/** Names, key of the token and program of the server. Fails with FLEET or CONFIG. `ownPort`: on which the daemon that is to be replaced listens. */
export async function checkStart(options: DaemonOptions, ownPort: number | null): Promise<void> {
  const { nats, token, port } = options;
  const address = await resolveAddress(options.nodeIp);
  const coordinator = await resolveAddress(options.coordinatorIp);
  if (nats !== null && nats.credentialsFile !== null) requireReadable(nats.credentialsFile);
  if (address !== coordinator || nats !== null) return;
  if (token !== null) tokenKeyFor(token, options.tokenKeyFile);
  await findNatsServer(options);
  if (port !== 0 && port !== ownPort) await requireFreePort(isOwnAddress(address) ? address : '0.0.0.0', port);
}

/** Asks the coordinator of a worker, or the owner of the NATS, whether it would let this node in. Fails with FLEET if not; a coordinator that is away says nothing. */
export async function checkAdmission(options: DaemonOptions): Promise<void> {
  const { nats, token, port } = options;
  const coordinator = options.coordinatorIp.trim();
  const isWorker = (await resolveAddress(options.nodeIp)) !== (await resolveAddress(coordinator));
  if (!isWorker && nats === null) return;
  const failure = await firstFailure((attempt) =>
    nats === null ? connectNode({ coordinator, port, token }, newNodeId(), attempt) : connectUrl(nats, newNodeId(), attempt),
  );
  if (failure?.isRefusal === true) throw failure.error;
}

function requireReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new BenchmarkError('CONFIG', `Cannot read the NATS credentials ${path}.`, { cause: error });
  }
}

function requireFreePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(portInUse(host, port));
      // Whatever else is wrong with the address is told by the server, in the same words as ever.
      else resolve();
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}
