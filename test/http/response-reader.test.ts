// The response reader against exact bytes, and against Node's own parser for anything cut anywhere.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerBroken, answerComplete, answerMore, ResponseReader } from '../../src/http/response-reader.ts';
import type { BodyUse } from '../../src/transport/answer.ts';
import { startRawServer } from '../fakes/http-raw-server.ts';

interface Read {
  readonly step: number;
  readonly status: number;
  readonly body: string;
  readonly isWhole: boolean;
  readonly bodyLength: number;
  readonly encoding: string;
  readonly closes: boolean;
  readonly asked: number;
  readonly problem: string;
}

interface Use {
  readonly bodyUse?: BodyUse;
  readonly isHead?: boolean;
  readonly wants?: boolean;
  /** The server closes after the last byte. */
  readonly ends?: boolean;
}

/** Reads an answer that comes in the given pieces, through one buffer that is overwritten as that of a thread is. */
function readPieces(pieces: readonly Buffer[], use: Use = {}): Read {
  const shared = Buffer.alloc(65_536);
  let asked = 0;
  const reader = new ResponseReader(() => {
    asked++;
    return use.wants ?? true;
  });
  reader.expect(use.isHead ?? false, use.bodyUse ?? 'all');
  let step = answerMore;
  for (const piece of pieces) {
    assert.equal(step, answerMore, 'no piece may come after the end');
    shared.fill(0x2a);
    piece.copy(shared);
    step = reader.push(shared, piece.length);
    if (step === answerBroken) break;
  }
  if (step === answerMore && use.ends === true && reader.finish()) step = answerComplete;
  const { status, isWhole, bodyLength, encoding, closes, body } = reader.answer;
  return {
    step,
    status,
    body: body.toString('latin1'),
    isWhole,
    bodyLength,
    encoding,
    closes,
    asked,
    problem: reader.problem,
  };
}

const read = (text: string, use: Use = {}): Read => readPieces([Buffer.from(text, 'latin1')], use);

