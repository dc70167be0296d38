// Connections of the official client as this project needs them: signed like the load, and with the errors of sockets kept.
import type { ClientRequest, ClientRequestArgs, IncomingMessage } from 'node:http';
import { Connection } from '@opensearch-project/opensearch';
import { systemClock } from '../clock.ts';
import { createCredentialKeeper } from './credential-keeper.ts';
import { maxHeadBytes } from './response-head.ts';
import { formatAmzDate, sha256Hex, signRequest } from './sigv4.ts';
import type { TargetCluster } from './target-cluster.ts';

/** The client passes on only the message of a socket's error; here is the error itself, by that message. */
export type SocketErrors = Map<string, Error>;

/** An administrative answer that is longer is given up. */
export const maxAnswerBytes = 268_435_456;

/** An answer went beyond {@link maxAnswerBytes}. */
export class AnswerTooLong extends Error {}

type RequestParameters = Parameters<Connection['request']>[0];
type ResponseCallback = Parameters<Connection['request']>[1];

const MAX_ERRORS = 100;

/** The class of connections to one cluster, for the client's option `Connection`. */
export function adminConnectionClass(cluster: TargetCluster, socketErrors: SocketErrors): typeof Connection {
  const { sigV4 } = cluster.options;
  const keeper = sigV4 === null ? null : createCredentialKeeper(sigV4, systemClock);

  return class AdminConnection extends Connection {
    constructor(options?: ConstructorParameters<typeof Connection>[0]) {
      super(options);
      const make: (args: ClientRequestArgs) => ClientRequest = this.makeRequest;
      this.makeRequest = (args: ClientRequestArgs) => watch(make(args), socketErrors);
    }

    override request(parameters: RequestParameters, callback: ResponseCallback): ClientRequest {
      const request = super.request(parameters, (error, response) => {
        if (response !== null) {
          // Here the library prints errors to the console; what breaks the body it reports anyway.
          request.removeAllListeners('error');
          request.on('error', () => {});
          limitAnswer(response, socketErrors);
        }
        callback(error, response);
      });
      return request;
    }

    /** The library's own waits for requests that are open, for ever if one is never answered. */
    override close(callback: () => void = () => undefined): this {
      this.agent?.destroy();
      callback();
      return this;
    }

    override buildRequestObject(params: { readonly body?: unknown }): ClientRequestArgs {
      // As long as the load reads them.
      const request = { ...super.buildRequestObject(params), maxHeaderSize: maxHeadBytes };
      if (keeper === null) return request;
      const { body } = params;
      const scope = { ...keeper.scope(), time: formatAmzDate(systemClock.wall()) };
      const bodyHash = sha256Hex(typeof body === 'string' || Buffer.isBuffer(body) ? body : '');
      const headers = new Map([['host', this.url.host]]);
      const signature = signRequest({ method: request.method ?? 'GET', target: request.path ?? '/', headers, bodyHash }, scope);
      return { ...request, headers: { ...request.headers, ...Object.fromEntries([...headers, ...signature]) } };
    }
  };
}

function watch(request: ClientRequest, socketErrors: SocketErrors): ClientRequest {
  request.on('error', (error) => keep(error, socketErrors));
  return request;
}

function keep(error: Error, socketErrors: SocketErrors): void {
  if (socketErrors.size >= MAX_ERRORS) socketErrors.clear();
  socketErrors.set(error.message, error);
}

/** The library makes one text of an answer, however long it is: the end of it is an exception that nobody can catch. */
function limitAnswer(response: IncomingMessage, socketErrors: SocketErrors): void {
  let length = 0;
  response.on('data', (part: Buffer | string) => {
    length += part.length;
    if (length <= maxAnswerBytes) return;
    const error = new AnswerTooLong(`more than ${maxAnswerBytes} bytes`);
    keep(error, socketErrors);
    response.emit('error', error);
    response.on('error', () => {});
    response.destroy();
  });
}
