// A fleet on somebody else's NATS: no server of our own, the owner's credentials, the same commands.
// Needs: nats-server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { findNatsServer } from '../../src/nats/nats-binary.ts';
import { atEnd, temporaryDirectory } from '../daemon/at-end.ts';
import { freePort, Machine } from '../daemon/daemon-process.ts';

const password = 'p@ss-word-of-the-owner';
let port = 0;

before(async () => {
  port = await freePort();
  const { path } = await findNatsServer({ variables: process.env, homeDirectory: homedir() });
  const file = join(temporaryDirectory(), 'nats.conf');
  writeFileSync(
    file,
    `host: "127.0.0.1"\nport: ${port}\nauthorization { user: "osb", password: ${JSON.stringify(password)} }\n`,
  );
  const child = spawn(path, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    // Read to its end: a server that cannot write its log ends.
    child.stderr.on('data', (chunk: Buffer) => chunk.includes('Server is ready') && resolve());
  });
});

const url = (secret: string): string => `nats://osb:${encodeURIComponent(secret)}@127.0.0.1:${port}`;
const start = (node: string): readonly string[] => ['start', `--node-ip=${node}`, '--coordinator-ip=127.0.0.1'];

describe('an existing NATS', () => {
  it('carries a fleet, and its password is told to nobody', async () => {
    const [first, second] = [new Machine({ OSB_NATS_URL: url(password) }), new Machine()];
    assert.equal((await first.run(...start('127.0.0.1'))).code, 0);
    assert.equal((await second.run(...start('198.51.100.4'), `--nats-url=${url(password)}`)).code, 0);
    const status = await first.run('status');
    assert.match(status.stdout, /^Running\nRole: coordinator on an existing NATS\nNode: 127\.0\.0\.1, joined\n/);
    assert.match(status.stdout, /Nodes: 2\n {2}127\.0\.0\.1 .*\n {2}198\.51\.100\.4 /);
    assert.ok(!existsSync(join(first.directory, 'daemon', 'nats-server.conf')));
    const logs = [
      first.log('127.0.0.1'),
      second.log('198.51.100.4'),
      readFileSync(join(second.directory, 'logs', 'benchmark.log'), 'utf8'),
    ];
    for (const text of [...logs, status.stdout])
      assert.ok(!text.includes(password) && !text.includes(encodeURIComponent(password)));
    assert.equal((await second.run('stop')).code, 0);
    assert.equal((await first.run('stop')).code, 0);
  });

  it('that refuses the coordinator is a reason, without the password', async () => {
    const machine = new Machine({ OSB_NATS_URL: url('wrong-password') });
    const result = await machine.run(...start('127.0.0.1'));
    assert.equal(result.code, 64);
    assert.match(result.stderr, new RegExp(`The NATS at nats://127\\.0\\.0\\.1:${port} refused the connection\\.`));
    assert.ok(!result.stderr.includes('wrong-password'));
  });

  it('has no use for a token file', async () => {
    const result = await new Machine().run(...start('127.0.0.1'), '--nats-url=nats://127.0.0.1', '--token-file=x');
    assert.equal(result.code, 64);
    assert.match(result.stderr, /--nats-url and --token-file exclude each other/);
  });
});
