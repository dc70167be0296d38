// How the Python process is started: with which program, with which rights.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package.ts';
import type { SharedFile } from './sandbox/read-only-files.ts';

/** The directory with the Python files of this program. */
const glueDirectory = join(packageRoot, 'src', 'python', 'glue');
/** Pages of 64 KiB that the memory of Python may have: 1 GiB. */
const MEMORY_PAGES = 16_384;
/** The stack in KiB: Python and its C code go deeper than a program of Node.js. */
const STACK = 3_000;

/** What the Python process may read, and where it finds a quick start. */
export interface Launch {
  /** Absolute path of the directory of the workload. */
  readonly directory: string;
  readonly files: readonly SharedFile[];
  /** Where the memory of a started Python is kept; `null` = Python starts from scratch. */
  readonly snapshot: string | null;
}

/** Directory of the package `pyodide`. */
export function pyodideDirectory(): string {
  return realpathSync(dirname(createRequire(import.meta.url).resolve('pyodide/package.json')));
}

/** The name of the snapshot of this version: another Python, another program or another machine has another one. */
export function snapshotName(): string {
  const hash = createHash('sha256');
  hash.update(`${process.version} ${process.arch} ${readFileSync(join(pyodideDirectory(), 'package.json'), 'utf8')}`);
  const files = readdirSync(glueDirectory, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.py')).sort())
    hash.update(`${file} ${readFileSync(join(glueDirectory, file), 'utf8')}`);
  return `python-${hash.digest('hex').slice(0, 24)}.snapshot`;
}

/** Whether a file of this name is a snapshot of this or another version. */
export const isSnapshot = (name: string): boolean => /^python-\w+\.snapshot$/.test(name);

/**
 * Starts the process. It has no environment, may start nothing, and reads nothing but Python, the workload and its
 * siblings' modules. It talks over its third descriptor.
 */
export function launch({ directory, files, snapshot }: Launch): ChildProcess {
  const program = fileURLToPath(new URL('./sandbox/main.js', import.meta.url));
  const pyodide = pyodideDirectory();
  const own = realpathSync(directory);
  const readable = [
    `${dirname(realpathSync(program))}/*`,
    `${realpathSync(packageRoot)}/package.json`,
    `${pyodide}/*`,
    `${realpathSync(glueDirectory)}/*`,
    `${own}/*`,
    ...files.filter(({ source }) => !source.startsWith(`${own}/`)).map(({ source }) => source),
    ...(snapshot === null ? [] : [snapshot]),
  ];
  const flags = [
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    // The quick compiler makes the interpreter half as fast, and leaves that to be mended in the middle of the load.
    '--no-liftoff',
    `--wasm-max-mem-pages=${MEMORY_PAGES}`,
    `--stack-size=${STACK}`,
    permissionFlag(process.versions.node),
    ...readable.map((path) => `--allow-fs-read=${path}`),
  ];
  const words = [realpathSync(program), pyodide, realpathSync(glueDirectory), snapshot ?? ''];
  return spawn(process.execPath, [...flags, ...words], {
    cwd: '/',
    // Dates are the same on all nodes, wherever they stand.
    env: { TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // Ctrl-C in a terminal goes to all processes of its group; this one is ended by its owner.
    detached: true,
  });
}

/** The flag that switches on Node's permission model in this version. */
export function permissionFlag(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isStable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
  return isStable ? '--permission' : '--experimental-permission';
}
