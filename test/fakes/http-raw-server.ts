// A server that sends exact bytes: the broken and the unusual peers of the wire client.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface RawServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Calls `onRequest` for each piece of data; `count` numbers the connections from 1. */
export type RawHandler = (socket: Socket, data: Buffer, count: number) => void;

/** Listens on 127.0.0.1; with `tls` it speaks TLS. `onConnection` may misbehave before any request. */
export async function startRawServer(
  onRequest: RawHandler,
  options: { readonly tls?: TlsOptions; readonly onConnection?: (socket: Socket) => void } = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  const accept = (socket: Socket): void => {
    const own = ++count;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    options.onConnection?.(socket);
    socket.on('data', (data: Buffer) => onRequest(socket, data, own));
  };
  const server: Server =
    options.tls === undefined ? createServer({ noDelay: true }, accept) : createTlsServer(options.tls, accept);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => count,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
