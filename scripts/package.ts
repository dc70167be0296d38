// Packs what npm installs: the main package and, for each platform, the one that carries nats-server.
// docs/distributed.md says more.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/package.ts';
import { readManifest, stageMainPackage } from './package-main.ts';
import { stageNatsPackage } from './package-nats.ts';
import { type Platform, parsePlatforms, platformName } from './package-platforms.ts';

/** What is packed, and where. */
export interface PackageRequest {
  /** Root of the checkout. */
  readonly root: string;
  /** The directory into which `tsc` has compiled the tree. */
  readonly compiled: string;
  /** Directory for the tarballs. It is created if it is missing. */
  readonly out: string;
  readonly platforms: readonly Platform[];
  /** Gets a line about each step. */
  readonly onProgress: (text: string) => void;
}

/** Paths of the tarballs. */
export interface PackedTarballs {
  readonly main: string;
  /** In the order of the platforms. */
  readonly servers: readonly string[];
}

/** Packs everything. Throws an error if a part cannot be built. Tarballs that exist already are replaced. */
export function packAll({ root, compiled, out, platforms, onProgress }: PackageRequest): PackedTarballs {
  const work = mkdtempSync(join(tmpdir(), 'osb-package-'));
  try {
    mkdirSync(out, { recursive: true });
    const { version } = readManifest(root);
    const servers = platforms.map((platform) => {
      onProgress(`nats-server for ${platformName(platform)}`);
      const directory = emptyDirectory(work, platformName(platform));
      stageNatsPackage({ platform, version, root, directory });
      return pack(directory, out);
    });
    onProgress('opensearch-benchmark');
    const directory = emptyDirectory(work, 'main');
    stageMainPackage({ root, compiled, platforms, directory });
    return { main: pack(directory, out), servers };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function emptyDirectory(parent: string, name: string): string {
  const directory = join(parent, name);
  mkdirSync(directory);
  return directory;
}

/**
 * Packs a directory with npm, so that files and modes are the same on all machines. Returns the path of the tarball.
 */
function pack(directory: string, out: string): string {
  const name = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', `--pack-destination=${out}`], {
    cwd: directory,
    encoding: 'utf8',
  });
  return join(out, name.trim());
}

const USAGE = `Usage: scripts/package [--platforms=all|this|linux-x64,…] [--out=DIRECTORY]
  Packs opensearch-benchmark and, for each platform, the package with its nats-server, into dist/packages or DIRECTORY.
  Prints the paths of the tarballs.
  Platforms: all (default), this, or some of linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64.
`;

function main(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: { platforms: { type: 'string', default: 'all' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const compiled = fileURLToPath(new URL('..', import.meta.url));
  const out = resolve(values.out ?? join(packageRoot, 'dist/packages'));
  const onProgress = (text: string): void => void process.stderr.write(`[package] ${text}\n`);
  const packed = packAll({ root: packageRoot, compiled, out, platforms: parsePlatforms(values.platforms), onProgress });
  process.stdout.write(`${[packed.main, ...packed.servers].join('\n')}\n`);
  return 0;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 1;
  }
}
