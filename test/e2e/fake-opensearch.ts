// A server that answers like an OpenSearch where a test does not say otherwise.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '../fakes/http-certificates.ts';

export interface FakeOpenSearch {
  /** `127.0.0.1:<port>`, or where else it listens. */
  readonly host: string;
  /** Requests in the order of their arrival: `GET /path`. */
  readonly requests: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
  close(): Promise<void>;
}

/** Answers a request and returns true, or returns false to leave it to the ordinary answers. */
export type Override = (request: IncomingMessage, response: ServerResponse) => boolean;

const version = { distribution: 'opensearch', number: '3.8.0', build_hash: 'abc', lucene_version: '10.5.0' };

const answers: readonly (readonly [RegExp, unknown])[] = [
  [/^\/_cluster\/health/, { cluster_name: 'fake', status: 'green', number_of_nodes: 1 }],
  [/^\/_nodes/, { nodes: {} }],
  [/\/_stats/, { _all: { primaries: {}, total: {} }, indices: {} }],
  [/^\/_cat/, []],
  [/^\/$/, { name: 'fake', cluster_name: 'fake', version, tagline: 'The OpenSearch Project: https://opensearch.org/' }],
];

/** Where a server listens; port 0 = any free one. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Listens on 127.0.0.1 unless told otherwise, with TLS if there is a certificate. */
export async function startFakeOpenSearch(
  override: Override = () => false,
  tls: KeyPair | null = null,
  place: Place = { address: '127.0.0.1', port: 0 },
): Promise<FakeOpenSearch> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    request.resume();
    if (override(request, response)) return;
    const answer = answers.find(([path]) => path.test(request.url ?? ''))?.[1] ?? {};
    sendJson(response, 200, answer);
  };
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(place.port, place.address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `${place.address}:${port}`,
    requests,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(value));
}
