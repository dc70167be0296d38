// A real HTTP server of files that can be told to misbehave.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface FileServer {
  readonly url: string;
  /** Method, path and range of the requests so far. */
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly ifRange: string | undefined;
    readonly headers: IncomingMessage['headers'];
  }[];
}

/** Starts a server that ends with the test. */
export async function startFileServer(
  context: TestContext,
  handle: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    const ifRange = request.headers['if-range'];
    requests.push({
      path: request.url ?? '',
      range,
      ifRange: typeof ifRange === 'string' ? ifRange : undefined,
      headers: request.headers,
    });
    handle(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

/**
 * Serves a file as static file servers do: whole, or the part that a range asks for if its version is still the same.
 */
export function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  etag: string | null,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const version = { 'accept-ranges': 'bytes', ...(etag === null ? {} : { etag }) };
  if (from === undefined || !isSame) {
    response.writeHead(200, { 'content-length': content.length, ...version }).end(content);
  } else if (Number(from) >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  } else {
    const end = to === undefined || to === '' ? content.length : Math.min(content.length, Number(to) + 1);
    const part = content.subarray(Number(from), end);
    const range = `bytes ${from}-${end - 1}/${content.length}`;
    response.writeHead(206, { 'content-length': part.length, 'content-range': range, ...version }).end(part);
  }
}

/** Announces the whole file and sends the beginning of it. The returned function cuts the connection. */
export function sendBeginning(
  response: ServerResponse,
  content: Buffer,
  sent: number,
  etag: string | null,
): () => void {
  response.writeHead(200, { 'content-length': content.length, ...(etag === null ? {} : { etag }) });
  response.write(content.subarray(0, sent));
  return () => response.socket?.destroy();
}
