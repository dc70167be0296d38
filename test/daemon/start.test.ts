// What start and restart say of a node that is not admitted, and what they leave alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatToken } from '../../src/nats/token.ts';
import { createTokenKey } from '../../src/nats/token-key.ts';
import { identify, isSameProcess, signalProcess } from '../../src/process-identity.ts';
import { atEnd } from './at-end.ts';
import { freePort, Machine } from './daemon-process.ts';

const flags = (node: string, port: number, ...more: readonly string[]): readonly string[] => [
  `--node-ip=${node}`,
  '--coordinator-ip=127.0.0.1',
  `--port=${port}`,
  ...more,
];

let port = 0;
let token = '';
let keyed: Machine;

before(async () => {
  port = await freePort();
  keyed = new Machine();
  token = (await keyed.run('token')).stdout.trim();
  writeFileSync(join(keyed.home, 'token'), token, { mode: 0o600 });
  assert.equal(
    (await keyed.run('start', ...flags('127.0.0.1', port, `--token-file=${join(keyed.home, 'token')}`))).code,
    0,
  );
});

/** Nothing runs after a start that was refused. */
async function refused(machine: Machine, message: RegExp, ...words: readonly string[]): Promise<void> {
  const result = await machine.run('start', ...words);
  assert.equal(result.code, 64, result.stdout);
  assert.match(result.stderr, message);
  assert.doesNotMatch(result.stdout, /Successfully started/);
  assert.equal((await machine.run('status')).code, 3);
}

