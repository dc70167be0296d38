// Connections of the official client as this project needs them: signed like the load, and with the errors of sockets
// kept.
import { type ClientRequest, type ClientRequestArgs, IncomingMessage } from 'node:http';
import { createUnzip } from 'node:zlib';
import { Connection } from '@opensearch-project/opensearch';
import { systemClock } from '../clock.ts';
import { createCredentialKeeper } from './credential-keeper.ts';
import { maxHeadBytes } from './response-head.ts';
import { formatAmzDate, sha256Hex, signRequest } from './sigv4.ts';
import type { TargetCluster } from './target-cluster.ts';

/** Errors of sockets by their messages, because the library passes on nothing of such an error but its message. */
export type SocketErrors = Map<string, Error>;

/** Limit of an administrative answer. A longer one is given up. */
export const maxAnswerBytes = 268_435_456;

/** Says that an answer went beyond {@link maxAnswerBytes}. */
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
        if (response === null) return callback(error, null);
        // From here on the library prints errors to the console, so its listeners are taken away. What breaks the
        // body it reports in another way as well.
        request.removeAllListeners('error');
        request.on('error', () => {});
        const answer = unpack(response, socketErrors);
        limitAnswer(answer, socketErrors);
        callback(error, answer);
      });
      return request;
    }

    /** Closes the sockets at once, where the library would wait for requests that may never be answered. */
    override close(callback: () => void = () => undefined): this {
      this.agent?.destroy();
      callback();
      return this;
    }

    override buildRequestObject(params: { readonly body?: unknown }): ClientRequestArgs {
      // Heads of answers may be as long as those that the load reads.
      const request = { ...super.buildRequestObject(params), maxHeaderSize: maxHeadBytes };
      if (keeper === null) return request;
      const { body } = params;
      const scope = { ...keeper.scope(), time: formatAmzDate(systemClock.wall()) };
      const bodyHash = sha256Hex(typeof body === 'string' || Buffer.isBuffer(body) ? body : '');
      const headers = new Map([['host', this.url.host]]);
      const signature = signRequest(
        { method: request.method ?? 'GET', target: request.path ?? '/', headers, bodyHash },
        scope,
      );
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

/**
 * The answer without compression. The library would unpack it as a whole, whatever size it grows to; here it comes
 * piece by piece, and can be given up.
 */
function unpack(response: IncomingMessage, socketErrors: SocketErrors): IncomingMessage {
  const { 'content-encoding': encoding = '', 'content-length': _packedLength, ...headers } = response.headers;
  if (!/gzip|deflate/i.test(encoding)) return response;
  const plain = new IncomingMessage(response.socket);
  plain.headers = headers;
  plain.statusCode = response.statusCode;
  const unzip = createUnzip();
  unzip.on('data', (part: Buffer) => plain.push(part));
  unzip.on('end', () => {
    plain.complete = true;
    plain.push(null);
  });
  unzip.on('error', (error) => {
    keep(error, socketErrors);
    plain.emit('error', error);
  });
  plain.on('close', () => unzip.destroy());
  response.on('aborted', () => plain.emit('aborted'));
  response.on('error', () => {});
  response.pipe(unzip);
  return plain;
}

/**
 * Gives up an answer that is too long. The library makes one text of an answer, and one that is too long for a text is
 * an exception that nobody can catch.
 */
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