/** The text cut at the given places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const edges = [0, ...sorted, bytes.length];
  return edges
    .slice(1)
    .flatMap((edge, index) => (edge > (edges[index] ?? 0) ? [bytes.subarray(edges[index], edge)] : []));
}

test('a small answer in one read', () => {
  const answer = read('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello');
  assert.deepEqual(answer, {
    step: answerComplete,
    status: 200,
    body: 'hello',
    isWhole: true,
    bodyLength: 5,
    encoding: 'identity',
    closes: false,
    asked: 0,
    problem: '',
  });
});

test('what ends a connection', () => {
  const closes = (head: string) => read(`${head}content-length: 0\r\n\r\n`).closes;
  assert.equal(closes('HTTP/1.1 200 OK\r\n'), false);
  assert.equal(closes('HTTP/1.1 200 OK\r\nConnection: Close\r\n'), true);
  assert.equal(closes('HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n'), false);
  assert.equal(closes('HTTP/1.1 200 OK\r\nconnection: x, CLOSE\r\n'), true);
  assert.equal(closes('HTTP/1.0 200 OK\r\n'), true);
  assert.equal(closes('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n'), false);
});

test('encodings are named', () => {
  const encoding = (value: string) =>
    read(`HTTP/1.1 200 OK\r\nContent-Encoding:${value}\r\ncontent-length: 0\r\n\r\n`).encoding;
  assert.deepEqual([' gzip', 'x-gzip ', ' Deflate', ' identity', ' br'].map(encoding), [
    'gzip',
    'gzip',
    'deflate',
    'identity',
    'other',
  ]);
});

test('answers without a body, whatever their heads say', () => {
  assert.equal(read('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n', { isHead: true }).step, answerComplete);
  assert.equal(read('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', { isHead: true }).step, answerComplete);
  assert.equal(read('HTTP/1.1 204 No Content\r\n\r\n').step, answerComplete);
  assert.equal(read('HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n').step, answerComplete);
  assert.equal(read('HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n').status, 200);
});

test('interim answers are skipped', () => {
  const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
  const answer = read(`${interim}HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok`);
  assert.deepEqual([answer.step, answer.status, answer.body], [answerComplete, 201, 'ok']);
});

test('chunks with extensions and trailers', () => {
  const answer = read(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a="b"\r\nabc\r\n0A \r\n0123456789\r\n000\r\nx-sum: ' +
      '1\r\nx-other: 2\r\n\r\n',
  );
  assert.deepEqual(
    [answer.step, answer.body, answer.bodyLength, answer.isWhole],
    [answerComplete, 'abc0123456789', 13, true],
  );
});

test('a body until the connection closes', () => {
  const text = 'HTTP/1.1 200 OK\r\n\r\nsome';
  assert.equal(read(text).step, answerMore);
  const answer = readPieces([Buffer.from(text), Buffer.from(' body')], { ends: true });
  assert.deepEqual(
    [answer.step, answer.body, answer.closes, answer.isWhole],
    [answerComplete, 'some body', true, true],
  );
});

test('an early end completes nothing else', () => {
  for (const text of [
    'HTTP/1.1 200 OK\r\ncontent-le',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nab',
  ]) {
    assert.equal(read(text, { ends: true }).step, answerMore);
  }
});

test('a skipped body is counted and not kept', () => {
  const answer = read('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', { bodyUse: 'none' });
  assert.deepEqual([answer.body, answer.isWhole, answer.bodyLength], ['', false, 5]);
});

test('error answers keep up to 64 KiB, even if the body was not wanted', () => {
  const kept = (size: number, bodyUse: BodyUse) => {
    const head = Buffer.from(`HTTP/1.1 429 Too Many Requests\r\ncontent-length: ${size}\r\n\r\n`);
    const body = Buffer.alloc(size, 'e');
    const pieces = [
      head,
      ...Array.from({ length: Math.ceil(size / 50_000) }, (_, index) =>
        body.subarray(index * 50_000, (index + 1) * 50_000),
      ),
    ];
    const answer = readPieces(pieces, { bodyUse });
    return [answer.body.length, answer.isWhole, answer.bodyLength, answer.asked];
  };
  assert.deepEqual(kept(6, 'none'), [6, true, 6, 0]);
  assert.deepEqual(kept(100_000, 'peek'), [65_536, false, 100_000, 0]);
  assert.deepEqual(kept(100_000, 'all'), [100_000, true, 100_000, 0]);
});

test('a peek is asked once and gets what it asks for', () => {
  const body = 'p'.repeat(5000);
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`;
  const pieces = [
    Buffer.from(head + body.slice(0, 600)),
    Buffer.from(body.slice(600, 1300)),
    Buffer.from(body.slice(1300)),
  ];
  const wanted = readPieces(pieces, { bodyUse: 'peek', wants: true });
  assert.deepEqual([wanted.asked, wanted.body.length, wanted.isWhole], [1, 5000, true]);
  const unwanted = readPieces(pieces, { bodyUse: 'peek', wants: false });
  assert.deepEqual(
    [unwanted.asked, unwanted.body.length, unwanted.isWhole, unwanted.bodyLength],
    [1, 1024, false, 5000],
  );
  const small = read('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', { bodyUse: 'peek', wants: false });
  assert.deepEqual([small.asked, small.body, small.isWhole], [1, '{}', true]);
});

test('what is not HTTP is refused, with the reason', () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ['SSH-2.0-OpenSSH_9.2\r\n', /something other than HTTP\/1\.x: "SSH-2\.0/],
    ['\x15\x03\x03\x00\x02\x02\x28', /TLS where plain HTTP was expected/],
    ['HTTP/2.0 200 OK\r\n\r\n', /other than HTTP\/1/],
    ['HTTP/1.1 20x OK\r\n\r\n', /other than HTTP\/1/],
    ['HTTP/1.1 2000 OK\r\n\r\n', /other than HTTP\/1/],
    ['HTTP/1.1 200 OK\n\n', /status line/],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', /without a valid name/],
    ['HTTP/1.1 200 OK\r\nname : x\r\n\r\n', /without a valid name/],
    ['HTTP/1.1 200 OK\r\n folded: x\r\n\r\n', /without a valid name/],
    ['HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', /control character/],
    ['HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n', /CR without LF/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\nx', /two content-length/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\nx', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', /not a number/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 9999999999999999\r\n\r\n', /not a number/],
    [
      'HTTP/1.1 200 OK\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n',
      /both content-length and transfer-encoding/,
    ],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n', /other than chunked/],
    ['HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', /HTTP\/1\.0/],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', /upgrade/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabc', /1 bytes more/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', /without a size/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n', /longer than its size/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\nab', /not hexadecimal/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n', /beyond all bounds/],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(65_600)}`, /head of more than 65536 bytes/],
  ];
  for (const [text, problem] of refusals) {
    const whole = readPieces(cut(Buffer.from(text, 'latin1'), [65_000]));
    assert.equal(whole.step, answerBroken, JSON.stringify(text.slice(0, 80)));
    assert.match(whole.problem, problem);
    if (text.length >= 300 || /bytes more/.test(whole.problem)) continue;
    const places = Array.from({ length: text.length }, (_, index) => index);
    assert.equal(readPieces(cut(Buffer.from(text, 'latin1'), places)).step, answerBroken, JSON.stringify(text));
  }
});

test('an endless head of small pieces is refused at its bound', () => {
  const reader = new ResponseReader(() => true);
  reader.expect(false, 'all');
  let steps = 0;
  let step = reader.push(Buffer.from('HTTP/1.1 200 OK\r\n'), 17);
  while (step === answerMore) {
    step = reader.push(Buffer.from('x-more: abcdefghijklmnop\r\n'), 26);
    steps++;
  }
  assert.equal(step, answerBroken);
  assert.equal(steps, Math.floor((65_536 - 17) / 26) + 1);
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (noise, places) => {
      for (const start of ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n']) {
        const pieces = cut(Buffer.concat([Buffer.from(start), noise]), places);
        const reader = new ResponseReader(() => true);
        reader.expect(false, 'all');
        let step = answerMore;
        for (const piece of pieces) if (step === answerMore) step = reader.push(piece, piece.length);
        assert.ok(step === answerMore || step === answerComplete || step === answerBroken);
      }
    }),
  );
});

interface Generated {
  readonly bytes: Buffer;
  readonly status: number;
  readonly body: Buffer;
  readonly ends: boolean;
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 });
const framings = fc.oneof(
  fc.constant({ kind: 'length' as const }),
  chunkSizes.map((sizes) => ({ kind: 'chunks' as const, sizes })),
  fc.constant({ kind: 'close' as const }),
);
const fieldNames = fc.constantFrom(
  'x-a',
  'content-typ',
  'content-lengt',
  'connectiom',
  'date',
  'X-Elastic-Product',
  'transfer-encodinh',
);
const extraFields = fc.array(fc.tuple(fieldNames, fc.stringMatching(/^[ -~]{0,40}$/)), { maxLength: 5 });

/** Answers of all framings, with fields that nearly look like those that matter. */
const answers: fc.Arbitrary<Generated> = fc
  .record({
    status: fc.constantFrom(200, 201, 202, 404, 409, 429, 500, 503),
    interim: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'),
    fields: extraFields,
    body: fc.uint8Array({ maxLength: 4000 }),
    framing: framings,
    isUpper: fc.boolean(),
    trailer: fc.constantFrom('', 'x-checksum: abc\r\n'),
  })
  .map(({ status, interim, fields, body, framing, isUpper, trailer }) => {
    const name = (text: string): string => (isUpper ? text.toUpperCase() : text);
    const lines = fields.map(([key, value]) => `${key}: ${value}\r\n`).join('');
    const head = (own: string): Buffer =>
      Buffer.from(`${interim}HTTP/1.1 ${status} Some Reason\r\n${lines}${own}\r\n`, 'latin1');
    const bytes = Buffer.from(body);
    if (framing.kind === 'length')
      return {
        bytes: Buffer.concat([head(`${name('content-length')}: ${bytes.length}\r\n`), bytes]),
        status,
        body: bytes,
        ends: false,
      };
    if (framing.kind === 'close')
      return {
        bytes: Buffer.concat([head(`${name('connection')}: close\r\n`), bytes]),
        status,
        body: bytes,
        ends: true,
      };
    const chunks = chunksOf(bytes, framing.sizes);
    const framed = chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)};ext=1\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]);
    return {
      bytes: Buffer.concat([
        head(`${name('transfer-encoding')}: chunked\r\n`),
        ...framed,
        Buffer.from(`0\r\n${trailer}\r\n`),
      ]),
      status,
      body: bytes,
      ends: false,
    };
  });

