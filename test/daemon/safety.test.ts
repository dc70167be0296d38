// What a stranger on the network may do without a token: join as its own address, and nothing else. Each attack against
// the real server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { downSubject, hubSubject, inboxPrefix, upSubject } from '../../src/fleet/protocol/subjects.ts';
import { connectCoordinator, newNodeId } from '../../src/nats/connect.ts';
import { atEnd } from './at-end.ts';
import {
  hello,
  joinAsNode,
  realCoordinator,
  register,
  type TestCoordinator,
  type TestNode,
} from './real-coordinator.ts';

let fleet: TestCoordinator;
let victim: TestNode;
let stranger: TestNode;
let run: NatsConnection;

before(async () => {
  fleet = await realCoordinator();
  victim = await joinAsNode(fleet.endpoint);
  stranger = await joinAsNode(fleet.endpoint);
  run = await connectCoordinator(fleet.runDirectory);
  atEnd(() => run.close());
  assert.equal((await register(victim, hello('127.0.0.2'))).kind, 'accepted');
});

/** The words of the server's refusal. */
async function refusalOf(subscription: Subscription): Promise<string> {
  const refusal: unknown = await subscription.closed;
  return refusal instanceof Error ? refusal.message : 'ended';
}

/** Gathers what a connection hears on a subject. */
function listen(connection: NatsConnection, subject: string): string[] {
  const heard: string[] = [];
  connection.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) heard.push(`${message.subject} ${message.string()}`);
    },
  });
  return heard;
}

