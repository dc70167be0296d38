// Needs: nats-server.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { connect } from '@nats-io/transport-node';
import { Daemon } from '../../src/daemon/daemon.ts';
import { downSubject } from '../../src/fleet/protocol/subjects.ts';
import { askNodes } from '../../src/fleet/run/node-directory.ts';
import { surveyNode } from '../../src/fleet/run/survey.ts';
import { connectCoordinator } from '../../src/nats/connect.ts';
import { findNatsServer } from '../../src/nats/nats-binary.ts';
import { packageRoot } from '../../src/package.ts';

/** The account that the page tells owners of a NATS to make. */
function documentedAccount(): string {
  const page = readFileSync(join(packageRoot, 'docs/distributed.md'), 'utf8');
  const block = /\n```\n(accounts \{[\s\S]*?)\n```\n/.exec(page)?.[1];
  assert.ok(block !== undefined, 'The page has an account');
  return block.replaceAll('"…"', '"secret"');
}

interface Server {
  readonly child: ChildProcess;
  readonly port: string;
}

async function startServer(directory: string): Promise<Server> {
  const file = join(directory, 'nats.conf');
  writeFileSync(file, `host: 127.0.0.1\nport: -1\n${documentedAccount()}\n`);
  const { path } = await findNatsServer({ variables: process.env, homeDirectory: homedir() });
  const child = spawn(path, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  for await (const line of createInterface({ input: child.stderr })) {
    log += `${line}\n`;
    const port = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return { child, port };
  }
  throw new Error(`The server does not listen:\n${log}`);
}

test('the account of docs/distributed.md lets a fleet work on an existing NATS, and its nodes command nobody', async () => {
  const work = mkdtempSync(join(tmpdir(), 'osb-account-'));
  const { child, port } = await startServer(work);
  const daemons: Daemon[] = [];
  const start = async (nodeIp: string, user: string): Promise<Daemon> => {
    const directory = join(work, nodeIp);
    const daemon = await Daemon.start({
      runDirectory: join(directory, 'daemon'),
      rootDirectory: directory,
      dataDirectory: directory,
      homeDirectory: directory,
      variables: {},
      cores: 1,
      allowsTypeScriptPlugins: false,
      nodeIp,
      coordinatorIp: '127.0.0.1',
      port: 0,
      token: null,
      tokenKeyFile: '',
      nats: { url: `nats://${user}:secret@127.0.0.1:${port}`, credentialsFile: null },
      wait: 10_000,
      log: () => undefined,
    });
    daemons.push(daemon);
    return daemon;
  };
  try {
    const joined = [await start('127.0.0.1', 'coordinator'), await start('127.0.0.2', 'node')].map(
      (daemon) => daemon.linkText,
    );
    assert.deepEqual(joined, ['joined', 'joined']);
    const bus = await connectCoordinator(join(work, '127.0.0.1/daemon'));
    const { nodes } = await askNodes(bus);
    assert.deepEqual(
      nodes.map(({ hello }) => hello.address),
      ['127.0.0.1', '127.0.0.2'],
    );
    for (const node of nodes) assert.equal((await surveyNode(bus, node, [])).probe.testRunId, '');
    await bus.close();
    const stranger = await connect({ servers: `127.0.0.1:${port}`, user: 'node', pass: 'secret' });
    for (const node of nodes)
      await assert.rejects(
        stranger.request(downSubject(node.id), '', { timeout: 1000 }),
        /Permissions Violation for Publish/,
      );
    await stranger.close();
  } finally {
    for (const daemon of daemons.reverse()) await daemon.stop('the test is over');
    child.kill();
    await once(child, 'exit');
    rmSync(work, { recursive: true });
  }
});
