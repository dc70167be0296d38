// A stranger who floods the NATS of a coordinator by hand, from a process of its own: a client library would be too
// polite and too slow.
//
//   node nats-flooder.js <port> <kind> <milliseconds> [<file with the authority of the token> <secret>]
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a flood is made of. */
export type FloodKind = 'registrations' | 'varied' | 'oversized' | 'malformed' | 'reports' | 'connections';

const [port = '0', kind = 'registrations', millis = '1000', authority, secret] = process.argv.slice(2);
const ca = authority === undefined ? null : readFileSync(authority, 'utf8');
const end = performance.now() + Number(millis);
const sent = { messages: 0, connections: 0 };
/** Messages in one write. */
const together = 200;
const connectionsAtOnce = 64;

const newId = (): string => randomBytes(16).toString('base64url');

const hello = (address: string, version: string) => ({
  protocol: 1,
  version,
  address,
  hostName: 'flood',
  cores: 1,
  role: 'worker',
  freeMemoryBytes: 1,
  freeDiskBytes: 1,
  nodeVersion: 'v20',
  processId: 1,
});

function payload(index: number): string {
  switch (kind) {
    case 'oversized':
      return 'x'.repeat(100_000);
    case 'malformed':
      return `{"secret":"x","hello":{"a":${index}`;
    case 'varied':
      return JSON.stringify({
        secret: newId(),
        hello: hello(`10.${index % 250}.1.2`, `9.${index % 1000}.${index % 7}`),
      });
    default:
      return JSON.stringify({ secret: newId(), hello: hello('198.51.100.7', '1.2.3') });
  }
}

function batch(id: string): { readonly bytes: Buffer; readonly count: number } {
  const count = kind === 'oversized' ? 5 : together;
  const verb = kind === 'reports' ? 'out' : 'register';
  const parts = Array.from({ length: count }, (_, index) => {
    const text = payload(index + sent.messages);
    return `PUB osb.up.${id}.${verb} _INBOX.${id}.x ${Buffer.byteLength(text)}\r\n${text}\r\n`;
  });
  return { bytes: Buffer.from(parts.join('')), count };
}

const dial = (): Socket =>
  ca === null
    ? connect(Number(port), '127.0.0.1')
    : connectTls({ port: Number(port), host: '127.0.0.1', ca, servername: 'osb-coordinator', minVersion: 'TLSv1.3' });

/** Connects; floods until it is thrown out, and comes back with another name. */
function flood(): void {
  if (performance.now() >= end) return;
  const id = newId();
  const socket = dial();
  let isAdmitted = false;
  socket.on('error', () => undefined);
  socket.on('close', () => setImmediate(flood));
  socket.on('data', (chunk) => {
    if (chunk.includes('INFO ')) {
      sent.connections++;
      socket.write(
        'CONNECT ' +
          `${JSON.stringify({ user: id, pass: secret, verbose: false, protocol: 1, lang: 'x', version: '1' })}\r\nPING\r\n`,
      );
    } else if (chunk.includes('PONG') && !isAdmitted) {
      isAdmitted = true;
      if (kind === 'connections') socket.destroy();
      else pour(socket, id);
    }
  });
}

function pour(socket: Socket, id: string): void {
  const { bytes, count } = batch(id);
  const more = (): void => {
    if (performance.now() >= end) socket.destroy();
    if (socket.destroyed) return;
    sent.messages += count;
    // Fast, but so that the other side of a machine with two cores has a share of them.
    if (socket.write(bytes)) setTimeout(more, 2);
    else socket.once('drain', more);
  };
  more();
}

for (let index = 0; index < (kind === 'connections' ? connectionsAtOnce : 2); index++) flood();
setTimeout(() => {
  process.stdout.write(`${JSON.stringify(sent)}\n`);
  process.exit(0);
}, Number(millis) + 200);
