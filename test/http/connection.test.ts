// The wire over real sockets, with peers that misbehave.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createWireContext } from '../../src/http/wire-context.ts';
import { createTestAuthority, type TestAuthority } from '../fakes/http-certificates.ts';
import { type RawHandler, type RawServer, startRawServer } from '../fakes/http-raw-server.ts';
import { plainRequest, testWire, type WireEvent } from '../fakes/http-wire-client.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

let authority: TestAuthority;
before(() => {
  authority = createTestAuthority();
});
after(() => authority.dispose());

async function withServer(
  handler: RawHandler,
  use: (server: RawServer) => Promise<void>,
  options: Parameters<typeof startRawServer>[1] = {},
): Promise<void> {
  const server = await startRawServer(handler, options);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const failureOf = (event: WireEvent) =>
  event.kind === 'failure' ? event.failure : assert.fail(`no failure but ${JSON.stringify(event)}`);

test('requests and answers one after the other on one connection', async () => {
  const server = createServer((request, response) => {
    let length = 0;
    request.on('data', (part: Buffer) => (length += part.length));
    request.on('end', () => response.end(`${request.method} ${request.url} ${length}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { wire, next, ask } = testWire({ port });
  try {
    assert.equal(wire.isOpen, false);
    wire.open();
    assert.deepEqual(await next(), { kind: 'open' });
    assert.deepEqual([wire.isOpen, wire.isBusy], [true, false]);
    for (let index = 0; index < 20; index++) {
      const body = 'x'.repeat(index * 10_000);
      const answer = await ask(
        `POST /path${index} HTTP/1.1\r\nhost: h\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      assert.equal(answer.kind === 'answer' && answer.body, `POST /path${index} ${body.length}`);
    }
    wire.destroy();
    assert.deepEqual([wire.isOpen, wire.isBusy], [false, false]);
    assert.throws(() => wire.send(Buffer.from(plainRequest), { isHead: false }, 'none'), /closed or busy/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('large answers arrive whole through the small shared buffer, on many connections at once', async () => {
  const body = (count: number) => String.fromCharCode(96 + count).repeat(700_000);
  const handler: RawHandler = (socket, _, count) =>
    void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 700000\r\n\r\n${body(count)}`);
  await withServer(handler, async ({ port }) => {
    const context = createWireContext();
    const wires = Array.from({ length: 5 }, () => testWire({ port }, {}, context));
    for (const { wire } of wires) wire.open();
    await Promise.all(wires.map(({ next }) => next()));
    const answers = await Promise.all(wires.map(({ ask }) => ask()));
    const bodies = answers.map((answer) => (answer.kind === 'answer' && answer.isWhole ? answer.body : ''));
    assert.deepEqual(new Set(bodies), new Set([1, 2, 3, 4, 5].map(body)));
    for (const { wire } of wires) wire.destroy();
  });
});

test('an answer with connection: close closes, and the wire opens again', async () => {
  const handler: RawHandler = (socket) =>
    void socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok');
  await withServer(handler, async (server) => {
    const { wire, next, ask } = testWire({ port: server.port });
    for (let round = 1; round <= 3; round++) {
      wire.open();
      assert.equal((await next()).kind, 'open');
      const answer = await ask();
      assert.deepEqual([answer.kind === 'answer' && answer.closes, wire.isOpen, wire.isBusy], [true, false, false]);
      assert.equal(server.connections(), round);
    }
  });
});

test('a body until the connection closes', async () => {
  await withServer(
    (socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nto the end'),
    async ({ port }) => {
      const { wire, next, ask } = testWire({ port });
      wire.open();
      await next();
      const answer = await ask();
      assert.deepEqual(
        [answer.kind === 'answer' && answer.body, answer.kind === 'answer' && answer.isWhole],
        ['to the end', true],
      );
    },
  );
});

test('a server that drips byte by byte', async () => {
  const handler: RawHandler = (socket) => {
    const bytes = [
      ...'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ];
    const drip = (): void => {
      const byte = bytes.shift();
      if (byte !== undefined) socket.write(byte, () => setImmediate(drip));
    };
    drip();
  };
  await withServer(handler, async ({ port }) => {
    const { wire, next, ask } = testWire({ port });
    wire.open();
    await next();
    const answer = await ask();
    assert.equal(answer.kind === 'answer' && answer.body, 'ok');
    wire.destroy();
  });
});

test('what becomes of a request when the connection does not hold', async () => {
  const cases: readonly (readonly [string, RawHandler, string, RegExp])[] = [
    ['closed before the answer', (socket) => void socket.end(), 'lost', /closed the connection before it answered/],
    ['closed within a body', (socket) => void socket.end(OK.slice(0, -1)), 'lost', /in the middle of an answer/],
    ['closed within a head', (socket) => void socket.end(OK.slice(0, 20)), 'lost', /in the middle of an answer/],
    [
      'closed within chunks',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'),
      'lost',
      /in the middle/,
    ],
    ['reset', (socket) => void socket.resetAndDestroy(), 'lost', /was lost: reset by the server/],
    [
      'garbage',
      (socket) => void socket.write('SSH-2.0-x\r\n'),
      'protocol',
      /sent something other than HTTP\/1\.x: "SSH-2\.0-x/,
    ],
    ['two answers', (socket) => void socket.write(OK + OK), 'protocol', /sent 40 bytes more than the answer/],
  ];
  for (const [name, handler, kind, message] of cases) {
    await withServer(handler, async (server) => {
      const { wire, next, ask } = testWire({ port: server.port });
      wire.open();
      await next();
      const failure = failureOf(await ask());
      assert.equal(failure.kind, kind, name);
      assert.match(failure.message, message);
      assert.match(failure.message, new RegExp(`127\\.0\\.0\\.1:${server.port}`));
      assert.deepEqual([wire.isOpen, wire.isBusy], [false, false]);
      wire.open();
      assert.equal((await next()).kind, 'open', `${name}: it opens again`);
      wire.destroy();
    });
  }
});

test('an answer that breaks the rules is one, and something else is none, whatever the pieces in which it comes', async () => {
  const cases: readonly (readonly [string, 'answering' | 'unanswered'])[] = [
    ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 'answering'],
    ['HTTP/1.1 200 OK\r\nx: y\r\n folded\r\n\r\n', 'answering'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n', 'answering'],
    ['SSH-2.0-x\r\n', 'unanswered'],
    ['HTTP/2.0 200 OK\r\n\r\n', 'unanswered'],
  ];
  for (const [text, phase] of cases) {
    for (const pieces of [[text], [...text]]) {
      const handler: RawHandler = (socket) => {
        const drip = (): void => {
          const piece = pieces.shift();
          if (piece !== undefined) socket.write(piece, () => setImmediate(drip));
        };
        drip();
      };
      await withServer(handler, async ({ port }) => {
        const { wire, next, ask } = testWire({ port });
        wire.open();
        await next();
        const failure = failureOf(await ask());
        assert.deepEqual([failure.kind, failure.phase], ['protocol', phase], failure.message);
        wire.destroy();
      });
    }
  }
});

test('an idle connection that the server closes', async () => {
  await withServer(
    (socket) => void socket.write(OK, () => socket.end()),
    async ({ port }) => {
      const { wire, next, ask } = testWire({ port });
      wire.open();
      await next();
      assert.equal((await ask()).kind, 'answer');
      assert.deepEqual(await next(), { kind: 'idle-close' });
      assert.equal(wire.isOpen, false);
    },
  );
});

test('data on an idle connection', async () => {
  const greet = (text: string) => ({
    onConnection: (socket: { write(text: string): void }) => void socket.write(text),
  });
  const afterOpen = async (text: string): Promise<WireEvent> => {
    let event: WireEvent | undefined;
    await withServer(
      () => {},
      async ({ port }) => {
        const { wire, next } = testWire({ port });
        wire.open();
        await next();
        event = await next();
      },
      greet(text),
    );
    return event ?? assert.fail('no event');
  };
  assert.equal(failureOf(await afterOpen('hello')).kind, 'protocol');
  assert.deepEqual(await afterOpen('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n'), {
    kind: 'idle-close',
  });
});

test('an answer that overtakes its request ends the connection', async () => {
  const handler: RawHandler = (socket) => {
    socket.pause();
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno');
  };
  await withServer(handler, async ({ port }) => {
    const { wire, next, ask } = testWire({ port });
    wire.open();
    await next();
    const answer = await ask(`POST / HTTP/1.1\r\ncontent-length: 50000000\r\n\r\n${'x'.repeat(50_000_000)}`);
    assert.deepEqual(
      [answer.kind === 'answer' && answer.status, answer.kind === 'answer' && answer.closes, wire.isOpen],
      [413, true, false],
    );
  });
});

test('the next request may leave from within the callback', async () => {
  await withServer(
    (socket) => void socket.write(OK),
    async ({ port }) => {
      const { createWire } = await import('../../src/http/connection.ts');
      const { defaultClientOptions } = await import('../../src/http/client-options.ts');
      let answers = 0;
      await new Promise<void>((resolve, reject) => {
        const wire = createWire(
          { host: '127.0.0.1', port, useTls: false, prefix: '', basicAuth: null },
          defaultClientOptions,
          {
            onOpen: () => wire.send(Buffer.from(plainRequest), { isHead: false }, 'none'),
            needsWholeBody: () => false,
            onAnswer: () => {
              if (++answers < 100) wire.send(Buffer.from(plainRequest), { isHead: false }, 'none');
              else {
                wire.destroy();
                resolve();
              }
            },
            onFailure: (failure) => reject(new Error(failure.message)),
            onIdleClose: () => reject(new Error('closed')),
          },
          createWireContext(),
        );
        wire.open();
      });
      assert.equal(answers, 100);
    },
  );
});

test('a destroyed wire is silent, also while it opens', async () => {
  await withServer(
    () => {},
    async ({ port }) => {
      const { wire, next } = testWire({ port });
      wire.open();
      wire.destroy();
      wire.open();
      assert.deepEqual(await next(), { kind: 'open' });
      wire.send(Buffer.from(plainRequest), { isHead: false }, 'none');
      wire.destroy();
      wire.open();
      assert.deepEqual(await next(), { kind: 'open' });
      wire.destroy();
    },
  );
});

test('connections that cannot be opened', async () => {
  const server = await startRawServer(() => {});
  await server.close();
  const refused = testWire({ port: server.port });
  refused.wire.open();
  assert.deepEqual(failureOf(await refused.next()), {
    kind: 'refused',
    phase: 'opening',
    message: `127.0.0.1:${server.port} refused the connection: nothing listens there`,
  });
  const unknown = testWire({ host: 'no-such-host.invalid', port: 9200 });
  unknown.wire.open();
  const failure = failureOf(await unknown.next());
  assert.equal(failure.kind, 'unreachable');
  assert.match(failure.message, /no-such-host\.invalid:9200 cannot be reached: its name .*\(DNS\)/);
});

test('a handshake that never ends is given up', async () => {
  await withServer(
    () => {},
    async ({ port }) => {
      const { wire, next } = testWire({ port, useTls: true }, { useTls: true, timeout: 0.05 });
      wire.open();
      const failure = failureOf(await next());
      assert.equal(failure.kind, 'unreachable');
      assert.match(failure.message, /did not finish the TLS handshake within 0\.05 s/);
    },
  );
});

test('TLS: verified, with the session used again', async () => {
  const pair = authority.issue('DNS:localhost,IP:127.0.0.1');
  let reused = 0;
  const handler: RawHandler = (socket) => {
    if (
      'isSessionReused' in socket &&
      typeof socket.isSessionReused === 'function' &&
      socket.isSessionReused() === true
    )
      reused++;
    socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100000\r\n\r\n${'t'.repeat(100_000)}`);
  };
  await withServer(
    handler,
    async ({ port }) => {
      const options = { useTls: true, caCertificates: authority.ca };
      const { wire, next, ask } = testWire({ port, useTls: true }, options);
      for (let round = 0; round < 3; round++) {
        wire.open();
        assert.deepEqual(await next(), { kind: 'open' });
        const answer = await ask();
        assert.equal(answer.kind === 'answer' && answer.body.length, 100_000);
      }
      assert.equal(reused, 2);
      const byName = testWire({ host: 'localhost', port, useTls: true }, options);
      byName.wire.open();
      assert.deepEqual(await byName.next(), { kind: 'open' });
      byName.wire.destroy();
    },
    { tls: pair },
  );
});

test('TLS: what is not trusted is refused, with the reason', async () => {
  const good = authority.issue('IP:127.0.0.1');
  const elsewhere = authority.issue('DNS:elsewhere.example');
  const expired = authority.issue('IP:127.0.0.1', 0);
  const cases: readonly (readonly [typeof good, Parameters<typeof testWire>[1], RegExp | null])[] = [
    [good, {}, /its certificate is of an unknown authority; give ca_certs, or verify_certs:false/],
    [good, { verifyCertificates: false }, null],
    [elsewhere, { caCertificates: authority.ca }, /for another host name \(it is for DNS:elsewhere\.example\)/],
    [elsewhere, { caCertificates: authority.ca, verifyHostName: false }, null],
    [expired, { caCertificates: authority.ca }, /has expired/],
  ];
  for (const [pair, options, problem] of cases) {
    await withServer(
      (socket) => void socket.write(OK),
      async ({ port }) => {
        const { wire, next } = testWire({ port, useTls: true }, { useTls: true, ...options });
        wire.open();
        const event = await next();
        if (problem === null) assert.deepEqual(event, { kind: 'open' });
        else {
          assert.equal(failureOf(event).kind, 'tls');
          assert.match(failureOf(event).message, problem);
        }
        wire.destroy();
      },
      { tls: pair },
    );
  }
});

test('TLS: client certificates', async () => {
  const tls = { ...authority.issue('IP:127.0.0.1'), requestCert: true, rejectUnauthorized: true, ca: authority.ca };
  const client = authority.issue('DNS:client');
  await withServer(
    (socket) => void socket.write(OK),
    async ({ port }) => {
      const base = { useTls: true, caCertificates: authority.ca };
      const known = testWire(
        { port, useTls: true },
        { ...base, clientCertificate: client.cert, clientKey: client.key },
      );
      known.wire.open();
      await known.next();
      assert.equal((await known.ask()).kind, 'answer');
      known.wire.destroy();
      const unknown = testWire({ port, useTls: true }, base);
      unknown.wire.open();
      // TLS 1.3: the handshake is over for the client before the server refuses.
      assert.equal((await unknown.next()).kind, 'open');
      const failure = failureOf(await unknown.next());
      assert.equal(failure.kind, 'tls');
      assert.match(failure.message, /does it want client_cert and client_key/);
    },
    { tls },
  );
});

test('TLS and plain HTTP mixed up', async () => {
  await withServer(
    (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    async ({ port }) => {
      const { wire, next } = testWire({ port, useTls: true }, { useTls: true });
      wire.open();
      const failure = failureOf(await next());
      assert.equal(failure.kind, 'tls');
      assert.match(failure.message, /does not speak TLS there/);
    },
  );
});

test('certificates that cannot be used fail without an exception', async () => {
  const { wire, next } = testWire(
    { port: 1, useTls: true },
    { useTls: true, clientCertificate: 'no', clientKey: 'no' },
  );
  wire.open();
  const failure = failureOf(await next());
  assert.equal(failure.kind, 'tls');
  assert.match(failure.message, /cannot be used/);
});
