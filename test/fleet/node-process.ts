// A node in a process of its own, for tests that end or freeze it. Arguments: port of the nats-server, address,
// directory.
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { inboxPrefix } from '../../src/fleet/protocol/subjects.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { NodeAgent } from '../../src/node/node-agent.ts';

const [port = '', address = '', rootDirectory = ''] = process.argv.slice(2);
const [id, secret] = [newNodeId(), newNodeId()];
const open = () =>
  connect({
    servers: `127.0.0.1:${port}`,
    inboxPrefix: inboxPrefix(id),
    maxReconnectAttempts: -1,
    pingInterval: 1000,
    maxPingOut: 2,
  });
const dataDirectory = join(rootDirectory, 'data');
const log = (level: string, message: string): void => void process.send?.({ log: `${level} ${message}` });
const own = {
  id,
  secret,
  address,
  role: 'worker',
  cores: 1,
  allowsTypeScriptPlugins: false,
  dataDirectory,
  rootDirectory,
  environment: {},
  log,
} as const;
const agent = new NodeAgent({ ...own, bus: await open(), bulk: await open() });
agent.start();
process.send?.({ id, secret, hello: await agent.hello(), registeredAt: Date.now() });
// The parent is gone: so is the test.
process.on('disconnect', () => process.exit(0));
