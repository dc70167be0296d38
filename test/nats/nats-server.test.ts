// The supervised server: found, started, restarted, and never left behind.
// Needs: nats-server.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findNatsServer, type NatsBinary, platformPackage } from '../../src/nats/nats-binary.ts';
import { NatsServer, type NatsServerEvent } from '../../src/nats/nats-server.ts';
import { createKeyPair } from '../../src/nats/nkeys.ts';
import { identify, isSameProcess, signalProcess, untilGone } from '../../src/process-identity.ts';
import { atEnd, temporaryDirectory } from '../daemon/at-end.ts';

let binary: NatsBinary;

before(async () => {
  binary = await findNatsServer({ variables: process.env, homeDirectory: homedir() });
});

interface Started {
  readonly server: NatsServer;
  /** Resolves with the next event of that kind. */
  readonly next: (kind: NatsServerEvent['kind']) => Promise<NatsServerEvent>;
}

async function start(directory: string, port = -1): Promise<Started> {
  const waiting: { kind: string; resolve: (event: NatsServerEvent) => void }[] = [];
  const server = await NatsServer.start({
    binary: binary.path,
    directory,
    config: {
      host: '127.0.0.1',
      port,
      issuerKey: createKeyPair('account').publicKey,
      coordinatorKey: createKeyPair('user').publicKey,
      observerKey: createKeyPair('user').publicKey,
      tls: null,
    },
    onEvent: (event) => {
      for (const { kind, resolve } of waiting) if (kind === event.kind) resolve(event);
    },
  });
  atEnd(() => server.stop());
  return { server, next: (kind) => new Promise((resolve) => waiting.push({ kind, resolve })) };
}

/** Another process that supervises a server of its own. */
async function startSupervisor(
  directory: string,
): Promise<{ readonly child: ChildProcess; readonly serverId: number }> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../daemon/supervisor.js', import.meta.url)), binary.path, directory],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  atEnd(() => child.kill('SIGKILL'));
  const [line]: unknown[] = await once(child.stdout ?? child, 'data');
  return { child, serverId: Number(String(line).split(' ')[0]) };
}

describe('the supervised server', () => {
  it('is started anew when it dies, on the same port, again and again', async () => {
    const { server, next } = await start(temporaryDirectory());
    const { port } = server;
    for (let round = 0; round < 3; round++) {
      const restarted = next('restarted');
      const died = next('died');
      const before = server.processId;
      process.kill(before, 'SIGKILL');
      assert.deepEqual(await died, { kind: 'died', reason: 'signal SIGKILL' });
      await restarted;
      assert.notEqual(server.processId, before);
      assert.equal(server.port, port);
    }
    const last = identify(server.processId);
    await server.stop();
    assert.ok(!isSameProcess(last));
  });

  it('ends when its supervisor is killed with -9', async () => {
    const { child, serverId } = await startSupervisor(temporaryDirectory());
    const server = identify(serverId);
    assert.ok(isSameProcess(server));
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(await untilGone(server, 3000));
  });

  it('is not reached by Ctrl-C in the terminal: it leads a group of its own', async () => {
    const { serverId } = await startSupervisor(temporaryDirectory());
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(serverId)], { encoding: 'utf8' });
    assert.equal(Number(group), serverId);
  });

  it('that was left behind is ended by the next start, and nothing else is', async () => {
    const directory = temporaryDirectory();
    const leftover = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const foreign = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    atEnd(() => [leftover, foreign].map((child) => child.kill('SIGKILL')));
    await Promise.all([once(leftover, 'spawn'), once(foreign, 'spawn')]);
    const gone = once(leftover, 'exit');
    writeFileSync(join(directory, 'nats-server.json'), JSON.stringify(identify(leftover.pid ?? 0)));
    await (await start(directory)).server.stop();
    assert.deepEqual((await gone).slice(0, 2), [null, 'SIGTERM']);
    // The id of a dead one may belong to somebody else by now.
    writeFileSync(
      join(directory, 'nats-server.json'),
      JSON.stringify({ processId: foreign.pid, start: 'another time' }),
    );
    await (await start(directory)).server.stop();
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
  });

  it('says that the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    atEnd(() => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await assert.rejects(start(temporaryDirectory(), port), {
      code: 'FLEET',
      message: `Port ${port} of 127.0.0.1 is in use by another program.`,
      hint: /--port/,
    });
  });
});

describe('a process', () => {
  it('is signalled only if it is the very one', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    const own = identify(child.pid ?? 0);
    assert.equal(signalProcess({ ...own, start: 'x' }, 'SIGKILL'), false);
    assert.equal(signalProcess({ ...own, start: null }, 'SIGKILL'), false);
    assert.equal(signalProcess(own, 'SIGKILL'), true);
    await once(child, 'exit');
    assert.equal(signalProcess(own, 'SIGKILL'), false);
  });
});

describe('the program of the server', () => {
  /** A program that says that it is a nats-server of that version. */
  function pretend(directory: string, version: string): string {
    mkdirSync(directory, { recursive: true });
    const path = join(directory, 'nats-server');
    writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('is the one on PATH if it is new enough', async () => {
    const home = temporaryDirectory();
    const old = pretend(join(home, 'old'), '2.9.10');
    const path = pretend(join(home, 'new'), '2.11.0');
    const found = await findNatsServer({
      variables: { PATH: `${dirname(old)}:${dirname(path)}` },
      homeDirectory: home,
    });
    assert.deepEqual(found, { path, version: '2.11.0' });
  });

  it('is else the one that the set-up has built', async () => {
    const home = temporaryDirectory();
    const path = pretend(join(home, '.cache', 'opensearch-benchmark-test', 'bin'), '3.0.0');
    assert.deepEqual(await findNatsServer({ variables: { PATH: '' }, homeDirectory: home }), {
      path,
      version: '3.0.0',
    });
    const other = join(home, 'elsewhere');
    cpSync(join(home, '.cache'), other, { recursive: true });
    const found = await findNatsServer({ variables: { XDG_CACHE_HOME: other }, homeDirectory: '/nonexistent' });
    assert.equal(found.path, join(other, 'opensearch-benchmark-test', 'bin', 'nats-server'));
  });

  it('that is too old or missing is an error that names both versions and says how to get one', async () => {
    const home = temporaryDirectory();
    const path = pretend(join(home, 'old'), '2.10.29');
    await assert.rejects(findNatsServer({ variables: { PATH: dirname(path) }, homeDirectory: home }), {
      code: 'FLEET',
      message: `A nats-server of version 2.11.0 or later is needed; ${path} has version 2.10.29.`,
    });
    await assert.rejects(
      findNatsServer({ variables: { PATH: '' }, homeDirectory: home }),
      (error: Error & { hint?: string }) => {
        assert.equal(error.message, 'A nats-server of version 2.11.0 or later is needed; none was found.');
        assert.ok(error.hint?.includes(platformPackage()));
        return true;
      },
    );
  });
});
