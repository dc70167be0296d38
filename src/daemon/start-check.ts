// Finds what would keep a daemon from starting, before anything is started or stopped.
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { BenchmarkError } from '../errors.ts';
import { isOwnAddress, resolveAddress } from '../nats/addresses.ts';
import { connectNode, connectUrl, firstFailure, newNodeId } from '../nats/connect.ts';
import { findNatsServer } from '../nats/nats-binary.ts';
import { portInUse } from '../nats/port-in-use.ts';
import { tokenKeyFor } from '../nats/token-key.ts';
import type { DaemonOptions } from './daemon.ts';

/**
 * Checks names, credentials, the key of the token, the program of the server and the port. `ownPort` is the port of the
 * daemon that is to be replaced, which may be in use; `null` = there is none. Fails with FLEET or CONFIG.
 */
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

/**
 * Asks the coordinator of a worker, or a NATS server that somebody else runs, whether it would let this node in. Fails
 * with FLEET if it would not. A server that does not answer is no failure.
 */
export async function checkAdmission(options: DaemonOptions): Promise<void> {
  const { nats, token, port } = options;
  const coordinator = options.coordinatorIp.trim();
  const isWorker = (await resolveAddress(options.nodeIp)) !== (await resolveAddress(coordinator));
  if (!isWorker && nats === null) return;
  const failure = await firstFailure((attempt) =>
    nats === null
      ? connectNode({ coordinator, port, token }, newNodeId(), attempt)
      : connectUrl(nats, newNodeId(), attempt),
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
      // Anything else that is wrong with the address is reported by the server when it starts.
      else resolve();
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}
