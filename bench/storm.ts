// How many connections are made to a target that accepts each and closes it at once, as a proxy without a backend does.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Driver } from './processes.ts';

const CLIENTS = 8;
const SECONDS = 3;

/** Connections that eight clients at 8 requests/s in all make within 3 s to a target that accepts and closes. */
export async function countStorm(): Promise<number> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const driver = await Driver.start({
    targetHosts: `127.0.0.1:${port}`,
    clientOptions: 'timeout:60',
    operation: 'search',
    clients: CLIENTS,
    seconds: SECONDS,
    steps: 1,
    targetThroughput: 8,
    corpus: null,
    dataSet: null,
  });
  await driver.step();
  driver.end();
  server.close();
  return connections;
}
