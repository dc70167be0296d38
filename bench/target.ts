// A canned HTTP target for benchmarks and tests: it answers each request with the same bytes, as fast as Node.js can.
// Run: node dist/bench/target.js [--port 0] [--body-bytes 2048] [--bulk] [--tls] [--freeze-ms 100 --freeze-every 1000]
// It prints `listening on <port>`. `GET /__count` is answered with the number of other requests so far.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';

const HEAD_END = Buffer.from('\r\n\r\n');
const COUNT_PATH = 'GET /__count ';
const CR = 13;
const LF = 10;
const READ_BYTES = 65_536;

interface Shape {
  readonly answer: Buffer;
  count: number;
}

/** Finds the ends of requests. Heads may come in pieces; the bytes of bodies are counted and not looked at. */
class RequestCounter {
  private pending: Buffer | null = null;
  private bodyLeft = 0;
  private readonly onRequest: (isCount: boolean) => void;
  private isCount = false;

  constructor(onRequest: (isCount: boolean) => void) {
    this.onRequest = onRequest;
  }

  push(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let end = length;
    let at = 0;
    if (this.pending !== null) {
      bytes = Buffer.concat([this.pending, chunk.subarray(0, length)]);
      end = bytes.length;
      this.pending = null;
    }
    while (at < end) {
      if (this.bodyLeft > 0) {
        const size = Math.min(this.bodyLeft, end - at);
        this.bodyLeft -= size;
        at += size;
        if (this.bodyLeft === 0) this.onRequest(this.isCount);
        continue;
      }
      const headEnd = bytes.indexOf(HEAD_END, at);
      if (headEnd < 0 || headEnd + 4 > end) {
        this.pending = Buffer.from(bytes.subarray(at, end));
        return;
      }
      this.isCount = bytes[at] === 71 && bytes.toString('latin1', at, at + COUNT_PATH.length) === COUNT_PATH;
      this.bodyLeft = contentLength(bytes, at, headEnd);
      at = headEnd + 4;
      if (this.bodyLeft === 0) this.onRequest(this.isCount);
    }
  }
}

/**
 * The number in a line `content-length: n`, in any case. The line is recognised by the length and two letters of its
 * name.
 */
function contentLength(bytes: Buffer, start: number, end: number): number {
  for (let at = bytes.indexOf(LF, start) + 1; at > 0 && at < end; at = bytes.indexOf(LF, at) + 1) {
    if (((bytes[at] ?? 0) | 0x20) !== 99 || bytes[at + 14] !== 58 || ((bytes[at + 8] ?? 0) | 0x20) !== 108) continue;
    let length = 0;
    for (let index = at + 15; index <= end && bytes[index] !== CR; index++) {
      const digit = (bytes[index] ?? 0) - 48;
      if (digit >= 0 && digit <= 9) length = length * 10 + digit;
    }
    return length;
  }
  return 0;
}

function makeAnswer(bodyBytes: number, isBulk: boolean): Buffer {
  const body = isBulk ? '{"took":1,"errors":false,"items":[]}' : searchBody(bodyBytes);
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

/** An answer to a search, filled up to the size. */
function searchBody(size: number): string {
  const start =
    '{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},' +
    '"hits":{"total":{"value":10000,"relation":"gte"},"max_score":1.0,"hits":[';
  const hit = '{"_index":"logs","_id":"AAAAAAAAAAAAAAAAAAAA","_score":1.0,"_source":{"message":"';
  const room = Math.max(0, size - start.length - hit.length - 8);
  return `${start}${hit}${'x'.repeat(room)}"}}]}}`;
}

function answering(shape: Shape, write: (data: Buffer | string) => void): RequestCounter {
  return new RequestCounter((isCount) => {
    if (isCount) write(countAnswer(shape.count));
    else {
      shape.count++;
      write(shape.answer);
    }
  });
}

/**
 * Sockets of a server have no option `onread`, so each accepted connection is moved to a socket that has it. The target
 * then needs 6.7 us of CPU per request instead of 9.4, so that a driver of about that speed is still what limits a
 * benchmark.
 */
function servePlain(accepted: Socket, shape: Shape, buffer: Buffer): void {
  const handle: unknown = Reflect.get(accepted, '_handle');
  Reflect.set(accepted, '_handle', null);
  const callback = (length: number): boolean => {
    counter.push(buffer, length);
    return true;
  };
  const socket: Socket = Reflect.construct(Socket, [{ handle, onread: { buffer, callback } }]);
  const counter = answering(shape, (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.read(0);
}

function serveTls(socket: Socket, shape: Shape): void {
  const counter = answering(shape, (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => counter.push(chunk, chunk.length));
}

function countAnswer(count: number): string {
  const body = JSON.stringify({ count });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function makeServer(shape: Shape, useTls: boolean): Server {
  if (!useTls) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    return createServer({ noDelay: true, pauseOnConnect: true }, (socket) => servePlain(socket, shape, buffer));
  }
  const secureContext = createSecureContext(makeCertificate());
  return createServer({ noDelay: true }, (raw) =>
    serveTls(new TLSSocket(raw, { isServer: true, secureContext }), shape),
  );
}

function makeCertificate(): { readonly key: string; readonly cert: string } {
  const directory = mkdtempSync(join(tmpdir(), 'osb-target-'));
  const key = join(directory, 'key.pem');
  const cert = join(directory, 'cert.pem');
  try {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const make = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ];
    execFileSync('openssl', make, { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Stands still for `duration` ms in every `period` ms, as a target does that collects garbage. */
function freeze(duration: number, period: number): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.wait(cell, 0, 0, duration), period);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'body-bytes': { type: 'string', default: '2048' },
      bulk: { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
      'freeze-ms': { type: 'string', default: '0' },
      'freeze-every': { type: 'string', default: '1000' },
    },
  });
  const shape: Shape = { answer: makeAnswer(Number(values['body-bytes']), values.bulk), count: 0 };
  const server = makeServer(shape, values.tls);
  server.listen(Number(values.port), '127.0.0.1', 4096, () => {
    const address = server.address();
    process.stdout.write(
      `listening on ${typeof address === 'object' && address !== null ? address.port : values.port}\n`,
    );
  });
  if (Number(values['freeze-ms']) > 0) freeze(Number(values['freeze-ms']), Number(values['freeze-every']));
  process.on('SIGTERM', () => {
    process.stdout.write(`answered ${shape.count}\n`);
    process.exit(0);
  });
}

main();