describe('start', () => {
  it('fails without a token where one is needed, and says that', async () => {
    await refused(new Machine(), /runs with a token, and this node has none/, ...flags('127.0.0.2', port, '--wait=9'));
  });

  it('fails with the token of another coordinator', async () => {
    const other = new Machine({ OSB_FLEET_TOKEN: formatToken(createTokenKey(Date.now()).token) });
    await refused(
      other,
      /is not the one of the token, for another authority signed its certificate/,
      ...flags('127.0.0.2', port, '--wait=9'),
    );
  });

  it('fails with a wrong secret in a token of the right coordinator', async () => {
    const other = new Machine({ OSB_FLEET_TOKEN: token.replace(/\.[^.]*$/, `.${'A'.repeat(43)}`) });
    await refused(other, /refused the connection/, ...flags('127.0.0.2', port, '--wait=9'));
  });

  it('fails with an address that another node has', async () => {
    const variables = { OSB_FLEET_TOKEN: token };
    assert.equal((await new Machine(variables).run('start', ...flags('127.0.0.4', port))).code, 0);
    await refused(
      new Machine(variables),
      /the address 127\.0\.0\.4 is taken by process \d+ on /,
      ...flags('127.0.0.4', port, '--wait=6'),
    );
  });

  it('succeeds where the coordinator is not there yet, and says so', async () => {
    const machine = new Machine();
    const nobody = await freePort();
    const result = await machine.run('start', ...flags('127.0.0.2', nobody, '--wait=1'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(
      result.stdout,
      /^\[INFO\] Successfully started .*\n\[WARNING\] The node is not in the fleet yet; it keeps trying\. Nobody listens at/,
    );
    assert.equal((await machine.run('start', ...flags('127.0.0.2', nobody, '--wait=0'))).code, 64);
    assert.equal((await machine.run('stop')).code, 0);
    assert.equal((await machine.run('start', ...flags('127.0.0.2', nobody, '--wait=0'))).code, 0);
  });

  for (const [flag, message] of [
    ['--wait=-1', /too small/],
    ['--wait=x', /not a number/],
    ['--wait=1e9', /too large/],
    ['--wait=', /not a number/],
    ['--node-ip=', /is a variable of the shell empty/],
    ['--token-file=', /is a variable of the shell empty/],
    ['--nats-url=', /is a variable of the shell empty/],
  ] as const) {
    it(`refuses ${flag}`, async () => {
      const result = await new Machine().run('start', ...flags('127.0.0.2', port), flag);
      assert.equal(result.code, 2);
      assert.match(result.stderr, message);
    });
  }
});

describe('restart', () => {
  it('leaves a daemon alone that works, if another with these flags would not', async () => {
    const worker = new Machine({ OSB_FLEET_TOKEN: token });
    assert.equal((await worker.run('start', ...flags('127.0.0.3', port))).code, 0);
    const running = identify(worker.noted('daemon.json'));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    atEnd(() => taken.close());
    const address = taken.address();
    const takenPort = typeof address === 'object' && address !== null ? address.port : 0;
    writeFileSync(join(worker.home, 'other'), formatToken(createTokenKey(Date.now()).token));
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--node-ip=no.such.name.invalid', '--coordinator-ip=127.0.0.1'], /cannot be resolved/],
      [flags('127.0.0.3', port, '--token-file=/nonexistent/token'), /Cannot read the token file/],
      [flags('127.0.0.3', port, `--token-file=${join(worker.home, 'other')}`), /another authority/],
      [flags('127.0.0.3', port, '--nats-credentials=x'), /--nats-credentials is for --nats-url/],
      [flags('127.0.0.1', takenPort), /has no key for a token/],
    ];
    for (const [words, message] of wrong) {
      const result = await worker.run('restart', ...words);
      assert.equal(result.code, 64, result.stdout);
      assert.match(result.stderr, message);
      assert.ok(isSameProcess(running), words.join(' '));
    }
    const open = new Machine();
    assert.equal((await open.run('start', ...flags('127.0.0.1', await freePort()))).code, 0);
    const coordinator = identify(open.noted('daemon.json'));
    assert.match((await open.run('restart', ...flags('127.0.0.1', takenPort))).stderr, /is in use by another program/);
    assert.ok(isSameProcess(coordinator));
  });
});

describe('a token that was replaced', () => {
  it('is named by the nodes that have the old one', async () => {
    const [coordinator, worker] = [new Machine(), new Machine()];
    const own = await freePort();
    const file = join(coordinator.home, 'token');
    const renew = async (): Promise<void> => writeFileSync(file, (await coordinator.run('token', '--new')).stdout);
    await renew();
    assert.equal((await coordinator.run('start', ...flags('127.0.0.1', own, `--token-file=${file}`))).code, 0);
    writeFileSync(join(worker.home, 'token'), (await coordinator.run('token')).stdout);
    assert.equal(
      (await worker.run('start', ...flags('127.0.0.2', own, `--token-file=${join(worker.home, 'token')}`))).code,
      0,
    );
    await renew();
    assert.equal((await coordinator.run('restart', ...flags('127.0.0.1', own, `--token-file=${file}`))).code, 0);
    let status = '';
    for (
      const end = performance.now() + 30_000;
      !status.includes('token was replaced') && performance.now() < end;
      await sleep(200)
    ) {
      status = (await worker.run('status')).stdout;
    }
    assert.match(
      status,
      /Node: 127\.0\.0\.2, .*another authority signed its certificate\. If the token was replaced, this node needs the new one/,
    );
  });
});

describe('status', () => {
  it('ends while the daemon and its server stand still', async () => {
    const daemon = identify(keyed.noted('daemon.json'));
    const server = identify(keyed.noted('nats-server.json'));
    for (const one of [daemon, server]) signalProcess(one, 'SIGSTOP');
    try {
      const result = await keyed.run('status');
      assert.equal(result.code, 0);
      assert.match(result.stdout, /The fleet cannot be asked/);
    } finally {
      for (const one of [server, daemon]) signalProcess(one, 'SIGCONT');
    }
  });
});

describe('logs', () => {
  it('are for their owner only', () => {
    const path = join(keyed.directory, 'logs', 'daemon-127.0.0.1.log');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });
});
