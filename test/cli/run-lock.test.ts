// One test run at a time.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { takeRunLock } from '../../src/cli/run-lock.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { identify, mayBeAlive } from '../../src/process-identity.ts';
import { temporaryDirectory } from './run-in-memory.ts';

const directory = temporaryDirectory();
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});
let number = 0;
const lockPath = (): string => join(directory, `${number++}.lock`);
const request = (path: string, endsOther = false) => ({ path, processId: process.pid, testRunId: 'mine', endsOther });

/** A process that stays until it is ended. */
async function startOther(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  const { pid } = child;
  assert.ok(pid !== undefined);
  return Object.assign(child, { pid });
}

const hold = (path: string, processId: number, start: string | null): void =>
  writeFileSync(path, JSON.stringify({ processId, processStart: start, testRunId: 'theirs' }));

describe('the lock of a test run', () => {
  it('is taken, names its holder, and is given back', async () => {
    const path = lockPath();
    const lock = await takeRunLock(request(path));
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
      processId: process.pid,
      processStart: identify(process.pid).start,
      testRunId: 'mine',
    });
    lock.release();
    assert.equal(existsSync(path), false);
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith('0.')),
      [],
    );
  });

  it('is refused while its holder lives, naming process and test run', async () => {
    const path = lockPath();
    const other = await startOther();
    hold(path, other.pid, identify(other.pid).start);
    await assert.rejects(takeRunLock(request(path)), (error) => {
      assert.ok(error instanceof BenchmarkError);
      assert.equal(error.code, 'ANOTHER_RUN');
      assert.equal(error.message, `Another test run is going on: process ${other.pid}, test run theirs.`);
      return true;
    });
  });

  it('is taken over from a dead process, from a later one with the same id, and when it is unreadable', async () => {
    const path = lockPath();
    const other = await startOther();
    const start = identify(other.pid).start;
    other.kill('SIGKILL');
    await once(other, 'exit');
    hold(path, other.pid, start);
    (await takeRunLock(request(path))).release();
    hold(path, process.ppid, 'long ago');
    (await takeRunLock(request(path))).release();
    writeFileSync(path, '{"proc');
    (await takeRunLock(request(path))).release();
    assert.equal(existsSync(path), false);
  });

  it('is not waited for where something else has its name', async () => {
    const path = lockPath();
    execFileSync('mkfifo', [path]);
    await assert.rejects(takeRunLock(request(path)), {
      code: 'DISK',
      message: `Cannot read the lock file ${path}: This is a named pipe, not a text file.`,
    });
  });

  it('ends its holder when it is told to', async () => {
    const path = lockPath();
    const other = await startOther();
    const holder = identify(other.pid);
    hold(path, other.pid, holder.start);
    const ended = once(other, 'exit');
    (await takeRunLock(request(path, true))).release();
    assert.deepEqual(await ended, [null, 'SIGTERM']);
    assert.equal(mayBeAlive(holder), false);
  });

  it('leaves a process alone that may be another one', async () => {
    const path = lockPath();
    const other = await startOther();
    hold(path, other.pid, null);
    await assert.rejects(takeRunLock(request(path, true)), /was left alone/);
    assert.equal(other.exitCode, null);
  });

  it('is not given back by one who lost it', async () => {
    const path = lockPath();
    const lock = await takeRunLock(request(path));
    hold(path, process.ppid, 'x');
    lock.release();
    assert.equal(existsSync(path), true);
  });
});
