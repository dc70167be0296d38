// A real nats-server for tests, on a port of its own that it keeps when it is killed and started again.
// Needs: nats-server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { inboxPrefix } from '../../src/fleet/protocol/subjects.ts';
import { findNatsServer } from '../../src/nats/nats-binary.ts';

export class NatsServer {
  readonly port: number;
  private child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const { path } = await findNatsServer({ variables: process.env, homeDirectory: homedir() });
    this.child = spawn(path, ['-a', '127.0.0.1', '-p', String(this.port)], { stdio: 'ignore' });
    while (!(await accepts(this.port))) await sleep(10);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** A connection with the settings of nodes. */
  connect(id: string): Promise<NatsConnection> {
    return connect({
      servers: `127.0.0.1:${this.port}`,
      inboxPrefix: inboxPrefix(id),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      reconnectJitter: 200,
      pingInterval: 1000,
      maxPingOut: 2,
      ignoreClusterUpdates: true,
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
