// Processes: signals, errors that nobody caught, and readers that go away.
// Needs: time.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { temporaryDirectory } from './run-in-memory.ts';

const home = temporaryDirectory();
const compiled = new URL('../../src/cli/', import.meta.url).href;
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a program with one command, `go`, whose work is the given function body; it has `context`. */
function start(work: string, properties = '', stdout: 'pipe' | number = 'pipe') {
  const script = `
    const { runProcess } = await import(${JSON.stringify(`${compiled}process.js`)});
    const { defineCommand } = await import(${JSON.stringify(`${compiled}args/command.js`)});
    process.argv.splice(1, process.argv.length, 'program', 'go');
    const go = defineCommand({ name: 'go', summary: '', description: '', flags: {}, ${properties} execute: async (context) => { ${work} } });
    await runProcess({ summary: '', hasBanner: false, commands: [go] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, BENCHMARK_HOME: home },
    stdio: ['ignore', stdout, 'pipe'],
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data: Buffer) => {
    output.stdout += data;
  });
  child.stderr?.on('data', (data: Buffer) => {
    output.stderr += data;
  });
  return { child, output, closed: once(child, 'close') };
}

function stdoutOf({ stdout }: ChildProcess): NodeJS.ReadableStream {
  assert.ok(stdout !== null);
  return stdout;
}

const forever = 'const timer = setInterval(() => {}, 1000);';

describe('signals', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal} asks for an orderly end`, async () => {
      const wait =
        `${forever} console.log('up'); await new Promise((resolve) => ` +
        `context.environment.signal.addEventListener('abort', resolve)); context.console.info('stored'); return 130;`;
      const { child, output, closed } = start(wait, 'endsItself: true,');
      await once(stdoutOf(child), 'data');
      child.kill(signal);
      assert.deepEqual(await closed, [130, null]);
      assert.match(output.stdout, /^up\n\[INFO\] stored\n\n-+\n\[INFO\] ❌ CANCELLED/);
      assert.equal(output.stderr, '');
    });
  }

  it('a second one ends the process at once', async () => {
    const { child, closed } = start(
      `${forever} context.environment.signal.addEventListener('abort', () => console.log('first')); ` +
        `console.log('up'); await new Promise(() => {});`,
      'endsItself: true,',
    );
    await once(stdoutOf(child), 'data');
    const first = once(stdoutOf(child), 'data');
    child.kill('SIGINT');
    await first;
    child.kill('SIGINT');
    assert.deepEqual(await closed, [130, null]);
  });
});

describe('an end that does not come', { concurrency: 2 }, () => {
  it('is made by a second signal, which also gives the run lock back', async () => {
    const lock = join(home, 'run.lock');
    const work = `${forever}
      const { takeRunLock } = await import(${JSON.stringify(`${compiled}run-lock.js`)});
      await takeRunLock({ path: ${JSON.stringify(lock)}, processId: process.pid, testRunId: 'one', endsOther: false });
      context.environment.signal.addEventListener('abort', () => console.log('first'));
      console.log('up');
      await new Promise(() => {});`;
    const { child, closed } = start(work, 'endsItself: true,');
    await once(stdoutOf(child), 'data');
    assert.ok(existsSync(lock));
    const first = once(stdoutOf(child), 'data');
    child.kill('SIGTERM');
    await first;
    child.kill('SIGTERM');
    assert.deepEqual(await closed, [130, null]);
    assert.equal(existsSync(lock), false);
  });

  it('is made for a thread that hears no signal any more', async () => {
    const work =
      `${forever} context.environment.signal.addEventListener('abort', () => setTimeout(() => { for ` +
      `(const end = Date.now() + 20_000; Date.now() < end; ); }, 300)); console.log('up'); await new Promise(() => ` +
      '{});';
    const { child, closed } = start(work, 'endsItself: true,');
    await once(stdoutOf(child), 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await closed, [null, 'SIGKILL']);
  });
});

describe('an error that nobody caught', () => {
  for (const [name, work] of [
    ['exception', "setTimeout(() => { throw new Error('boom'); }); await new Promise(() => {});"],
    ['rejection', "Promise.reject(new Error('boom')); await new Promise(() => {});"],
  ] as const) {
    it(`(${name}) is one line on the console and a stack in the log`, async () => {
      const { output, closed } = start(`${forever} ${work}`);
      assert.deepEqual(await closed, [64, null]);
      const log = join(home, '.benchmark', 'logs', 'benchmark.log');
      assert.equal(output.stderr, `[ERROR] ❌ Internal error: boom. Details are in ${log}.\n`);
      assert.match(readFileSync(log, 'utf8'), /cli ERROR Error: boom\n {4}at /);
    });
  }
});

it('a reader that goes away does not end the work', async () => {
  const work =
    "for (let i = 0; i < 200; i++) { context.console.print('x'.repeat(1000)); await new Promise((resolve) => setImmediate(resolve)); } process.stderr.write('finished\\n'); return 0;";
  const { child, output, closed } = start(work);
  child.stdout?.once('data', () => child.stdout?.destroy());
  assert.deepEqual(await closed, [0, null]);
  assert.equal(output.stderr, 'finished\n');
});

it('a full disk behind standard output is named, and does not end the work', {
  skip: process.platform !== 'linux',
}, async () => {
  const work =
    "context.console.print('lost'); await new Promise((resolve) => setImmediate(resolve)); process.stderr.write('finished\\n'); return 0;";
  const { output, closed } = start(work, '', openSync('/dev/full', 'w'));
  assert.deepEqual(await closed, [64, null]);
  assert.match(
    output.stderr,
    /^\[ERROR\] ❌ Cannot write to standard output: the disk is full \(ENOSPC\)\..*\n(.*\n)*finished\n$/,
  );
  assert.doesNotMatch(output.stderr, /Internal error/);
});

it('an empty HOME is no directory: that of the user is taken', async () => {
  const script = `
    process.env.HOME = '';
    const { runProcess } = await import(${JSON.stringify(`${compiled}process.js`)});
    const { defineCommand } = await import(${JSON.stringify(`${compiled}args/command.js`)});
    process.argv.splice(1, process.argv.length, 'program', 'go');
    const execute = async (context) => { context.console.print('<' + context.environment.homeDirectory + '>'); return 0; };
    const go = defineCommand({ name: 'go', summary: '', description: '', flags: {}, execute });
    await runProcess({ summary: '', hasBanner: false, commands: [go] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, BENCHMARK_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.ok(stdout.includes(`<${userInfo().homedir}>`), stdout);
});
