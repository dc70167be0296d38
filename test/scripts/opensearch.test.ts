// Needs: a JDK.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sharedOpenSearch } from '../../scripts/opensearch.ts';

const program = fileURLToPath(new URL('../../scripts/opensearch.js', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: URL;
  readonly serverPid: number;
  readonly directory: string;
}

/** Runs the command `start` in a process of its own, up to the point where the server answers. */
async function startInAnotherProcess(): Promise<Started> {
  const child = spawn(process.execPath, [program, 'start'], {
    env: { ...process.env, OSB_TEST_OPENSEARCH_HEAP: '512m' },
  });
  let messages = '';
  child.stderr.on('data', (text: Buffer) => {
    messages += text.toString();
  });
  const [address] = await Promise.race([
    once(child.stdout, 'data') as Promise<[Buffer]>,
    once(child, 'exit').then(() => Promise.reject(new Error(`It ended: ${messages}`))),
  ]);
  const facts = /process (\d+), log (.*)\)/.exec(messages);
  return {
    child,
    url: new URL(address.toString().trim()),
    serverPid: Number(facts?.[1]),
    directory: dirname(facts?.[2] ?? ''),
  };
}

describe('the OpenSearch for tests', () => {
  test('runs unprivileged on a free port, and dies with the process that started it, even if that is killed', async () => {
    const { child, url, serverPid, directory } = await startInAnotherProcess();
    try {
      const root = (await (await fetch(url)).json()) as { version: { distribution: string; number: string } };
      assert.equal(root.version.distribution, 'opensearch');
      const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${serverPid}/status`, 'utf8'))?.[1];
      assert.notEqual(uid, '0');
      const socket = connect(Number(url.port), url.hostname);
      await once(socket, 'connect');
      // A killed server may reset the connection; that is an end, too.
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => undefined);
      socket.resume();
      child.kill('SIGKILL');
      await closed;
    } finally {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('that a run has started is used by every test', async () => {
    const before = process.env.OSB_TEST_OPENSEARCH_URL;
    process.env.OSB_TEST_OPENSEARCH_URL = 'http://127.0.0.1:12345';
    try {
      const server = await sharedOpenSearch();
      assert.equal(server.url, 'http://127.0.0.1:12345');
      assert.equal(server.port, 12_345);
      await server.stop();
    } finally {
      if (before === undefined) delete process.env.OSB_TEST_OPENSEARCH_URL;
      else process.env.OSB_TEST_OPENSEARCH_URL = before;
    }
  });

  test('names the plug-ins that can be had if another one is asked for', async () => {
    const args = [program, 'start', '--plugin', 'opensearch-nonsense'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const [[text], [code]] = await Promise.all([once(child.stderr, 'data') as Promise<[Buffer]>, once(child, 'exit')]);
    const known = 'opensearch-job-scheduler, opensearch-knn, opensearch-ml';
    assert.equal(text.toString(), `There is no plug-in "opensearch-nonsense" for tests, only ${known}.\n`);
    assert.equal(code, 1);
  });

  test('is explained by its command', async () => {
    const child = spawn(process.execPath, [program, 'nonsense'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [[text], [code]] = await Promise.all([once(child.stderr, 'data') as Promise<[Buffer]>, once(child, 'exit')]);
    assert.match(text.toString(), /^Usage: /);
    assert.equal(code, 2);
    assert.ok(existsSync(program));
  });
});
