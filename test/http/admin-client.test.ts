// The official client in this project's terms, readiness and identity of the cluster, against real servers.
// Needs: time.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, test } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { BenchmarkError } from '../../src/errors.ts';
import { createAdminClient, requireStatus } from '../../src/http/admin-client.ts';
import type { AdminClient } from '../../src/http/admin-request.ts';
import { type ClientOptions, defaultClientOptions } from '../../src/http/client-options.ts';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { clusterInfo, type Patience, waitForRest } from '../../src/http/rest-readiness.ts';
import type { TargetCluster } from '../../src/http/target-cluster.ts';
import { seconds } from '../../src/units.ts';
import { createTestAuthority, type TestAuthority } from '../fakes/http-certificates.ts';
import { startRawServer } from '../fakes/http-raw-server.ts';

let authority: TestAuthority;
before(() => {
  authority = createTestAuthority();
});
after(() => authority.dispose());

const patience: Patience = { ready: 1500, answer: 500, pause: 10 };

function clusterAt(
  port: number,
  options: Partial<ClientOptions> = {},
  endpoint: Partial<Endpoint> = {},
): TargetCluster {
  const own = { host: '127.0.0.1', port, useTls: options.useTls ?? false, prefix: '', basicAuth: null, ...endpoint };
  return { name: 'default', endpoints: [own], options: { ...defaultClientOptions, timeout: 5, ...options } };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Handler =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function withServer(handler: Handler, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(handler);
  try {
    await use(await listen(server));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function withClient<T>(cluster: TargetCluster, use: (client: AdminClient) => Promise<T>): Promise<T> {
  const client = createAdminClient(cluster);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const ask = (cluster: TargetCluster) => withClient(cluster, (client) => client.request({ method: 'GET', path: '/x' }));

/** The error of a promise; checks its code. */
async function failure(promise: Promise<unknown>, code: string): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof BenchmarkError, String(error));
    assert.equal(error.code, code, error.message);
    return `${error.message} ${error.hint ?? ''}`;
  }
  return assert.fail('no error');
}

test('a request with all its parts, and any status as a reply', async () => {
  const seen: string[] = [];
  const handler: Handler = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { authorization } = request.headers;
      seen.push(
        `${request.method} ${request.url} ${authorization} ${request.headers['x-a']} ` +
          `${request.headers['x-opaque-id']} ${Buffer.concat(parts)}`,
      );
      json(404, { error: 'no' })(request, response);
    });
  };
  await withServer(handler, async (port) => {
    const cluster = clusterAt(
      port,
      { basicAuth: { user: 'u', password: 'p:ü' }, headers: { 'x-a': 'b' }, opaqueId: 'me' },
      { prefix: '/pre' },
    );
    const reply = await withClient(cluster, (client) =>
      client.request({ method: 'PUT', path: '/i', query: { timeout: '5s' }, body: { a: 1 } }),
    );
    assert.deepEqual(reply, { place: `127.0.0.1:${port}`, status: 404, body: { error: 'no' } });
    assert.deepEqual(seen, [`PUT /pre/i?timeout=5s Basic ${Buffer.from('u:p:ü').toString('base64')} b me {"a":1}`]);
  });
});

test('what is no answer becomes an error that names the host and what to do', async () => {
  const gone = await startRawServer(() => {});
  await gone.close();
  assert.match(
    await failure(ask(clusterAt(gone.port)), 'TARGET_UNREACHABLE'),
    new RegExp(`127\\.0\\.0\\.1:${gone.port} refused the connection.*Check that it is running`),
  );
  assert.match(
    await failure(ask(clusterAt(1, {}, { host: 'no-such-host.invalid' })), 'TARGET_UNREACHABLE'),
    /no-such-host\.invalid:1 cannot be reached: its name/,
  );
  await withServer(
    () => {},
    async (port) =>
      assert.match(
        await failure(ask(clusterAt(port, { timeout: 0.05 })), 'TARGET_UNREACHABLE'),
        /did not answer GET \/x within 0\.05 s/,
      ),
  );
  await withServer(
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    async (port) => assert.match(await failure(ask(clusterAt(port)), 'TARGET_NOT_OPENSEARCH'), /not JSON/),
  );
  const ssh = await startRawServer((socket) => void socket.end('SSH-2.0-x\r\n'));
  assert.match(await failure(ask(clusterAt(ssh.port)), 'TARGET_NOT_OPENSEARCH'), /does not speak HTTP/);
  await ssh.close();
});

