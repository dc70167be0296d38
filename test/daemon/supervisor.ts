// A process that supervises a nats-server and does nothing else; tests end it without warning.
import { NatsServer } from '../../src/nats/nats-server.ts';
import { createKeyPair } from '../../src/nats/nkeys.ts';

const [binary = '', directory = ''] = process.argv.slice(2);
const key = (): string => createKeyPair('user').publicKey;
const server = await NatsServer.start({
  binary,
  directory,
  config: {
    host: '127.0.0.1',
    port: -1,
    issuerKey: createKeyPair('account').publicKey,
    coordinatorKey: key(),
    observerKey: key(),
    tls: null,
  },
  onEvent: () => undefined,
});
process.stdout.write(`${server.processId} ${server.port}\n`);
process.stdin.resume();
