// A server of the gRPC interface whose answers are functions, and which can go away and come back on the same port.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server as TcpServer } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { BULK_METHOD } from '../../src/grpc/bulk-message.ts';
import { SEARCH_METHOD } from '../../src/grpc/search-message.ts';

/** What becomes of a call: the bytes of a message, a status, or nothing at all. */
export type GrpcReply = Buffer | { readonly code: number; readonly details: string } | 'silence';

export interface FakeGrpcServer {
  readonly host: string;
  /** The messages of all calls so far, in their order. */
  readonly messages: readonly Buffer[];
  /** For how many ms each call said that its client waits; `null` = it did not say. */
  readonly limits: readonly (number | null)[];
  /** Cuts all connections; new ones are refused from now on. */
  stop(): void;
  /** Listens again. */
  start(): Promise<void>;
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** Listens on a free port of 127.0.0.1, and answers both methods with what `answer` says. */
export async function startGrpcServer(answer: (message: Buffer, count: number) => GrpcReply): Promise<FakeGrpcServer> {
  const messages: Buffer[] = [];
  const limits: (number | null)[] = [];
  let port = 0;
  let server: Server | null = null;
  const handle = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void => {
    messages.push(call.request);
    const deadline = call.getDeadline();
    limits.push(typeof deadline === 'number' && Number.isFinite(deadline) ? deadline - Date.now() : null);
    const said = answer(call.request, messages.length);
    if (said === 'silence') return;
    if (Buffer.isBuffer(said)) reply(null, said);
    else reply(said);
  };
  const definition = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  });
  const start = async (): Promise<void> => {
    const own = new Server({ 'grpc.max_receive_message_length': -1 });
    own.addService(
      { bulk: definition(BULK_METHOD), search: definition(SEARCH_METHOD) },
      { bulk: handle, search: handle },
    );
    port = await new Promise<number>((resolve, reject) => {
      own.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    server = own;
  };
  await start();
  return {
    host: `127.0.0.1:${port}`,
    messages,
    limits,
    start,
    stop: () => {
      server?.forceShutdown();
      server = null;
    },
  };
}

/** A server that takes connections and says nothing, or what `greeting` says, and never closes them. */
export async function startMuteServer(greeting = ''): Promise<{ readonly host: string; stop(): void }> {
  const sockets = new Set<{ destroy(): void }>();
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(greeting));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
