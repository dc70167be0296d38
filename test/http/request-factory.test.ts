// The bytes of requests.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Clock } from '../../src/clock.ts';
import { type ClientOptions, defaultClientOptions } from '../../src/http/client-options.ts';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { createRequestFactory, hostHeader } from '../../src/http/request-factory.ts';
import { sha256Hex } from '../../src/http/sigv4.ts';
import type { TargetCluster } from '../../src/http/target-cluster.ts';
import { packageVersion } from '../../src/package.ts';
import type { PreparedRequest } from '../../src/transport/request.ts';
import { epochMillis, monoMillis } from '../../src/units.ts';

const endpoint: Endpoint = { host: 'node1', port: 9200, useTls: false, prefix: '', basicAuth: null };

function cluster(options: Partial<ClientOptions> = {}, ...endpoints: readonly Partial<Endpoint>[]): TargetCluster {
  const list = endpoints.length === 0 ? [endpoint] : endpoints.map((own) => ({ ...endpoint, ...own }));
  return { name: 'default', endpoints: list, options: { ...defaultClientOptions, ...options } };
}

interface Parsed {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function parse(bytes: Buffer): Parsed {
  const end = bytes.indexOf('\r\n\r\n');
  const [line = '', ...fields] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 2)]),
  );
  assert.equal(Object.keys(headers).length, fields.length, 'no header twice');
  return { line, headers, body: bytes.subarray(end + 4) };
}

const parsed = (request: PreparedRequest, index = 0): Parsed => parse(request.bytes(index));

test('a search, byte for byte', () => {
  const request = createRequestFactory(cluster()).prepare({
    method: 'GET',
    path: '/i/_search?size=1',
    body: Buffer.from('{"a":"ü"}'),
  });
  assert.equal(
    request.bytes(0).toString(),
    `GET /i/_search?size=1 HTTP/1.1\r\nhost: node1:9200\r\ncontent-type: application/json\r\nuser-agent: opensearch-benchmark/${packageVersion}\r\n` +
      'connection: keep-alive\r\naccept: */*\r\naccept-encoding: gzip, deflate\r\ncontent-length: 10\r\n\r\n{"a":"ü"}',
  );
  assert.equal(request.bytes(0), request.bytes(0), 'made once');
  assert.equal(request.isHead, false);
});

test('lengths: none without a body, but for methods that usually have one', () => {
  const factory = createRequestFactory(cluster());
  const length = (method: string, body: Buffer | null = null) =>
    parsed(factory.prepare({ method, path: '/', body })).headers['content-length'];
  assert.deepEqual(
    [length('GET'), length('HEAD'), length('DELETE'), length('POST'), length('PUT'), length('GET', Buffer.alloc(0))],
    [undefined, undefined, undefined, '0', '0', '0'],
  );
  assert.equal(factory.prepare({ method: 'head', path: '/', body: null }).isHead, true);
});

test('Host: brackets for IPv6, no port that the scheme implies', () => {
  const hosts: readonly (readonly [Partial<Endpoint>, string])[] = [
    [{}, 'node1:9200'],
    [{ port: 80 }, 'node1'],
    [{ port: 443 }, 'node1:443'],
    [{ port: 443, useTls: true }, 'node1'],
    [{ port: 80, useTls: true }, 'node1:80'],
    [{ host: '::1' }, '[::1]:9200'],
    [{ host: '::1', port: 80 }, '[::1]'],
  ];
  for (const [own, expected] of hosts) assert.equal(hostHeader({ ...endpoint, ...own }), expected);
});

