// opensearch-benchmarkd as it is typed: start, status, stop and restart of real processes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nodesAnswerCodec } from '../../src/fleet/protocol/hub-messages.ts';
import { decodeBytes } from '../../src/fleet/protocol/json-codec.ts';
import { hubSubject } from '../../src/fleet/protocol/subjects.ts';
import { connectCoordinator } from '../../src/nats/connect.ts';
import { identify, isSameProcess, untilGone } from '../../src/process-identity.ts';
import { atEnd } from './at-end.ts';
import { freePort, Machine } from './daemon-process.ts';

const start = (node: string, coordinator: string, port: number): readonly string[] => [
  'start',
  `--node-ip=${node}`,
  `--coordinator-ip=${coordinator}`,
  `--port=${port}`,
];

/** Asks the hub again and again until as many nodes have joined. */
async function untilJoined(machine: Machine, count: number): Promise<readonly string[]> {
  const connection = await connectCoordinator(join(machine.directory, 'daemon'));
  try {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { data } = await connection.request(hubSubject('nodes'), '', { timeout: 2000 });
      const { nodes } = decodeBytes(nodesAnswerCodec, data, 'nodes');
      if (nodes.length === count) return nodes.map(({ hello }) => hello.address);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await connection.close();
  }
  throw new Error(`${count} nodes did not join`);
}

/** Files below a directory that others than the owner may read. */
const readableByOthers = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile() && (statSync(path).mode & 0o044) !== 0);

describe('two daemons on one machine', () => {
  it('start, are a fleet, say so, and stop', async () => {
    const port = await freePort();
    const [first, second] = [new Machine(), new Machine()];
    const started = await first.run(...start('127.0.0.1', '127.0.0.1', port));
    assert.deepEqual(started, {
      code: 0,
      stdout: '[INFO] Successfully started actor system on node [127.0.0.1] with coordinator node IP [127.0.0.1].\n',
      stderr: '',
    });
    assert.equal((await second.run(...start('127.0.0.2', '127.0.0.1', port))).code, 0);
    const status = await first.run('status');
    assert.equal(status.code, 0);
    assert.match(
      status.stdout,
      new RegExp(
        `^Running\nRole: coordinator on port ${port}\nNode: 127\\.0\\.0\\.1, joined\nVersion: \\S+, process \\d+\n`,
      ),
    );
    assert.match(
      status.stdout,
      /Nodes: 2\n {2}127\.0\.0\.1 \(.*\): coordinator, version .*\n {2}127\.0\.0\.2 \(.*\): worker, version /,
    );
    assert.match(
      (await second.run('status')).stdout,
      new RegExp(`^Running\nRole: worker of 127\\.0\\.0\\.1, port ${port}\nNode: 127\\.0\\.0\\.2, joined\n`),
    );
    assert.match(first.log('127.0.0.1'), /Node 127\.0\.0\.2 \(.*\) has joined/);

    // Its process stands still, and its last sign of life was long ago.
    const worker = second.noted('daemon.json');
    process.kill(worker, 'SIGSTOP');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(join(second.directory, 'daemon', 'daemon.json'), longAgo, longAgo);
    assert.match(
      (await second.run('status')).stdout,
      new RegExp(
        `\nNode: 127\\.0\\.0\\.2, without a sign of life for 6\\d seconds \\(before that: joined\\); ` +
          `is process ${worker} stopped\\?\n`,
      ),
    );
    process.kill(worker, 'SIGCONT');

    const again = await second.run(...start('127.0.0.2', '127.0.0.1', port));
    assert.equal(again.code, 64);
    assert.match(again.stderr, /The daemon runs already: process \d+, worker, node 127\.0\.0\.2\./);

    assert.deepEqual(await second.run('stop'), {
      code: 0,
      stdout: '[INFO] Shutting down actor system. [OK]\n',
      stderr: '',
    });
    assert.deepEqual(await second.run('status'), { code: 3, stdout: 'Stopped\n', stderr: '' });
    const twice = await second.run('stop');
    assert.equal(twice.code, 64);
    assert.match(twice.stderr, /Could not shut down actor system: Actor system is not running\./);
    assert.match(first.log('127.0.0.1'), /Node 127\.0\.0\.2 \(.*\) has left/);

    const server = identify(first.noted('nats-server.json'));
    assert.equal((await first.run('stop')).code, 0);
    assert.ok(!isSameProcess(server));
    assert.deepEqual(readdirSync(join(first.directory, 'daemon')), ['nats-server.conf']);
  });

  it('with a token keep every secret to themselves', async () => {
    const port = await freePort();
    const first = new Machine();
    const { stdout } = await first.run('token');
    const token = stdout.trim();
    const secret = token.split('.')[2] ?? '';
    assert.equal((await first.run('token')).stdout.trim(), token);
    const tokenFile = join(first.home, 'token');
    writeFileSync(tokenFile, stdout, { mode: 0o600 });
    const second = new Machine({ OSB_FLEET_TOKEN: token });
    assert.equal((await first.run(...start('127.0.0.1', '127.0.0.1', port), `--token-file=${tokenFile}`)).code, 0);
    assert.equal((await second.run(...start('198.51.100.9', '127.0.0.1', port))).code, 0);
    assert.deepEqual(await untilJoined(first, 2), ['127.0.0.1', '198.51.100.9']);

    const hub = readFileSync(join(first.directory, 'daemon', 'hub.json'), 'utf8');
    const seed = /"seed":"(\w+)"/.exec(hub)?.[1] ?? '';
    assert.match(seed, /^SU/);
    const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const logs =
      first.log('127.0.0.1') +
      second.log('198.51.100.9') +
      readFileSync(join(first.directory, 'logs', 'benchmark.log'), 'utf8');
    for (const hidden of [secret, seed]) {
      assert.ok(!processes.includes(hidden));
      assert.ok(!logs.includes(hidden));
      const leaks = [...readableByOthers(first.home), ...readableByOthers(second.home)].filter((path) =>
        readFileSync(path, 'utf8').includes(hidden),
      );
      assert.deepEqual(leaks, []);
    }
    const third = await new Machine().run(...start('127.0.0.3', '127.0.0.1', port), '--token-file=/nonexistent/token');
    assert.equal(third.code, 64);
    assert.match(third.stderr, /Cannot read the token file \/nonexistent\/token/);
    const renewed = (await first.run('token', '--new')).stdout.trim();
    assert.notEqual(renewed, token);
    const mismatch = await first.run(
      'restart',
      ...start('127.0.0.1', '127.0.0.1', port).slice(1),
      `--token-file=${tokenFile}`,
    );
    assert.match(mismatch.stderr, /The token is not the one that .* belongs to/);
  });
});

