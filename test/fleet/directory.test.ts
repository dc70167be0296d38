// Which nodes a run gets: those that the user listed, of the same version, one run at a time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { BenchmarkError } from '../../src/errors.ts';
import type { NodeHello } from '../../src/fleet/protocol/hub-messages.ts';
import { decodeBytes } from '../../src/fleet/protocol/json-codec.ts';
import { type DownAnswer, downAnswerCodec, writeDown } from '../../src/fleet/protocol/node-messages.ts';
import { downSubject } from '../../src/fleet/protocol/subjects.ts';
import { FleetClaim, findNodes } from '../../src/fleet/run/node-directory.ts';
import { surveyNode } from '../../src/fleet/run/survey.ts';
import { Hub } from '../../src/hub/hub.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { Registration } from '../../src/node/registration.ts';
import { packageVersion } from '../../src/package.ts';
import { NatsServer } from './nats-server.ts';
import { startNode, type TestNode } from './nodes.ts';

let server: NatsServer;
let connection: NatsConnection;
let hub: Hub;
const nodes: TestNode[] = [];
const registrations: Registration[] = [];

before(async () => {
  server = await NatsServer.start();
  connection = await server.connect(newNodeId());
  const log = (): void => undefined;
  hub = new Hub({
    connection,
    admission: null,
    ownVersion: packageVersion,
    believesAddresses: true,
    isOwnMachine: () => true,
    log,
  });
  hub.start();
  await connection.flush();
  await join('127.0.0.1', { role: 'coordinator' });
  await join('127.0.0.2', {});
});

after(async () => {
  for (const registration of registrations) registration.stop();
  for (const node of nodes) await node.close();
  hub.stop();
  await connection.close();
  await server.kill();
});

/** Starts a node and registers it; resolves once it was answered. */
async function join(address: string, claims: Partial<NodeHello>): Promise<TestNode> {
  const node = await startNode(server, address);
  nodes.push(node);
  const { id, secret } = node.registered;
  const [own] = node.connections;
  if (own === undefined) throw new Error('No connection.');
  await new Promise<void>((resolve) => {
    const hello = async (): Promise<NodeHello> => ({ ...(await node.agent.hello()), ...claims });
    const registration = new Registration({ connection: own, id, secret, hello, onState: () => resolve() });
    registrations.push(registration);
    registration.start();
  });
  return node;
}

const find = (names: readonly string[], wait = 0, version = packageVersion) =>
  findNodes({
    bus: connection,
    names,
    wait,
    version,
    resolve: async (name) => name,
    signal: new AbortController().signal,
  });

const fails = (promise: Promise<unknown>, message: RegExp): Promise<void> =>
  assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof BenchmarkError);
    assert.match(
      [error.message, ...error.problems.map((problem) => problem.message), error.hint ?? ''].join('\n'),
      message,
    );
    return true;
  });

test('finds nodes in the order of the list; localhost is the own node of the coordinator', async () => {
  const found = await find(['127.0.0.2', 'localhost']);
  assert.deepEqual(
    found.map(({ name, node }) => [name, node.hello.address]),
    [
      ['127.0.0.2', '127.0.0.2'],
      ['localhost', '127.0.0.1'],
    ],
  );
});

test('names all nodes that are missing, and those that are there', () =>
  fails(
    find(['127.0.0.2', '10.1.1.1', '10.1.1.2']),
    /^Nodes are missing after 0 seconds: 10\.1\.1\.1, 10\.1\.1\.2\.\n.*Here now: 127\.0\.0\.[12], 127\.0\.0\.[12]\.$/s,
  ));

test('waits for a node that comes late', async () => {
  const finding = find(['127.0.0.9'], 10);
  await join('127.0.0.9', {});
  assert.equal((await finding)[0]?.node.hello.address, '127.0.0.9');
});

test('refuses nodes of another version, naming both', async () => {
  await fails(
    find(['127.0.0.2'], 0, '9.9.9'),
    new RegExp(`Node 127\\.0\\.0\\.2 runs version ${packageVersion}, the coordinator runs version 9\\.9\\.9\\.`),
  );
  await join('127.0.0.5', { version: '0.0.1' });
  await fails(
    find(['127.0.0.5']),
    new RegExp(`127\\.0\\.0\\.5[^]*0\\.0\\.1[^]*${packageVersion}|127\\.0\\.0\\.5[^]*${packageVersion}[^]*0\\.0\\.1`),
  );
});

test('refuses a node that is listed twice', () =>
  fails(find(['localhost', '127.0.0.1']), /lists the same node twice, as localhost and as 127\.0\.0\.1/));

test('a second run is refused, naming the first', async () => {
  const first = await FleetClaim.take(connection, { testRunId: 'first', processId: process.pid }, false);
  const second = { testRunId: 'second', processId: process.pid };
  await fails(
    FleetClaim.take(connection, second, false),
    new RegExp(`^Another test run uses the fleet: process ${process.pid}, test run first\\.`),
  );
  await first.release();
  const granted = await FleetClaim.take(connection, second, false);
  await granted.release();
});

test('a node refuses commands without its secret, and says so in its log', async () => {
  const [node] = nodes;
  if (node === undefined) throw new Error('No node.');
  const ask = async (bytes: Uint8Array): Promise<DownAnswer> =>
    decodeBytes(
      downAnswerCodec,
      (await connection.request(downSubject(node.registered.id), bytes, { timeout: 1000 })).data,
      'answer',
    );
  const question = { kind: 'cancel' } as const;
  const wrong = await ask(writeDown({ kind: 'question', secret: newNodeId(), session: 'x', question }));
  assert.deepEqual(wrong, { kind: 'refused', reason: 'the command does not have the secret of this node' });
  assert.deepEqual(await ask(new Uint8Array([1, 2, 3])), { kind: 'refused', reason: 'the command cannot be read' });
  assert.ok(node.log.includes('WARNING Refused a command without the secret of this node.'));
  assert.ok(!node.log.join('\n').includes(node.registered.secret));
});

test('a survey says what a node can reach and what it has', async () => {
  const [node] = nodes;
  if (node === undefined) throw new Error('No node.');
  const endpoints = [
    { host: '127.0.0.1', port: server.port },
    { host: '127.0.0.1', port: 1 },
  ];
  const { probe, roundTrip, wallOffset } = await surveyNode(connection, node.registered, endpoints);
  assert.deepEqual(
    probe.endpoints.map(({ failure }) => failure === null),
    [true, false],
  );
  assert.match(probe.endpoints[1]?.failure ?? '', /ECONNREFUSED/);
  assert.ok(roundTrip < 1000 && Math.abs(wallOffset) < 50 && probe.freeMemoryBytes > 0);
  assert.equal(probe.testRunId, '');
});