/** Speaks the protocol by hand: what a client refuses to send, an attacker sends all the same. */
async function speak(lines: readonly string[], id: string): Promise<string> {
  const socket = dial(fleet.coordinator.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  socket.on('error', () => undefined);
  await once(socket, 'data');
  socket.write(
    'CONNECT ' +
      `${JSON.stringify({ user: id, verbose: false, protocol: 1, lang: 'x', version: '1' })}\r\n${lines.join('\r\n')}\r\nPING\r\n`,
  );
  while (!/PONG|-ERR 'Auth/.test(text) && !socket.destroyed)
    await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.destroy();
  return text;
}

describe('without a token a stranger', () => {
  const subjectsOfOthers: readonly (readonly [string, () => string])[] = [
    ['the commands of a node', () => downSubject(victim.id)],
    ['the commands of all nodes', () => 'osb.down.*'],
    ['the reports of a node', () => upSubject(victim.id, 'out')],
    ['the plan and documents of a node', () => upSubject(victim.id, 'fetch')],
    ['answers to a node', () => `${inboxPrefix(victim.id)}.>`],
    ['answers to anybody', () => '_INBOX.>'],
    ['requests of test runs', () => 'osb.hub.>'],
    ['everything', () => '>'],
    ['events of the server', () => '$SYS.>'],
    ['streams', () => '$JS.>'],
  ];
  for (const [what, subject] of subjectsOfOthers) {
    it(`cannot hear ${what}`, async () => {
      assert.match(
        await refusalOf(stranger.connection.subscribe(subject())),
        /permissions violation for subscription/i,
      );
    });
  }

  const publications: readonly (readonly [string, () => string])[] = [
    ['command a node', () => downSubject(victim.id)],
    ['report as another node', () => upSubject(victim.id, 'out')],
    ['fetch as another node', () => upSubject(victim.id, 'fetch')],
    ['answer another node', () => `${inboxPrefix(victim.id)}.x`],
    ['take the fleet', () => hubSubject('begin')],
    ['list the nodes and their secrets', () => hubSubject('nodes')],
    ['make a stream', () => '$JS.API.STREAM.CREATE.x'],
    ['delete a stream', () => '$JS.API.STREAM.DELETE.x'],
    ['ask the server about connections', () => '$SYS.REQ.SERVER.PING.CONNZ'],
    ['admit others', () => '$SYS.REQ.USER.AUTH'],
  ];
  for (const [what, subject] of publications) {
    it(`cannot ${what}`, async () => {
      const heard = listen(run, subject());
      const own = listen(victim.connection, downSubject(victim.id));
      await run.flush();
      const answer = await speak([`PUB ${subject()} 1`, 'x'], newNodeId());
      assert.match(answer, /-ERR 'Permissions Violation for Publish/);
      await run.flush();
      await victim.connection.flush();
      assert.deepEqual(
        [...heard, ...own].filter((line) => line.endsWith(' x')),
        [],
      );
    });
  }

  it('cannot pose as an address that it does not have', async () => {
    const answer = await register(stranger, hello('198.51.100.7'));
    assert.deepEqual(answer, {
      kind: 'refused',
      reason:
        'it claims the address 198.51.100.7, but connects from 127.0.0.1: start it with --node-ip=127.0.0.1, or use ' +
        'a token',
      isFinal: true,
      coordinatorVersion: '1.2.3',
    });
  });

  it('cannot take the address of a node that is there', async () => {
    const answer = await register(stranger, hello('127.0.0.2'));
    assert.equal(answer.kind === 'refused' && answer.reason, 'the address 127.0.0.2 is taken by process 42 on machine');
    assert.equal(answer.kind === 'refused' && answer.isFinal, false);
  });

  it('cannot register another identity than its own', async () => {
    const heard = listen(victim.connection, `${inboxPrefix(victim.id)}.>`);
    const answer = await speak([`PUB ${upSubject(victim.id, 'register')} 2`, '{}'], newNodeId());
    assert.match(answer, /-ERR 'Permissions Violation for Publish/);
    assert.deepEqual(heard, []);
  });

  it('cannot make the coordinator speak for it: a foreign reply subject is not answered', async () => {
    const heard = listen(victim.connection, downSubject(victim.id));
    const id = newNodeId();
    const commands = ['register', 'out', 'fetch'].flatMap((verb) => [
      `PUB osb.up.${id}.${verb} ${downSubject(victim.id)} 2`,
      '{}',
    ]);
    const answer = await speak(commands, id);
    assert.doesNotMatch(answer, /Permissions Violation/);
    // The hub has dealt with it once it answers a later request.
    await run.request(hubSubject('status'), '', { timeout: 2000 });
    await victim.connection.flush();
    assert.deepEqual(heard, []);
  });

  it('gets no connection without an identity of its own making', async () => {
    for (const user of ['', 'admin', `${'a'.repeat(21)}>`, `${'a'.repeat(21)}.`]) {
      await assert.rejects(
        connect({ servers: `127.0.0.1:${fleet.coordinator.port}`, user, reconnect: false }),
        /authorization violation/i,
      );
    }
    await assert.rejects(
      connect({ servers: `127.0.0.1:${fleet.coordinator.port}`, reconnect: false }),
      /authorization violation/i,
    );
  });

  it('may not send the server long messages', async () => {
    assert.match(await speak([`PUB osb.up.${victim.id}.out 2000000`], newNodeId()), /-ERR 'Maximum Payload/i);
  });
});

describe('a node', () => {
  it('of another version is refused, and both versions are named', async () => {
    const node = await joinAsNode(fleet.endpoint);
    const answer = await register(node, hello('127.0.0.9', { version: '1.2.4' }));
    assert.equal(answer.kind === 'refused' && answer.reason, 'it has version 1.2.4, but the coordinator has 1.2.3');
    assert.match(fleet.log.join('\n'), /Node 127\.0\.0\.9 \(machine\) was refused: it has version 1\.2\.4/);
  });

  it('that says nonsense of itself is refused', async () => {
    const node = await joinAsNode(fleet.endpoint);
    const answer = await node.connection.request(upSubject(node.id, 'register'), '{"secret":"x"}', { timeout: 2000 });
    assert.match(
      answer.string(),
      /"kind":"refused","reason":"A message between nodes cannot be read: a registration\.secret is not an identity/,
    );
    const tooLong = await node.connection.request(upSubject(node.id, 'register'), 'x'.repeat(9000), { timeout: 2000 });
    assert.match(tooLong.string(), /it says too much of itself/);
  });

  it('is commanded by the coordinator, and its answer arrives', async () => {
    const node = await joinAsNode(fleet.endpoint);
    node.connection.subscribe(downSubject(node.id), {
      callback: (_, message) => void message.respond(`heard ${message.string()}`),
    });
    await node.connection.flush();
    assert.equal((await run.request(downSubject(node.id), 'ping', { timeout: 2000 })).string(), 'heard ping');
  });
});

describe('secrets', () => {
  it('lie only in files that their owner alone may read', () => {
    assert.equal(statSync(fleet.runDirectory).mode & 0o077, 0);
    for (const name of readdirSync(fleet.runDirectory)) {
      const mode = statSync(join(fleet.runDirectory, name)).mode & 0o077;
      // The ports file is the server's own; its directory is closed.
      if (!name.endsWith('.ports')) assert.equal(mode, 0, name);
    }
    assert.doesNotMatch(readFileSync(join(fleet.runDirectory, 'nats-server.conf'), 'utf8'), /"S[AU][A-Z0-9]{56}"/);
  });

  it('are not in the log', () => {
    const text = fleet.log.join('\n');
    for (const secret of [victim.id, victim.secret, stranger.id, stranger.secret]) assert.ok(!text.includes(secret));
  });
});