test('a request can be cancelled', async () => {
  await withServer(
    () => {},
    async (port) => {
      const controller = new AbortController();
      const pending = withClient(clusterAt(port), (client) =>
        client.request({ method: 'GET', path: '/', signal: controller.signal }),
      );
      setImmediate(() => controller.abort());
      await failure(pending, 'CANCELLED');
    },
  );
});

test('the limit of one request beats that of the client', async () => {
  await withServer(
    () => {},
    async (port) => {
      const pending = withClient(clusterAt(port), (client) =>
        client.request({ method: 'GET', path: '/', timeout: seconds(0.03) }),
      );
      assert.match(await failure(pending, 'TARGET_UNREACHABLE'), /within 0\.03 s/);
    },
  );
});

test('TLS: trusted by its authority or not at all', async () => {
  const server = createTlsServer(authority.issue('IP:127.0.0.1'), json(200, { ok: true }));
  const port = await listen(server);
  try {
    assert.match(
      await failure(ask(clusterAt(port, { useTls: true })), 'TLS'),
      /unknown authority; give ca_certs, or verify_certs:false/,
    );
    assert.deepEqual((await ask(clusterAt(port, { useTls: true, caCertificates: authority.ca }))).body, { ok: true });
    assert.equal((await ask(clusterAt(port, { useTls: true, verifyCertificates: false }))).status, 200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const wrongName = createTlsServer(authority.issue('DNS:elsewhere.example'), json(200, {}));
  const wrongPort = await listen(wrongName);
  try {
    assert.match(
      await failure(ask(clusterAt(wrongPort, { useTls: true, caCertificates: authority.ca })), 'TLS'),
      /for another host name \(it is for DNS:elsewhere/,
    );
  } finally {
    wrongName.closeAllConnections();
    wrongName.close();
  }
});

test('TLS: what the server refuses in the handshake is named, whatever version it speaks', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const cases: readonly (readonly [TlsOptions, RegExp])[] = [
    [{ requestCert: true, rejectUnauthorized: true }, /does it want client_cert and client_key\?/],
    [
      { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      /does it want client_cert and client_key\?/,
    ],
    [old, /no version of TLS that both sides speak/],
  ];
  for (const [options, reason] of cases) {
    const server = createTlsServer({ ...authority.issue('IP:127.0.0.1'), ...options }, json(200, {}));
    const port = await listen(server);
    try {
      const message = await failure(ask(clusterAt(port, { useTls: true, caCertificates: authority.ca })), 'TLS');
      assert.match(message, reason);
      assert.doesNotMatch(message, /\?\./);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
});

test('requests are signed as those of the load are', async () => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 'token' };
  const sigV4 = { source: 'client_option', region: 'eu-1', service: 'es', credentials, expiresAt: null } as const;
  let headers: IncomingMessage['headers'] = {};
  const handler: Handler = (request, response) => {
    ({ headers } = request);
    json(200, {})(request, response);
  };
  await withServer(handler, async (port) => {
    await ask(clusterAt(port, { sigV4 }));
    assert.match(
      headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-1\/es\/aws4_request, SignedHeaders=host;x-amz-content-sha256;/,
    );
    assert.deepEqual([headers.host, headers['x-amz-security-token']], [`127.0.0.1:${port}`, 'token']);
  });
});

test('statuses that are errors', () => {
  const check = (status: number, body: unknown, ignored?: readonly number[]) => () =>
    requireStatus({ place: 'h:1', status, body }, { method: 'GET', path: '/x' }, ignored);
  assert.equal(check(200, {})().status, 200);
  assert.equal(check(404, {}, [404])().status, 404);
  assert.throws(check(401, ''), {
    code: 'CREDENTIALS',
    message: 'GET /x at h:1 failed with HTTP 401: the credentials are missing or wrong.',
  });
  assert.throws(check(403, { error: { reason: 'no permissions' } }), {
    code: 'CREDENTIALS',
    message: /may not do this: no permissions/,
  });
  assert.throws(check(400, { error: { type: 'x', reason: 'bad' } }), {
    code: 'TARGET_REJECTED',
    message: 'GET /x at h:1 failed with HTTP 400: bad.',
  });
});

/** Waits for a server that answers with these one after the other, the last one again and again. */
async function waitOn(
  ...handlers: readonly [Handler, ...Handler[]]
): Promise<{ readonly asked: readonly string[]; readonly error: unknown }> {
  const asked: string[] = [];
  let error: unknown = null;
  await withServer(
    (request, response) => {
      asked.push(request.url ?? '');
      (handlers[Math.min(asked.length, handlers.length) - 1] ?? handlers[0])(request, response);
    },
    async (port) => {
      const cluster = clusterAt(port);
      try {
        await withClient(cluster, (client) => waitForRest(client, cluster, { patience }));
      } catch (thrown) {
        error = thrown;
      }
    },
  );
  return { asked, error };
}

const codeOf = (error: unknown): string => (error instanceof BenchmarkError ? error.code : String(error));

test('waiting for a cluster that becomes ready', async () => {
  const { asked, error } = await waitOn(
    json(503, { error: 'starting' }),
    json(429, {}),
    json(200, { status: 'yellow' }),
  );
  assert.deepEqual([error, asked.length], [null, 3]);
  assert.match(asked[0] ?? '', /^\/_cluster\/health\?wait_for_nodes=%3E%3D1&/);
});

test('fewer nodes than targets do not block for ever', async () => {
  const { error } = await waitOn(json(408, { status: 'green', timed_out: true, number_of_nodes: 1 }));
  assert.equal(error, null);
});

test('a serverless collection has indices and no health', async () => {
  const { asked, error } = await waitOn(json(404, {}), json(200, []));
  assert.deepEqual([error, asked.map((path) => path.split('?')[0])], [null, ['/_cluster/health', '/_cat/indices']]);
});

test('what waiting cannot mend fails at once', async () => {
  const unauthorized = await waitOn(json(401, {}));
  assert.deepEqual([codeOf(unauthorized.error), unauthorized.asked.length], ['CREDENTIALS', 1]);
  const forbidden = await waitOn(json(403, {}));
  assert.deepEqual([codeOf(forbidden.error), forbidden.asked.length], ['CREDENTIALS', 1]);
  const dashboard = await waitOn((_, response) => void response.end('<html>login</html>'));
  assert.deepEqual([codeOf(dashboard.error), dashboard.asked.length], ['TARGET_NOT_OPENSEARCH', 1]);
});

test('a cluster that never becomes ready', async () => {
  const { asked, error } = await waitOn(json(503, {}));
  assert.equal(codeOf(error), 'TARGET_UNREACHABLE');
  assert.match(String(error), /REST API layer is not available at 127\.0\.0\.1:\d+: its last answer was HTTP 503/);
  assert.ok(asked.length > 3);
});

test('a refused connection is tried again only for a short while', async () => {
  const gone = await startRawServer(() => {});
  await gone.close();
  const cluster = clusterAt(gone.port);
  const pending = withClient(cluster, (client) => waitForRest(client, cluster, { patience }));
  assert.match(await failure(pending, 'TARGET_UNREACHABLE'), /refused the connection/);
});

test('any host that answers will do, whatever their order, and none is blamed for another', async () => {
  const gone = await startRawServer(() => {});
  await gone.close();
  const starting = createServer(json(503, {}));
  const startingPort = await listen(starting);
  await withServer(json(200, { status: 'green' }), async (port) => {
    for (const ports of [
      [gone.port, port],
      [port, gone.port],
      [startingPort, gone.port, port],
    ]) {
      const [first] = ports.map((one) => clusterAt(one));
      assert.ok(first !== undefined);
      const cluster = { ...first, endpoints: ports.flatMap((one) => clusterAt(one).endpoints) };
      await withClient(cluster, async (client) => {
        await waitForRest(client, cluster, { patience });
        assert.equal((await client.request({ method: 'GET', path: '/' })).place, `127.0.0.1:${port}`);
      });
    }
  });
  starting.closeAllConnections();
  starting.close();
  const both = {
    ...clusterAt(gone.port),
    endpoints: [...clusterAt(gone.port).endpoints, ...clusterAt(startingPort).endpoints],
  };
  const message = await failure(
    withClient(both, (client) => client.request({ method: 'GET', path: '/' })),
    'TARGET_UNREACHABLE',
  );
  assert.match(message, new RegExp(`127.0.0.1:${gone.port} refused .* 127.0.0.1:${startingPort} refused`));
  assert.doesNotMatch(message, /, 127/);
});

test('a request that changes something is not sent to another host', async () => {
  const broken = await startRawServer((socket) => socket.destroy());
  let asked = 0;
  const count: Handler = (_, response) => {
    asked++;
    response.end('{}');
  };
  await withServer(count, async (port) => {
    const cluster = {
      ...clusterAt(port),
      endpoints: [...clusterAt(broken.port).endpoints, ...clusterAt(port).endpoints],
    };
    await failure(
      withClient(cluster, (client) => client.request({ method: 'PUT', path: '/x' })),
      'TARGET_UNREACHABLE',
    );
  });
  await broken.close();
  assert.equal(asked, 0);
});

test('a host that is listed twice is one node', async () => {
  let asked = '';
  const handler: Handler = (request, response) => {
    asked = request.url ?? '';
    json(200, { status: 'green' })(request, response);
  };
  await withServer(handler, async (port) => {
    const cluster = { ...clusterAt(port), endpoints: [...clusterAt(port).endpoints, ...clusterAt(port).endpoints] };
    await withClient(cluster, (client) => waitForRest(client, cluster, { patience }));
  });
  assert.match(asked, /wait_for_nodes=%3E%3D1&/);
});

test('waiting can be cancelled', async () => {
  const gone = await startRawServer(() => {});
  await gone.close();
  const cluster = clusterAt(gone.port);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await failure(
    withClient(cluster, (client) =>
      waitForRest(client, cluster, {
        signal: controller.signal,
        patience: { ready: 60_000, answer: 60_000, pause: 30_000 },
      }),
    ),
    'CANCELLED',
  );
});

async function identify(handler: Handler): Promise<Awaited<ReturnType<typeof clusterInfo>>> {
  let info: Awaited<ReturnType<typeof clusterInfo>> | undefined;
  await withServer(handler, async (port) => {
    info = await withClient(clusterAt(port), (client) => clusterInfo(client));
  });
  return info ?? assert.fail('no info');
}

test('the identity of a cluster', async () => {
  const opensearch = {
    version: { distribution: 'opensearch', number: '2.19.1', build_hash: 'abc', build_flavor: 'tar' },
  };
  assert.deepEqual(await identify(json(200, opensearch)), {
    revision: 'abc',
    distributionVersion: '2.19.1',
    distributionFlavor: 'tar',
    distribution: 'opensearch',
  });
  // OpenSearch names no flavour.
  const plain = await identify(json(200, { version: { distribution: 'opensearch', number: '3.8.0' } }));
  assert.deepEqual([plain.distributionFlavor, plain.revision], ['oss', null]);
  assert.equal((await identify(json(200, { version: { number: '7.10.2' } }))).distribution, 'elasticsearch');
  assert.deepEqual(await identify(json(404, {})), {
    revision: null,
    distributionVersion: '2.11.0',
    distributionFlavor: 'serverless',
    distribution: 'opensearch-serverless',
  });
});

test('what is no cluster, or too old', async () => {
  assert.match(
    await failure(identify(json(200, { name: 'kibana' })), 'TARGET_NOT_OPENSEARCH'),
    /names no version\.number/,
  );
  assert.match(
    await failure(
      identify((_, response) => void response.end('hello')),
      'TARGET_NOT_OPENSEARCH',
    ),
    /names no version\.number/,
  );
  assert.match(
    await failure(identify(json(200, { version: { number: '0.90.1' } })), 'TARGET_NOT_OPENSEARCH'),
    /has version 0\.90\.1; at least 1\.0\.0/,
  );
  await failure(identify(json(401, {})), 'CREDENTIALS');
});

test('a key that does not belong to the certificate is refused, not waited for', async () => {
  const [one, other] = [authority.issue('DNS:one'), authority.issue('DNS:other')];
  const options = { useTls: true, clientCertificate: one.cert, clientKey: other.key };
  await assert.rejects(ask(clusterAt(1, options)), { code: 'TLS', message: /key values mismatch/ });
});

test('a client is closed although a request has no answer, and its own signal ends requests', async () => {
  const silent = createServer(() => undefined);
  const port = await listen(silent);
  const stop = new AbortController();
  const client = createAdminClient(clusterAt(port), stop.signal);
  const arrived = new Promise((resolve) => silent.once('request', resolve));
  const pending = client.request({ method: 'GET', path: '/x' });
  await arrived;
  await client.close();
  stop.abort();
  await assert.rejects(pending, { code: /CANCELLED|TARGET_UNREACHABLE/ });
  silent.closeAllConnections();
  silent.close();
});

test('waiting for a cluster is told, once for each state', async () => {
  const told: string[] = [];
  const statuses = [503, 503, 429, 200];
  await withServer(
    (request, response) => json(statuses.shift() ?? 200, { status: 'green' })(request, response),
    async (port) => {
      const cluster = clusterAt(port);
      await withClient(cluster, (client) =>
        waitForRest(client, cluster, { patience, tell: (message) => void told.push(message) }),
      );
      assert.deepEqual(
        told,
        [503, 429].map(
          (status) =>
            `Waiting for the cluster: 127.0.0.1:${port} answers HTTP ${status}; it has ${patience.ready / 1000} s in ` +
            'all.',
        ),
      );
    },
  );
});

test('long headers are read as far as the load reads them, and named beyond that', async () => {
  const longHeader =
    (kibibytes: number): Handler =>
    (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'x-long': 'x'.repeat(kibibytes * 1024) }).end('{}');
  await withServer(longHeader(40), async (port) => assert.equal((await ask(clusterAt(port))).status, 200));
  await withServer(longHeader(80), async (port) => {
    const message = await failure(ask(clusterAt(port)), 'TARGET_NOT_OPENSEARCH');
    assert.match(message, /answered GET \/x with headers of more than 64 KiB/);
    assert.doesNotMatch(message, /use_ssl/);
  });
});

test('bytes behind an answer change nothing, and print nothing', async (context) => {
  const print = context.mock.method(console, 'log', () => undefined);
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n';
  const server = await startRawServer((socket) => void socket.write(`${head}{}garbage`));
  assert.equal((await ask(clusterAt(server.port))).status, 200);
  await server.close();
  assert.equal(print.mock.callCount(), 0);
});

test('a compressed answer is read, and given up if it unpacks to more than there is room for', async () => {
  const compressed =
    (body: Buffer): Handler =>
    (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
  await withServer(compressed(gzipSync('{"a":1}')), async (port) =>
    assert.deepEqual((await ask(clusterAt(port))).body, { a: 1 }),
  );
  await withServer(compressed(gzipSync('{"a":1}').subarray(0, 15)), async (port) =>
    assert.match(await failure(ask(clusterAt(port)), 'TARGET_NOT_OPENSEARCH'), /cannot be decompressed/),
  );
  const bomb = Buffer.concat(Array.from({ length: 9 }, () => gzipSync(Buffer.alloc(64 * 1_048_576, ' '))));
  await withServer(compressed(bomb), async (port) =>
    assert.match(
      await failure(ask(clusterAt(port, { timeout: 60 })), 'TARGET_NOT_OPENSEARCH'),
      /with more than 256 MiB/,
    ),
  );
});

test('an answer without end is given up at its limit', async () => {
  const part = Buffer.alloc(4 * 1_048_576, ' ');
  const endless: Handler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const go = (): void => {
      if (!response.destroyed) response.write(part, go);
    };
    go();
  };
  await withServer(endless, async (port) => {
    const message = await failure(ask(clusterAt(port, { timeout: 60 })), 'TARGET_NOT_OPENSEARCH');
    assert.match(message, /answered GET \/x with more than 256 MiB/);
  });
});