describe('a coordinator that is killed with -9', () => {
  it('leaves no server; a fresh start works at once, and its nodes come back by themselves', async () => {
    const port = await freePort();
    const [first, second] = [new Machine(), new Machine()];
    await first.run(...start('127.0.0.1', '127.0.0.1', port));
    await second.run(...start('127.0.0.2', '127.0.0.1', port));
    const server = identify(first.noted('nats-server.json'));
    const daemon = identify(first.noted('daemon.json'));
    process.kill(daemon.processId, 'SIGKILL');
    assert.ok(await untilGone(server, 3000));
    assert.ok(await untilGone(daemon, 3000));
    assert.equal((await first.run('status')).code, 3);
    assert.equal((await first.run(...start('127.0.0.1', '127.0.0.1', port))).code, 0);
    assert.deepEqual(await untilJoined(first, 2), ['127.0.0.1', '127.0.0.2']);
  });
});

describe('start', () => {
  it('tells why it failed, and leaves nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    atEnd(() => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const machine = new Machine();
    const result = await machine.run(...start('127.0.0.1', '127.0.0.1', port));
    assert.equal(result.code, 64);
    assert.match(
      result.stderr,
      new RegExp(`Cannot start\\. Port ${port} of 127\\.0\\.0\\.1 is in use by another program\\.`),
    );
    assert.equal((await machine.run('status')).code, 3);
  });

  it('is refused by a coordinator that sees another address', async () => {
    const port = await freePort();
    const [first, second] = [new Machine(), new Machine()];
    await first.run(...start('127.0.0.1', '127.0.0.1', port));
    const result = await second.run(...start('198.51.100.9', '127.0.0.1', port));
    assert.equal(result.code, 64);
    assert.match(
      result.stderr,
      /refused this node: it claims the address 198\.51\.100\.9, but connects from 127\.0\.0\.1/,
    );
    assert.match((await first.run('status')).stdout, /Refused: 1\n {2}198\.51\.100\.9 /);
  });

  it('in the foreground logs to the console, waits for its coordinator, and ends with SIGTERM', async () => {
    const machine = new Machine();
    const child = machine.spawn([...start('127.0.0.5', '127.0.0.1', await freePort()), '--foreground']);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    while (!text.includes('Not in the fleet of 127.0.0.1: Nobody listens at'))
      await once(child.stdout ?? child, 'data');
    const ended = once(child, 'exit');
    while (!text.includes('it keeps trying')) await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.match(text, /The daemon has ended\./);
    assert.equal((await machine.run('status')).code, 3);
  });
});

describe('restart', () => {
  it('starts a daemon that did not run, and replaces one that does', async () => {
    const machine = new Machine();
    const words = ['restart', ...start('127.0.0.1', '127.0.0.1', await freePort()).slice(1)];
    assert.equal((await machine.run(...words)).code, 0);
    const before = machine.noted('daemon.json');
    const result = await machine.run(...words);
    assert.equal(result.code, 0);
    assert.match(result.stdout, /^\[INFO\] Shutting down actor system\. \[OK\]\n\[INFO\] Successfully started/);
    assert.notEqual(machine.noted('daemon.json'), before);
  });
});

describe('the note of a daemon that is gone', () => {
  it('neither counts nor costs another process its life', async () => {
    const foreign = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(foreign, 'spawn');
    atEnd(() => foreign.kill('SIGKILL'));
    const machine = new Machine();
    mkdirSync(join(machine.directory, 'daemon'), { recursive: true });
    const note = {
      process: { processId: foreign.pid, start: 'another time' },
      role: 'worker',
      address: '127.0.0.1',
      coordinator: '127.0.0.1',
      port: 1,
      version: '1',
      startedAt: 1,
      link: 'joined',
    };
    writeFileSync(join(machine.directory, 'daemon', 'daemon.json'), JSON.stringify(note));
    assert.deepEqual([(await machine.run('status')).code, (await machine.run('stop')).code], [3, 64]);
    assert.equal((await machine.run(...start('127.0.0.1', '127.0.0.1', await freePort()))).code, 0);
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
  });
});
