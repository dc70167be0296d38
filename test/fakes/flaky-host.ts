// An HTTP server that can go away and come back on the same port, and counts what it sees.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FlakyHost {
  readonly host: string;
  /** Requests and connections so far. */
  readonly requests: () => number;
  readonly connections: () => number;
  /** Closes everything; connections are refused from now on. */
  stop(): Promise<void>;
  /** Listens again. */
  start(): Promise<void>;
}

const answerEmpty: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-length': 2 }).end('{}'));
};

/** Listens on a free port of 127.0.0.1. */
export async function startFlakyHost(answer: RequestListener = answerEmpty): Promise<FlakyHost> {
  let requests = 0;
  let connections = 0;
  let port = 0;
  let server: Server | null = null;
  const start = async (): Promise<void> => {
    const own = createServer((request, response) => {
      requests++;
      answer(request, response);
    });
    own.keepAliveTimeout = 0;
    own.on('connection', () => connections++);
    own.listen(port, '127.0.0.1');
    await once(own, 'listening');
    port = (own.address() as AddressInfo).port;
    server = own;
  };
  const stop = async (): Promise<void> => {
    const own = server;
    server = null;
    if (own === null) return;
    own.closeAllConnections();
    own.close();
    await once(own, 'close');
  };
  await start();
  return { host: `127.0.0.1:${port}`, requests: () => requests, connections: () => connections, start, stop };
}
