// Targets that are not what the user thinks: each run ends with exit code 64 and one message that says what to do.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createTestAuthority, type TestAuthority } from '../fakes/http-certificates.ts';
import { startRawServer } from '../fakes/http-raw-server.ts';
import { assertClean, assertFailure, type Ended, type Home, taskOf, temporaryHome } from './benchmark-process.ts';
import { type Override, sendJson, startFakeOpenSearch } from './fake-opensearch.ts';
import { rootRequest, workloadJson } from './small-workloads.ts';

const run = (home: Home, host: string, ...more: readonly string[]): Promise<Ended> => {
  const path = home.workload('workload', { 'workload.json': workloadJson({ schedule: [rootRequest(3)] }) });
  return home.run([
    'execute-test',
    `--workload-path=${path}`,
    `--target-hosts=${host}`,
    '--pipeline=benchmark-only',
    ...more,
  ]);
};

async function fake(context: TestContext, override: Override, tls?: Parameters<typeof startFakeOpenSearch>[1]) {
  const server = await startFakeOpenSearch(override, tls);
  context.after(() => server.close());
  return server;
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Nothing was begun, so nothing is stored. */
const assertNothingStored = (home: Home): void => assert.deepEqual([home.testRunIds(), home.dataFiles()], [[], []]);

describe('a target', { concurrency: 5 }, () => {
  let authority: TestAuthority;
  before(() => {
    authority = createTestAuthority();
  });
  after(() => authority.dispose());

  test('whose port is closed', async (context) => {
    const home = temporaryHome(context);
    const port = await freePort();
    const ended = await run(home, `127.0.0.1:${port}`);
    assertFailure(ended, 'TARGET_UNREACHABLE', new RegExp(`127\\.0\\.0\\.1:${port} refused the connection`));
    assert.match(ended.stderr, /What to do: .*--target-hosts/);
    assertNothingStored(home);
  });

  test('whose name nobody knows', async (context) => {
    const home = temporaryHome(context);
    const ended = await run(home, 'no-such-host.invalid:9200');
    assertFailure(ended, 'TARGET_UNREACHABLE', /no-such-host\.invalid:9200 cannot be reached: its name .*\(DNS\)/);
    assertNothingStored(home);
  });

  test('that accepts connections and says nothing', async (context) => {
    const home = temporaryHome(context);
    const server = await startRawServer(() => undefined);
    context.after(() => server.close());
    const ended = await run(home, `127.0.0.1:${server.port}`, '--client-options=timeout:2');
    assertFailure(ended, 'TARGET_UNREACHABLE', /127\.0\.0\.1:\d+/);
    assert.ok(ended.took < 25_000, `${ended.took} ms`);
  });

  test('with a certificate that nobody vouches for', async (context) => {
    const home = temporaryHome(context);
    const server = await fake(context, () => false, authority.issue('DNS:localhost,IP:127.0.0.1'));
    const ended = await run(home, `https://${server.host}`);
    assertFailure(ended, 'TLS', /certificate is of an unknown authority/);
    assert.match(ended.stderr, /ca_certs/);
    assert.ok(ended.took < 6000, 'fails at once');
    assertNothingStored(home);

    const ca = home.path('ca.pem');
    writeFileSync(ca, authority.ca);
    const trusted = await run(home, `https://${server.host}`, `--client-options=ca_certs:'${ca}'`);
    assert.equal(trusted.code, 0, trusted.stderr);
    const unchecked = await run(home, `https://${server.host}`, '--client-options=verify_certs:false,timeout:10');
    assert.equal(unchecked.code, 0, unchecked.stderr);
  });

  test('whose certificate is for another name', async (context) => {
    const home = temporaryHome(context);
    const server = await fake(context, () => false, authority.issue('DNS:elsewhere.example'));
    const ca = home.path('ca.pem');
    writeFileSync(ca, authority.ca);
    const ended = await run(home, `https://${server.host}`, `--client-options=ca_certs:'${ca}'`);
    assertFailure(ended, 'TLS', /certificate is for another host name \(it is for DNS:elsewhere\.example\)/);
  });

  test('that speaks TLS where plain HTTP is asked for, and the other way round', async (context) => {
    const home = temporaryHome(context);
    const encrypted = await fake(context, () => false, authority.issue('DNS:localhost,IP:127.0.0.1'));
    const plain = await fake(context, () => false);
    const first = await run(home, encrypted.host);
    assertFailure(first, 'TARGET_UNREACHABLE', /use_ssl:true|https/);
    const second = await run(home, `https://${plain.host}`);
    assertFailure(second, 'TLS', /does not speak TLS/);
  });

  test('that refuses user and password', async (context) => {
    const home = temporaryHome(context);
    const server = await fake(context, (_request, response) => {
      response.writeHead(401, {
        'www-authenticate': 'Basic realm="OpenSearch Security"',
        'content-type': 'text/plain',
      });
      response.end('Unauthorized');
      return true;
    });
    const ended = await run(home, server.host, '--client-options=basic_auth_user:admin,basic_auth_password:wrong-one');
    assertFailure(ended, 'CREDENTIALS', /401/);
    assert.match(ended.stderr, /basic_auth_user/);
    assert.ok(ended.took < 6000, 'fails at once');
    assert.equal(server.requests.length, 1);
    assertNothingStored(home);
    const nobody = await run(home, server.host);
    assertFailure(nobody, 'CREDENTIALS', /401/);
  });

  test('that forbids what the user may not do', async (context) => {
    const home = temporaryHome(context);
    const server = await fake(context, (_request, response) => {
      sendJson(response, 403, {
        error: { type: 'security_exception', reason: 'no permissions for [cluster:monitor/health]' },
        status: 403,
      });
      return true;
    });
    const ended = await run(home, server.host);
    assertFailure(ended, 'CREDENTIALS', /no permissions for \[cluster:monitor\/health\]/);
  });

  const impostors: readonly (readonly [string, Override])[] = [
    [
      'a web server',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!DOCTYPE html><html><body>It works!</body></html>');
        return true;
      },
    ],
    [
      'a web server without such a page',
      (_request, response) => {
        response.writeHead(404, { 'content-type': 'text/html' });
        response.end('<html><body>Not Found</body></html>');
        return true;
      },
    ],
    [
      'a server that redirects',
      (_request, response) => {
        response.writeHead(302, { location: 'https://elsewhere.example/login' });
        response.end();
        return true;
      },
    ],
    [
      'a server with empty answers',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '0' });
        response.end();
        return true;
      },
    ],
    [
      'another JSON service',
      (_request, response) => {
        sendJson(response, 200, { hello: 'world' });
        return true;
      },
    ],
    [
      'a service whose root is another',
      (request, response) => {
        if (request.url !== '/') return false;
        sendJson(response, 200, ['not', 'an', 'object']);
        return true;
      },
    ],
  ];
  for (const [name, override] of impostors) {
    test(`that is ${name}`, async (context) => {
      const home = temporaryHome(context);
      const server = await fake(context, override);
      const ended = await run(home, server.host);
      assertFailure(ended, 'TARGET_NOT_OPENSEARCH', new RegExp(server.host.replaceAll('.', '\\.')));
      assert.match(ended.stderr, /What to do: /);
      assert.ok(ended.took < 6000, 'fails at once');
      assertNothingStored(home);
    });
  }

  const broken: readonly (readonly [string, string, RegExp])[] = [
    [
      'cut off',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"status":"gre',
      /in the middle of its answer/,
    ],
    [
      'chunked and cut off',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n40\r\n{"status":"gre',
      /in the middle of its answer/,
    ],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', /does not speak HTTP/],
    [
      'compressed and broken',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnogz',
      /cannot be decompressed/,
    ],
  ];
  for (const [name, bytes, message] of broken) {
    test(`whose answer is ${name}`, async (context) => {
      const home = temporaryHome(context);
      const server = await startRawServer((socket) => socket.end(bytes));
      context.after(() => server.close());
      const ended = await run(home, `127.0.0.1:${server.port}`);
      assertFailure(ended, '[A-Z_]+', new RegExp(`127\\.0\\.0\\.1:${server.port}`));
      assertFailure(ended, '[A-Z_]+', message);
      assertNothingStored(home);
    });
  }

  test('whose answers are chunked and compressed is an OpenSearch all the same', async (context) => {
    const home = temporaryHome(context);
    const server = await fake(context, (request, response) => {
      if (request.url !== '/') return false;
      const body = gzipSync(JSON.stringify({ version: { distribution: 'opensearch', number: '2.19.0' } }));
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.write(body.subarray(0, 20));
      setImmediate(() => response.end(body.subarray(20)));
      return true;
    });
    const ended = await run(home, server.host, '--client-options=http_compress:true');
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /with version \[2\.19\.0\]/);
    assert.equal(taskOf(home.testRun(), 'ask-root').errors, 0);
  });

  test('that answers nonsense during the load is told from one that works', async (context) => {
    const home = temporaryHome(context);
    let count = 0;
    const server = await fake(context, (request, response) => {
      if (!(request.url ?? '').startsWith('/e2e/_search')) return false;
      count++;
      if (count % 3 === 0) {
        response.writeHead(200, { 'content-length': '999' });
        response.write('{"took":');
        setImmediate(() => response.destroy());
      } else if (count % 3 === 1) {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>maintenance</html>');
      } else {
        sendJson(response, 200, { took: 1, hits: { total: { value: 1, relation: 'eq' }, hits: [] } });
      }
      return true;
    });
    const path = home.workload('searches', {
      'workload.json': workloadJson({
        schedule: [
          {
            operation: { name: 'find', 'operation-type': 'search', index: 'e2e', 'detailed-results': true, body: {} },
            iterations: 30,
          },
        ],
      }),
    });
    const ended = await home.run(['run', `--workload-path=${path}`, `--target-hosts=${server.host}`]);
    assert.equal(ended.code, 0, ended.stderr);
    const task = taskOf(home.testRun(), 'find');
    assert.equal(task.requests, 30);
    assert.equal(count, 30, 'nothing was repeated behind the back');
    assert.equal(task.errors, 20, ended.stdout);
    assert.match(ended.stdout, /Failed requests:/);
    assertClean(ended);
  });
});
