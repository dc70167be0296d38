// The tests that need nothing but Node.js, git and openssl: `npm run test:unit`.
//
// A file of test/ or scripts/ that needs more says so itself, in a line "// Needs: nats-server." Whatever imports it
// needs the same, so that a new test beside a helper which starts a server is told apart without a list.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/package.ts';
import { sourceFile } from './house/source-tree.ts';

/** Texts of files by their path from the root of the checkout. */
export type Sources = ReadonlyMap<string, string>;

const NEEDS = /^\/\/ Needs: (.+?)\.?$/m;

/** A test file and what it needs beyond Node.js, git and openssl: by itself or by what it imports, sorted. */
export interface TestFile {
  readonly path: string;
  readonly needs: readonly string[];
}

/** All test files of a tree, in its order. Imports that lead out of the tree (to `src/`, to packages) do not count. */
export function testFiles(sources: Sources): readonly TestFile[] {
  return [...sources.keys()]
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => ({ path, needs: [...needsOf(path, sources, new Set())].sort() }));
}

function needsOf(path: string, sources: Sources, seen: Set<string>): ReadonlySet<string> {
  const text = sources.get(path);
  if (text === undefined || seen.has(path)) return new Set();
  seen.add(path);
  const own = NEEDS.exec(text)?.[1];
  const inherited = sourceFile(path, text).imports.flatMap((other) => [...needsOf(other, sources, seen)]);
  return new Set(own === undefined ? inherited : [own, ...inherited]);
}

/** The TypeScript files of the folders of a checkout. */
export function readSources(root: string, folders: readonly string[]): Sources {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  return new Map(
    paths
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

function main(): void {
  // `--others` lists the compiled files of all other tests, for the script that runs everything.
  const wantsOthers = process.argv.includes('--others');
  const files = testFiles(readSources(packageRoot, ['test', 'scripts']));
  const units = files.filter(({ needs }) => needs.length === 0);
  if (wantsOthers) {
    const others = files.filter(({ needs }) => needs.length > 0);
    process.stdout.write(others.map(({ path }) => `dist/${path.replace(/\.ts$/, '.js')}\n`).join(''));
    return;
  }
  const others = new Set(files.flatMap(({ needs }) => needs));
  process.stderr.write(
    `${units.length} of ${files.length} test files; the others need ${[...others].sort().join(', ')}: npm test\n`,
  );
  const compiled = units.map(({ path }) => join(packageRoot, 'dist', path.replace(/\.ts$/, '.js')));
  // Many tests wait for a server or a clock: two files for each core keep the cores busy.
  const { status } = spawnSync(
    process.execPath,
    ['--test', `--test-concurrency=${2 * availableParallelism()}`, ...compiled],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main();
