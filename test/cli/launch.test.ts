// The launchers of bin/: what they say when they cannot start, and how processes end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../../src/package.ts';
import { temporaryDirectory } from './run-in-memory.ts';

const directory = temporaryDirectory();
const compiled = new URL('../../src/cli/', import.meta.url).href;

/** A checkout with the launchers and, as its compiled program, a stand-in. */
function checkout(name: string, entry: string | null): string {
  const root = join(directory, name);
  cpSync(join(packageRoot, 'bin'), join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  if (entry !== null) {
    mkdirSync(join(root, 'dist', 'src', 'cli'), { recursive: true });
    writeFileSync(join(root, 'dist', 'src', 'cli', 'process.js'), entry);
    writeFileSync(
      join(root, 'dist', 'src', 'cli', 'program.js'),
      'export const benchmarkProgram = "osb"; export const daemonProgram = "osbd";',
    );
  }
  return root;
}

const start = (root: string, command: string) =>
  spawnSync(join(root, 'bin', command), ['a', 'b'], { encoding: 'utf8' });

/** Runs a program in a process of its own, as the launchers do. */
const runCompiled = (words: readonly string[], tail = '') =>
  spawnSync(
    'bash',
    [
      '-c',
      `"$0" --input-type=module -e 'const [{ runProcess }, { benchmarkProgram }] = await ` +
        `Promise.all([import("${compiled}process.js"), import("${compiled}program.js")]); process.argv.splice(1, 0, ` +
        `"opensearch-benchmark"); await runProcess(benchmarkProgram);' -- "$@" ${tail}`,
      process.execPath,
      ...words,
    ],
    { encoding: 'utf8', env: { ...process.env, HOME: directory, BENCHMARK_HOME: directory } },
  );

describe('the launchers', () => {
  it('start their program', () => {
    const root = checkout(
      'built',
      'export const runProcess = async (program) => console.log(program, process.argv.slice(2).join());',
    );
    assert.deepEqual(
      [start(root, 'opensearch-benchmark').stdout, start(root, 'opensearch-benchmarkd').stdout],
      ['osb a,b\n', 'osbd a,b\n'],
    );
  });

  it('say what to do when the program is not built', () => {
    const { status, stderr } = start(checkout('unbuilt', null), 'opensearch-benchmark');
    assert.deepEqual([status, stderr], [64, '[ERROR] The program is not built. Run: npm ci && npm run build\n']);
  });

  it('say so when Node.js is too old', () => {
    const root = checkout('old', 'export const runProcess = async () => console.log("started");');
    const old = 'Object.defineProperty(process.versions, "node", { value: "18.20.0" })';
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`, join(root, 'bin', 'opensearch-benchmark')],
      {
        encoding: 'utf8',
      },
    );
    assert.deepEqual([status, stderr], [64, '[ERROR] Node.js 20.19 or later is needed; this is 18.20.0.\n']);
  });

  it('report an error while loading in one line', () => {
    const { status, stderr } = start(checkout('broken', 'throw new Error("half a file");'), 'opensearch-benchmark');
    assert.deepEqual([status, stderr], [64, '[ERROR] The program cannot be started: half a file\n']);
  });
});

describe('a process', () => {
  it('ends with the exit code of its command', () => {
    assert.equal(runCompiled(['list', 'pipelines']).status, 0);
    assert.equal(runCompiled(['nonsense']).status, 2);
    assert.equal(runCompiled(['run']).status, 64);
  });

  it('ends quietly when the reader of its output has gone', () => {
    const { stderr, stdout } = runCompiled(['run', '--help'], '| true; echo "$PIPESTATUS"');
    assert.deepEqual([stdout, stderr], ['0\n', '']);
  });
});
