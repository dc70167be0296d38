// A slow link: passes bytes on in both directions, each chunk a while later.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Relay {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(toPort: number, delayMillis: number): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on('connection', (near) => {
      const far = connect(toPort, '127.0.0.1');
      relay.pass(near, far, delayMillis);
      relay.pass(far, near, delayMillis);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private pass(from: Socket, to: Socket, delayMillis: number): void {
    this.sockets.add(from);
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMillis));
    // Whoever ends one side ends the other.
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