function chunksOf(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

test('an answer cut anywhere reads the same', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(10_000), { maxLength: 30 }), ({ bytes, status, body, ends }, places) => {
      const all = readPieces(cut(bytes, places), { ends });
      assert.deepEqual(
        [all.step, all.status, all.body, all.isWhole, all.bodyLength],
        [answerComplete, status, body.toString('latin1'), true, body.length],
      );
      const peek = readPieces(cut(bytes, places), { ends, bodyUse: 'peek', wants: false });
      assert.deepEqual(
        [peek.step, peek.status, peek.bodyLength, peek.asked],
        [answerComplete, status, body.length, status < 300 ? 1 : 0],
      );
      assert.ok(body.toString('latin1').startsWith(peek.body) && peek.body.length >= Math.min(1024, body.length));
      const none = readPieces(cut(bytes, places), { ends, bodyUse: 'none' });
      assert.deepEqual(
        [none.step, none.bodyLength, none.body.length],
        [answerComplete, body.length, status < 300 ? 0 : body.length],
      );
    }),
    { numRuns: 300 },
  );
});

test('every single byte position', () => {
  const bytes = Buffer.from(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: ' +
      'chunked\r\n\r\n4\r\nabcd\r\n2;x\r\nef\r\n0\r\nt: 1\r\n\r\n',
  );
  for (let place = 1; place < bytes.length; place++) {
    const answer = readPieces(cut(bytes, [place]));
    assert.deepEqual([answer.step, answer.body], [answerComplete, 'abcdef'], `cut at ${place}`);
  }
});

