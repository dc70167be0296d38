// A server that stands still, dies or tells nothing for a while: what the hub believes of connections afterwards is
// what the server says of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registration, type RegistrationState } from '../../src/node/registration.ts';
import { identify, signalProcess, untilGone } from '../../src/process-identity.ts';
import { atEnd } from '../daemon/at-end.ts';
import { freePort, Machine } from '../daemon/daemon-process.ts';
import { hello, joinAsNode, realCoordinator, type TestCoordinator, type TestNode } from '../daemon/real-coordinator.ts';

/** A node as the daemon has it: two connections and a registration that is repeated. */
interface Member {
  readonly node: TestNode;
  readonly second: TestNode;
  readonly registration: Registration;
  readonly states: RegistrationState[];
}

async function member(fleet: TestCoordinator, address: string): Promise<Member> {
  const node = await joinAsNode(fleet.endpoint);
  const second = await joinAsNode(fleet.endpoint, node.id);
  const states: RegistrationState[] = [];
  const { connection, id, secret } = node;
  const registration = new Registration({
    connection,
    id,
    secret,
    hello: async () => hello(address),
    onState: (state) => states.push(state),
  });
  atEnd(() => registration.stop());
  registration.start();
  return { node, second, registration, states };
}

/** Waits until something is so; for what no event tells. */
async function until(what: string, isSo: () => boolean | Promise<boolean>, millis = 30_000): Promise<void> {
  for (const end = performance.now() + millis; !(await isSo()); await sleep(20))
    assert.ok(performance.now() < end, `It did not happen: ${what}.`);
}

const isConnected = ({ node, second }: Member): Promise<boolean> =>
  Promise.all([node, second].map(({ connection }) => connection.rtt())).then(
    () => true,
    () => false,
  );

async function untilAllBack(fleet: TestCoordinator, members: readonly Member[]): Promise<void> {
  for (const one of members) await until('a node is connected again', () => isConnected(one));
  await until('all nodes are registered', () => fleet.coordinator.hub.nodes.length === members.length);
}

const refusalsIn = (log: readonly string[]): readonly string[] => log.filter((line) => line.includes('refused'));

describe('a server', () => {
  it('that was stopped for 12 s and continued takes back every node', async () => {
    const fleet = await realCoordinator();
    const members = [
      await member(fleet, '127.0.0.1'),
      await member(fleet, '127.0.0.2'),
      await member(fleet, '127.0.0.3'),
    ];
    await untilAllBack(fleet, members);
    process.kill(fleet.coordinator.serverProcessId(), 'SIGSTOP');
    await sleep(12_000);
    process.kill(fleet.coordinator.serverProcessId(), 'SIGCONT');
    await untilAllBack(fleet, members);
    assert.deepEqual(refusalsIn(fleet.log), []);
  });

  it('that is killed again and again takes back many nodes at once', async () => {
    const fleet = await realCoordinator();
    const members: Member[] = [];
    for (let index = 1; index <= 60; index++) members.push(await member(fleet, `127.0.0.${index}`));
    for (let round = 0; round < 3; round++) {
      await untilAllBack(fleet, members);
      process.kill(fleet.coordinator.serverProcessId(), 'SIGKILL');
    }
    await untilAllBack(fleet, members);
    assert.deepEqual(refusalsIn(fleet.log), []);
  });
});

describe('a coordinator that was stopped and continued', () => {
  it('knows which connections ended meanwhile, and lets another node have the address', async () => {
    const port = await freePort();
    const [first, second, third] = [new Machine(), new Machine(), new Machine()];
    const start = (address: string) => [
      'start',
      `--node-ip=${address}`,
      '--coordinator-ip=127.0.0.1',
      `--port=${port}`,
    ];
    assert.equal((await first.run(...start('127.0.0.1'))).code, 0);
    assert.equal((await second.run(...start('127.0.0.2'))).code, 0);
    const [coordinator, worker] = [identify(first.noted('daemon.json')), identify(second.noted('daemon.json'))];
    signalProcess(coordinator, 'SIGSTOP');
    // Longer than the server waits for a connection that does not answer: it has ended those of the coordinator.
    await sleep(6000);
    signalProcess(worker, 'SIGKILL');
    assert.ok(await untilGone(worker, 3000));
    signalProcess(coordinator, 'SIGCONT');
    const joined = await third.run(...start('127.0.0.2'));
    assert.equal(joined.code, 0, joined.stderr);
    await until(
      'the node has joined',
      async () => (await third.run('status')).stdout.includes('127.0.0.2, joined'),
      15_000,
    );
    assert.doesNotMatch(third.log('127.0.0.2'), /too many/);
  });
});
