// A fleet with a token: encrypted from the first byte, the server pinned, and no connection without the secret.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:net';
import { before, describe, it } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { hubSubject } from '../../src/fleet/protocol/subjects.ts';
import { createServerCertificate } from '../../src/nats/certificate.ts';
import { connectCoordinator, connectNode, newNodeId } from '../../src/nats/connect.ts';
import type { FleetToken } from '../../src/nats/token.ts';
import { createTokenKey, type TokenKey } from '../../src/nats/token-key.ts';
import { atEnd } from './at-end.ts';
import { hello, joinAsNode, realCoordinator, register, type TestCoordinator } from './real-coordinator.ts';

const key: TokenKey = createTokenKey(Date.now());
let fleet: TestCoordinator;

before(async () => {
  fleet = await realCoordinator(key);
});

const join = (token: FleetToken | null, port = fleet.coordinator.port) =>
  connectNode({ coordinator: '127.0.0.1', port, token }, newNodeId());

/** A server with a certificate of that authority and name; gathers what it is told after the handshake. */
async function impostor(
  certificate: string,
  privateKey: string,
  chain = '',
): Promise<{ readonly port: number; readonly heard: string[] }> {
  const heard: string[] = [];
  const server = createServer(
    { cert: certificate + chain, key: privateKey, minVersion: 'TLSv1.3' },
    (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => void heard.push(chunk.toString('utf8')));
      socket.write('INFO {"server_id":"x","version":"2.15.2","max_payload":1048576,"auth_required":true}\r\n');
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, heard };
}

describe('with a token', () => {
  it('a node joins, and may claim an address that the server does not see', async () => {
    const node = await joinAsNode(fleet.endpoint);
    assert.equal((await register(node, hello('198.51.100.7'))).kind, 'accepted');
  });

  it('the coordinator reaches its own server', async () => {
    const run = await connectCoordinator(fleet.runDirectory);
    atEnd(() => run.close());
    const answer = await run.request(hubSubject('nodes'), '', { timeout: 2000 });
    assert.match(answer.string(), /"address":"198\.51\.100\.7"/);
  });

  it('nobody connects with another secret', async () => {
    await assert.rejects(join({ ...key.token, secret: 'A'.repeat(43) }), {
      code: 'FLEET',
      message: /refused the connection/,
      hint: /same token/,
    });
    assert.match(fleet.log.join('\n'), /A connection from 127\.0\.0\.1 was refused: it does not have the token\./);
  });

  it('nobody connects without TLS; the hint names the token', async () => {
    await assert.rejects(join(null), {
      code: 'FLEET',
      message: /runs with a token, and this node has none/,
      hint: /same token/,
    });
  });

  it('another authority is refused by the node', async () => {
    await assert.rejects(
      join({ ...key.token, certificateAuthority: createTokenKey(Date.now()).token.certificateAuthority }),
      {
        code: 'FLEET',
        message: /is not the one of the token, for another authority signed its certificate/,
      },
    );
  });

  it('a false server hears no secret: neither with another authority, nor when it shows the good one, nor with another name', async () => {
    const other = createServerCertificate('osb-coordinator', Date.now());
    const misnamed = createServerCertificate('elsewhere', Date.now());
    const cases: readonly (readonly [FleetToken, { readonly port: number; readonly heard: string[] }, RegExp])[] = [
      [key.token, await impostor(other.certificate, other.privateKey), /another authority/],
      [
        key.token,
        await impostor(other.certificate, other.privateKey, key.token.certificateAuthority),
        /another authority/,
      ],
      [
        { ...key.token, certificateAuthority: misnamed.certificateAuthority },
        await impostor(misnamed.certificate, misnamed.privateKey),
        /another name/,
      ],
    ];
    for (const [token, { port, heard }, message] of cases) {
      await assert.rejects(join(token, port), { code: 'FLEET', message });
      assert.deepEqual(heard, []);
    }
  });

  it('a server that does not speak TLS hears no secret', async () => {
    const heard: Buffer[] = [];
    const server = createPlainServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => void heard.push(chunk));
      socket.write('INFO {"server_id":"x","version":"2.15.2","max_payload":1048576}\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => server.close());
    const address = server.address();
    await assert.rejects(join(key.token, typeof address === 'object' && address !== null ? address.port : 0), {
      code: 'FLEET',
      message: /does not speak TLS/,
    });
    assert.ok(!Buffer.concat(heard).includes(key.token.secret));
  });

  it('the secret is not in the log', () => {
    assert.ok(!fleet.log.join('\n').includes(key.token.secret));
  });
});
