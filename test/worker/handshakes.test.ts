// TLS handshakes that go wrong: what may pass is tried again, what cannot get better ends the run with its reason.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createTestAuthority, type TestAuthority } from '../fakes/http-certificates.ts';
import { startRawServer } from '../fakes/http-raw-server.ts';
import { drive, type LoadOutcome } from '../support/load.ts';
import { task } from '../support/small-model.ts';

let authority: TestAuthority;
before(() => {
  authority = createTestAuthority();
});
after(() => authority.dispose());

const answer: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-length': 2, connection: 'close' }).end('{}'));
};

/** An HTTPS server; `onConnection` gets each socket before its handshake, numbered from 1. */
async function startTls(options: ServerOptions, onConnection: (socket: Socket, count: number) => void = () => {}) {
  const server = createServer({ ...authority.issue('IP:127.0.0.1'), ...options }, answer);
  let count = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket, ++count);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function ping(
  host: string,
  scheme: 'http' | 'https',
  clientOptions = 'verify_certs:false,timeout:10',
): Promise<LoadOutcome> {
  const schedule = [task('ping', 'raw-request', { path: '/' }, { clients: 2, iterations: 10 })];
  return drive({
    targetHosts: `${scheme}://${host}`,
    clientOptions: scheme === 'http' ? 'timeout:10' : clientOptions,
    schedule,
  });
}

describe('handshakes', { concurrency: true }, () => {
  const passing: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['reset', (socket) => socket.resetAndDestroy()],
    ['closed', (socket) => socket.end()],
    ['ended by an internal error of the server', (socket) => void socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 80]))],
  ];
  for (const [name, spoil] of passing) {
    test(`one of three is ${name}: the run goes on`, async () => {
      const server = await startTls({}, (socket, count) => {
        if (count % 3 === 0) spoil(socket);
      });
      try {
        const { error, tasks, endpoints } = await ping(server.host, 'https');
        assert.equal(error, null);
        const results = tasks.get('ping');
        assert.equal(results?.requests, 20 - (results?.refusedRequests ?? 0));
        assert.ok((endpoints[0]?.connectionFailures ?? 0) >= 5, JSON.stringify(endpoints));
      } finally {
        server.close();
      }
    });
  }

  const fatal: readonly (readonly [string, () => ServerOptions, string, RegExp])[] = [
    [
      'a version that is too old',
      () => ({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      '',
      /version of TLS/,
    ],
    [
      'no cipher in common',
      () => ({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
      '',
      /no cipher|refused the handshake/,
    ],
    ['a certificate that is not trusted', () => ({}), 'timeout:10', /unknown authority|self-signed/],
    [
      'a client certificate that is missing',
      () => ({ requestCert: true, rejectUnauthorized: true, ca: authority.ca, maxVersion: 'TLSv1.2' }),
      '',
      /does it want client_cert/,
    ],
  ];
  for (const [name, options, clientOptions, reason] of fatal) {
    test(`${name} ends the run at once`, async () => {
      const server = await startTls(options());
      try {
        const begin = performance.now();
        const { error } = await ping(server.host, 'https', clientOptions === '' ? undefined : clientOptions);
        assert.match(String(error), reason);
        assert.ok(performance.now() - begin < 8000);
      } finally {
        server.close();
      }
    });
  }

  test('plain text where TLS is due, and the other way round, ends the run at once', async () => {
    const plain = await startRawServer(
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
    );
    const tls = await startRawServer((socket) => void socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 10])));
    try {
      const begin = performance.now();
      assert.match(String((await ping(`127.0.0.1:${plain.port}`, 'https')).error), /does not speak TLS/);
      assert.match(String((await ping(`127.0.0.1:${tls.port}`, 'http')).error), /TLS where plain HTTP was expected/);
      assert.ok(performance.now() - begin < 8000);
    } finally {
      await plain.close();
      await tls.close();
    }
  });
});
