// The lock of a directory: between pieces of work of this process, against other processes, and against those that
// died.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withDirectoryLock } from '../../src/corpus/directory-lock.ts';
import type { PreparationEvent } from '../../src/corpus/preparation.ts';
import { temporaryDirectory } from './workspace.ts';

const signal = new AbortController().signal;
const ignore = () => undefined;
const lockOf = (directory: string) => join(directory, '.preparation.lock');

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

async function writeLock(directory: string, pid: number, host = hostname()): Promise<void> {
  await writeFile(lockOf(directory), JSON.stringify({ pid, host, token: 'of-another' }));
}

describe('the lock of a directory', () => {
  it('names its owner while the work goes on, and is gone afterwards', async (context) => {
    const directory = await temporaryDirectory(context);
    const owner: unknown = await withDirectoryLock(directory, ignore, signal, async () =>
      JSON.parse(await readFile(lockOf(directory), 'utf8')),
    );
    assert.ok(typeof owner === 'object' && owner !== null && 'pid' in owner && 'host' in owner);
    assert.deepEqual([owner.pid, owner.host], [process.pid, hostname()]);
    assert.deepEqual(await readdir(directory), []);
  });

  it('is gone after work that failed', async (context) => {
    const directory = await temporaryDirectory(context);
    await assert.rejects(
      withDirectoryLock(directory, ignore, signal, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.deepEqual(await readdir(directory), []);
  });

  it('lets pieces of work of this process pass one after the other, in silence', async (context) => {
    const directory = await temporaryDirectory(context);
    const events: PreparationEvent[] = [];
    const log: string[] = [];
    const work = (name: string) =>
      withDirectoryLock(
        directory,
        (event) => events.push(event),
        signal,
        async () => {
          log.push(`${name} begins`);
          await readdir(directory);
          log.push(`${name} ends`);
        },
      );
    await Promise.all([work('a'), work('b')]);
    assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends']);
    assert.deepEqual(events, []);
  });

  it('waits for a living process, with a message, and goes on when that has ended', async (context) => {
    const directory = await temporaryDirectory(context);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    await writeLock(directory, child.pid ?? 0);
    const messages: string[] = [];
    const listener = (event: PreparationEvent) => {
      if (event.kind === 'info') messages.push(event.message);
      child.stdin.end();
    };
    await withDirectoryLock(directory, listener, signal, () => Promise.resolve());
    assert.equal(messages.length, 1);
    assert.match(messages[0] ?? '', new RegExp(`Process ${child.pid} on .* is preparing the documents`));
    assert.deepEqual(await readdir(directory), []);
  });

  it('is taken over from a process that died, from an earlier one of the same number, and from a machine that fell silent', async (context) => {
    const directory = await temporaryDirectory(context);
    let done = 0;
    const work = async () => {
      done++;
    };
    await writeLock(directory, deadPid());
    await withDirectoryLock(directory, ignore, signal, work);
    await writeLock(directory, process.pid);
    await withDirectoryLock(directory, ignore, signal, work);
    await writeLock(directory, 1, 'another-machine');
    const longAgo = new Date(Date.now() - 121_000);
    await utimes(lockOf(directory), longAgo, longAgo);
    await withDirectoryLock(directory, ignore, signal, work);
    assert.equal(done, 3);
    assert.deepEqual(await readdir(directory), []);
  });

  it('is not taken from a machine that renews it', async (context) => {
    const directory = await temporaryDirectory(context);
    await writeLock(directory, deadPid(), 'another-machine');
    const abort = new AbortController();
    const waiting = withDirectoryLock(
      directory,
      () => abort.abort(),
      abort.signal,
      () => Promise.resolve(),
    );
    await assert.rejects(waiting, { code: 'CANCELLED' });
    assert.deepEqual(await readdir(directory), ['.preparation.lock']);
  });
});