test('each endpoint has its own host, prefix and credentials', () => {
  const targets = cluster(
    { basicAuth: { user: 'all', password: 'pö' } },
    {},
    { host: 'node2', prefix: '/os', basicAuth: { user: 'u', password: 'p:w' } },
  );
  const request = createRequestFactory(targets).prepare({ method: 'GET', path: '/_search', body: null });
  assert.equal(parsed(request, 0).line, 'GET /_search HTTP/1.1');
  assert.equal(parsed(request, 0).headers.authorization, `Basic ${Buffer.from('all:pö').toString('base64')}`);
  assert.equal(parsed(request, 1).line, 'GET /os/_search HTTP/1.1');
  assert.equal(parsed(request, 1).headers.host, 'node2:9200');
  assert.equal(parsed(request, 1).headers.authorization, 'Basic dTpwOnc=');
  assert.throws(() => request.bytes(2), /endpoint 2/);
});

test('headers of the operation beat those of the connection, whatever their case', () => {
  const factory = createRequestFactory(
    cluster({
      headers: { 'X-Tenant': 'a', 'USER-Agent': 'mine' },
      opaqueId: 'run 1',
      basicAuth: { user: 'u', password: 'p' },
    }),
  );
  const { headers } = parsed(
    factory.prepare({
      method: 'GET',
      path: '/',
      body: null,
      headers: {
        'x-tenant': 'b',
        'X-Opaque-Id': 'task',
        Authorization: 'Bearer t',
        'Content-Type': 'application/x-ndjson',
      },
    }),
  );
  assert.deepEqual(
    [
      headers['x-tenant'],
      headers['user-agent'],
      headers['x-opaque-id'],
      headers.authorization,
      headers['content-type'],
    ],
    ['b', 'mine', 'task', 'Bearer t', 'application/x-ndjson'],
  );
});

test('nothing can smuggle a line into a request', () => {
  const factory = createRequestFactory(cluster());
  const attempt =
    (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    () =>
      factory.prepare({ method, path, body: null, headers });
  const code = { code: 'WORKLOAD_INVALID' };
  assert.throws(attempt('/a\r\nx: y'), code);
  assert.throws(attempt('/a\0'), code);
  assert.throws(attempt('/', { 'x\r\ny': 'z' }), code);
  assert.throws(attempt('/', { x: 'secret\r\ny: z' }), (error: Error) => !error.message.includes('secret'));
  assert.throws(attempt('/', { 'content-length': '3' }), code);
  assert.throws(attempt('/', { 'Transfer-Encoding': 'chunked' }), code);
  assert.throws(attempt('/', {}, 'GET /x'), code);
});

test('paths are encoded where a URL needs it, and only there', () => {
  const factory = createRequestFactory(cluster());
  const line = (path: string) => parsed(factory.prepare({ method: 'GET', path, body: null })).line;
  assert.equal(line('/i-ü*/_search?q=a b&x=%2F,y'), 'GET /i-%C3%BC*/_search?q=a%20b&x=%2F,y HTTP/1.1');
  assert.equal(line('_cat/indices'), 'GET /_cat/indices HTTP/1.1');
  assert.equal(line('/\ud800'), 'GET /%EF%BF%BD HTTP/1.1');
});

test('compressed requests', () => {
  const factory = createRequestFactory(cluster({ compressRequests: true }));
  const body = Buffer.from('{"index":{}}\n'.repeat(100));
  const constant = parsed(factory.prepare({ method: 'POST', path: '/_bulk', body }));
  assert.equal(constant.headers['content-encoding'], 'gzip');
  assert.equal(constant.headers['content-length'], String(constant.body.length));
  assert.deepEqual(gunzipSync(constant.body), body);
  assert.equal(
    parsed(factory.prepare({ method: 'GET', path: '/', body: null })).headers['content-encoding'],
    undefined,
  );
  const changing = factory.prepareInPlace('POST', '/_bulk');
  const buffer = Buffer.concat([Buffer.alloc(factory.headRoom), body]);
  changing.setBody(buffer, body.length);
  assert.deepEqual(gunzipSync(parsed(changing).body), body);
});

test('a body in place is sent from where it lies, with any length', () => {
  const factory = createRequestFactory(cluster({}, {}, { host: 'a-much-longer-host-name', prefix: '/p' }));
  const request = factory.prepareInPlace('POST', '/_bulk', { 'content-type': 'application/x-ndjson' });
  const buffer = Buffer.alloc(factory.headRoom + 20_000, 'd');
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(1), (length, index) => {
      request.setBody(buffer, length);
      const bytes = request.bytes(index);
      assert.equal(bytes.buffer, buffer.buffer);
      const { line, headers, body } = parse(bytes);
      assert.equal(line, index === 0 ? 'POST /_bulk HTTP/1.1' : 'POST /p/_bulk HTTP/1.1');
      assert.deepEqual([headers['content-length'], headers['content-type']], [String(length), 'application/x-ndjson']);
      assert.ok(body.length === length && body.every((byte) => byte === 0x64));
    }),
    { numRuns: 30 },
  );
});