test("Node's own client reads the same from a real server", async () => {
  const samples = fc.sample(answers, { numRuns: 40, seed: 7 });
  let current: Generated | undefined;
  const server = await startRawServer((socket) => {
    socket.write(current?.bytes ?? '');
    if (current?.ends === true) socket.end();
  });
  const agent = new Agent({ keepAlive: false });
  try {
    for (const sample of samples) {
      current = sample;
      const theirs = await new Promise<{ status: number; body: string }>((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port: server.port, agent }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('latin1') }),
          );
          response.on('error', reject);
        });
        outgoing.on('error', reject);
        outgoing.end();
      });
      const ours = readPieces([sample.bytes], { ends: sample.ends });
      assert.deepEqual({ status: ours.status, body: ours.body }, theirs);
    }
  } finally {
    agent.destroy();
    await server.close();
  }
});

test('a content-type other than JSON is told', () => {
  const isOther = (type: string): boolean => {
    const reader = new ResponseReader(() => true);
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${type}content-length: 2\r\n\r\n{}`, 'latin1');
    reader.expect(false, 'none');
    assert.equal(reader.push(bytes, bytes.length), answerComplete);
    return reader.answer.isOtherThanJson;
  };
  const table: readonly (readonly [string, boolean])[] = [
    ['', false],
    ['content-type: application/json\r\n', false],
    ['Content-Type: application/json; charset=UTF-8\r\n', false],
    ['content-type: Application/JSON\r\n', false],
    ['content-type: application/vnd.elasticsearch+json;compatible-with=7\r\n', false],
    ['content-type: text/html; charset=utf-8\r\n', true],
    ['content-type: text/plain\r\n', true],
  ];
  assert.deepEqual(
    table.map(([type]) => isOther(type)),
    table.map(([, expected]) => expected),
  );
});

test('for how long the server keeps a connection without a request', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['', -1],
    ['Keep-Alive: timeout=5', 5],
    ['keep-alive: timeout=5, max=100', 5],
    ['Keep-Alive: max=100,Timeout=75', 75],
    ['Keep-Alive: timeout=0', 0],
    ['Keep-Alive: timeout=', -1],
    ['Keep-Alive: timeout=x', -1],
    ['Keep-Alive: timeout', -1],
    ['Keep-Alive: max=100', -1],
    ['Keep-Alive: timeout=99999999999999999999', 1e9],
    ['Keep-Aliva: timeout=5', -1],
  ];
  const reader = new ResponseReader(() => false);
  for (const [field, expected] of rows) {
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\n${field}${field === '' ? '' : '\r\n'}\r\n`);
    reader.expect(false, 'all');
    assert.equal(reader.push(bytes, bytes.length), answerComplete);
    assert.equal(reader.answer.idleSeconds, expected, field);
  }
});
