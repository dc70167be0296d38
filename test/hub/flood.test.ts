// Strangers who flood the coordinator: its own nodes and test runs are answered within a second, and the log stays
// small.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { hubSubject } from '../../src/fleet/protocol/subjects.ts';
import { connectCoordinator } from '../../src/nats/connect.ts';
import { createTokenKey } from '../../src/nats/token-key.ts';
import { atEnd, temporaryDirectory } from '../daemon/at-end.ts';
import {
  hello,
  joinAsNode,
  realCoordinator,
  register,
  type TestCoordinator,
  type TestNode,
} from '../daemon/real-coordinator.ts';
import type { FloodKind } from '../fakes/nats-flooder.ts';

const floodMillis = 3000;
const patienceMillis = 1000;

interface Sent {
  readonly messages: number;
  readonly connections: number;
}

/** Floods for a while in another process. Resolves with what it has sent. */
async function flood(fleet: TestCoordinator, kind: FloodKind, secret: string | null): Promise<Sent> {
  const program = fileURLToPath(new URL('../fakes/nats-flooder.js', import.meta.url));
  const words = [String(fleet.coordinator.port), kind, String(floodMillis)];
  const { token } = fleet.endpoint;
  if (token !== null) {
    const file = join(temporaryDirectory(), 'authority.pem');
    writeFileSync(file, token.certificateAuthority);
    words.push(file, secret ?? token.secret);
  }
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  await once(child, 'close');
  return JSON.parse(text);
}

/**
 * How long something took each time, of what is done again and again until `isOver`; what fails took for ever. In
 * ascending order.
 */
async function durations(isOver: () => boolean, work: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  while (!isOver()) {
    const begun = performance.now();
    const done = await work().then(
      () => performance.now() - begun,
      () => Number.POSITIVE_INFINITY,
    );
    taken.push(done);
    await sleep(300);
  }
  return taken.sort((left, right) => left - right);
}

const floods: readonly (readonly [what: string, FloodKind, hasToken: boolean, secret: string | null])[] = [
  ['registrations that are refused', 'registrations', false, null],
  ['registrations that are refused, each for another reason', 'varied', false, null],
  ['registrations that are too long', 'oversized', false, null],
  ['registrations that cannot be read', 'malformed', false, null],
  ['reports of nobody', 'reports', false, null],
  ['connections', 'connections', false, null],
  ['registrations of one who has the token', 'varied', true, null],
  ['connections of one who has the token', 'connections', true, null],
  ['connections without the token', 'connections', true, 'x'.repeat(43)],
];

describe('during a flood', () => {
  const fleets = new Map<boolean, TestCoordinator>();
  const honest = new Map<boolean, TestNode>();
  const runs = new Map<boolean, NatsConnection>();

  before(async () => {
    for (const hasToken of [false, true]) {
      const fleet = await realCoordinator(hasToken ? createTokenKey(Date.now()) : null);
      const node = await joinAsNode(fleet.endpoint);
      const run = await connectCoordinator(fleet.runDirectory);
      atEnd(() => run.close());
      assert.equal((await register(node, hello('127.0.0.2'))).kind, 'accepted');
      fleets.set(hasToken, fleet);
      honest.set(hasToken, node);
      runs.set(hasToken, run);
    }
  });

  for (const [what, kind, hasToken, secret] of floods) {
    it(`of ${what} the hub answers its own within a second, in a few lines of log`, async (test) => {
      const [fleet, node, run] = [fleets.get(hasToken), honest.get(hasToken), runs.get(hasToken)];
      assert.ok(fleet !== undefined && node !== undefined && run !== undefined);
      const lines = fleet.log.length;
      const state = { isOver: false };
      const isOver = (): boolean => state.isOver;
      const flooding = flood(fleet, kind, secret).finally(() => {
        state.isOver = true;
      });
      const cpu = process.cpuUsage();
      const [sent, registering, asking] = await Promise.all([
        flooding,
        durations(isOver, () => register(node, hello('127.0.0.2'))),
        durations(isOver, () => run.request(hubSubject('nodes'), '', { timeout: 2000 })),
      ]);
      const { user, system } = process.cpuUsage(cpu);
      const cpuMillis = (user + system) / 1000;
      const told = fleet.log.slice(lines);
      const taken =
        `longest registration ${registering.at(-1)?.toFixed(0)} ms, question ` + `${asking.at(-1)?.toFixed(0)} ms`;
      test.diagnostic(
        `${sent.messages} messages, ${sent.connections} connections; ${taken}; ${cpuMillis.toFixed(0)} ms CPU, ` +
          `${told.length} lines`,
      );
      assert.ok(sent.connections > 0);
      for (const each of [registering, asking]) {
        assert.ok(each.length > 1 && each.every(Number.isFinite), `each is answered: ${each.join(', ')} ms`);
        // One answer may be late because the machine is busy, and not the hub.
        assert.ok((each.at(-2) ?? 0) < patienceMillis, `${each.join(', ')} ms`);
      }
      // Most of it is the server's question about each connection: a quicker machine opens more of them.
      assert.ok(cpuMillis < floodMillis / 6 + 0.5 * sent.connections, `${cpuMillis} ms`);
      assert.ok(told.length < 100, told.slice(0, 10).join('\n'));
    });
  }

  it('nothing of it stays: other nodes join afterwards', async () => {
    for (const fleet of fleets.values()) {
      const node = await joinAsNode(fleet.endpoint);
      assert.equal((await register(node, hello('127.0.0.3'))).kind, 'accepted');
    }
  });
});