test('a head that is too long for its room is copied together with the body', () => {
  const factory = createRequestFactory(cluster({ headers: { 'x-long': 'h'.repeat(5000) } }));
  const request = factory.prepareInPlace('POST', '/_bulk');
  const buffer = Buffer.alloc(factory.headRoom + 3, 'd');
  request.setBody(buffer, 3);
  const { headers, body } = parsed(request);
  assert.deepEqual([headers['x-long']?.length, body.toString()], [5000, 'ddd']);
});

function manualClock(): Clock & { time: number } {
  return {
    time: Date.UTC(2026, 0, 2, 3, 4, 5),
    now: () => monoMillis(0),
    wall() {
      return epochMillis(this.time);
    },
  };
}

test('signatures are made anew when the second changes, and only then', () => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
  const sigV4 = {
    source: 'client_option',
    region: 'eu-west-1',
    service: 'aoss',
    credentials,
    expiresAt: null,
  } as const;
  const clock = manualClock();
  const factory = createRequestFactory(cluster({ sigV4 }), clock);
  const body = Buffer.from('{}');
  const request = factory.prepare({ method: 'GET', path: '/i/_search?q=a+b', body });
  const first = request.bytes(0);
  const { line, headers } = parse(first);
  assert.equal(line, 'GET /i/_search?q=a%20b HTTP/1.1');
  assert.equal(headers['x-amz-content-sha256'], sha256Hex(body));
  assert.equal(headers['x-amz-date'], '20260102T030405Z');
  assert.equal(headers['x-amz-security-token'], 'session');
  assert.match(
    headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKID\/20260102\/eu-west-1\/aoss\/aws4_request, /,
  );
  clock.time += 900;
  assert.equal(request.bytes(0), first);
  clock.time += 100;
  assert.equal(parse(request.bytes(0)).headers['x-amz-date'], '20260102T030406Z');
  const changing = factory.prepareInPlace('POST', '/_bulk');
  const buffer = Buffer.alloc(factory.headRoom + 5, 'b');
  changing.setBody(buffer, 5);
  const hash = (): string | undefined => parsed(changing).headers['x-amz-content-sha256'];
  assert.equal(hash(), sha256Hex('bbbbb'));
  changing.setBody(buffer, 3);
  assert.equal(hash(), sha256Hex('bbb'));
});

test('a real server understands the bytes', async () => {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${Buffer.concat(parts)}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { testWire } = await import('../fakes/http-wire-client.ts');
  const { wire, next } = testWire({ port });
  try {
    wire.open();
    await next();
    const factory = createRequestFactory(cluster({}, { host: '127.0.0.1', port }));
    wire.send(
      factory.prepare({ method: 'PUT', path: '/i', body: Buffer.from('{"a":1}') }).bytes(0),
      { isHead: false },
      'all',
    );
    assert.equal((await next()).kind, 'answer');
    wire.send(factory.prepare({ method: 'HEAD', path: '/i', body: null }).bytes(0), { isHead: true }, 'all');
    assert.equal((await next()).kind, 'answer');
    assert.deepEqual(seen, [`PUT /i 127.0.0.1:${port} {"a":1}`, `HEAD /i 127.0.0.1:${port} `]);
    wire.destroy();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
