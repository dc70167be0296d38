// The hub with the real server: joins and leaves, one run at a time, and a server that dies under all of them.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  type ClaimAnswer,
  claimAnswerCodec,
  nodesAnswerCodec,
  type RunClaim,
  runClaimCodec,
  statusAnswerCodec,
} from '../../src/fleet/protocol/hub-messages.ts';
import { decodeBytes, encodeBytes, type JsonCodec } from '../../src/fleet/protocol/json-codec.ts';
import { downSubject, type HubVerb, hubSubject } from '../../src/fleet/protocol/subjects.ts';
import { connectCoordinator } from '../../src/nats/connect.ts';
import { Registration, type RegistrationState } from '../../src/node/registration.ts';
import { atEnd } from '../daemon/at-end.ts';
import {
  hello,
  joinAsNode,
  realCoordinator,
  register,
  type TestCoordinator,
  type TestNode,
} from '../daemon/real-coordinator.ts';

let fleet: TestCoordinator;
let run: NatsConnection;

before(async () => {
  fleet = await realCoordinator();
  run = await connectCoordinator(fleet.runDirectory);
  atEnd(() => run.close());
});

async function ask<T>(verb: HubVerb, codec: JsonCodec<T>, payload: Uint8Array = new Uint8Array()): Promise<T> {
  const { data } = await run.request(hubSubject(verb), payload, { timeout: 3000 });
  return decodeBytes(codec, data, verb);
}

const addresses = async (): Promise<readonly string[]> =>
  (await ask('nodes', nodesAnswerCodec)).nodes.map((node) => node.hello.address);
const claim = (verb: 'begin' | 'end', of: RunClaim): Promise<ClaimAnswer> =>
  ask(verb, claimAnswerCodec, encodeBytes(runClaimCodec, of));

/** Resolves once the node is in the list, or is not any more. */
async function untilListed(address: string, isListed: boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await addresses()).includes(address) === isListed) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${address} ${isListed ? 'did not join' : 'did not leave'}`);
}

describe('the hub', () => {
  it('lists nodes with the secret that commands must carry, until their last connection ends', async () => {
    const node = await joinAsNode(fleet.endpoint);
    const second = await joinAsNode(fleet.endpoint, node.id);
    await register(node, hello('127.0.0.5'));
    const { nodes } = await ask('nodes', nodesAnswerCodec);
    assert.deepEqual(
      nodes.map(({ id, secret, hello: said }) => [id, secret, said.address]),
      [[node.id, node.secret, '127.0.0.5']],
    );
    await node.connection.close();
    assert.deepEqual(await addresses(), ['127.0.0.5']);
    await second.connection.close();
    await untilListed('127.0.0.5', false);
    assert.match(fleet.log.join('\n'), /Node 127\.0\.0\.5 \(machine\) has left: Client Closed\./);
  });

  it('gives the fleet to one run at a time, and names it to the next', async () => {
    const first = { testRunId: 'first', processId: process.pid };
    const second = { testRunId: 'second', processId: process.pid };
    assert.deepEqual(await claim('begin', first), { isGranted: true, holder: first });
    assert.deepEqual(await claim('begin', second), { isGranted: false, holder: first });
    const { version, natsVersion, run: holder } = await ask('status', statusAnswerCodec);
    assert.deepEqual([version, holder], ['1.2.3', first]);
    assert.match(natsVersion, /^2\./);
    await claim('end', first);
    assert.equal((await claim('begin', second)).isGranted, true);
    await claim('end', second);
    assert.match(fleet.log.join('\n'), /Test run second has given the fleet back\./);
  });

  it('answers nothing that it cannot read, and goes on', async () => {
    await assert.rejects(run.request(hubSubject('begin'), 'nonsense', { timeout: 300 }), /timeout/);
    assert.match(fleet.log.join('\n'), /A request osb\.hub\.begin was not answered/);
    assert.equal((await ask('status', statusAnswerCodec)).run, null);
  });
});

describe('a server that is killed', () => {
  it('comes back, and so do the nodes, by themselves; nobody has to start anything', async () => {
    const node: TestNode = await joinAsNode(fleet.endpoint);
    const states: RegistrationState['kind'][] = [];
    const registration = new Registration({
      connection: node.connection,
      id: node.id,
      secret: node.secret,
      hello: async () => hello('127.0.0.6'),
      onState: ({ kind }) => states.push(kind),
    });
    atEnd(() => registration.stop());
    registration.start();
    await untilListed('127.0.0.6', true);
    node.connection.subscribe(downSubject(node.id), { callback: (_, message) => void message.respond('obeyed') });
    const isBack = (async () => {
      for await (const { type } of node.connection.status()) if (type === 'reconnect') return;
    })();
    process.kill(fleet.coordinator.serverProcessId(), 'SIGKILL');
    await isBack;
    // The server knows its subscriptions again once it has answered.
    await node.connection.flush();
    assert.equal((await run.request(downSubject(node.id), 'x', { timeout: 3000 })).string(), 'obeyed');
    assert.deepEqual(await addresses(), ['127.0.0.6']);
    // The connection of before the restart is forgotten: the end of the new one is the end of the node.
    await node.connection.close();
    await untilListed('127.0.0.6', false);
    assert.ok(states.includes('registered'), states.join(', '));
  });
});
