import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type PackedTarballs, packAll } from '../../scripts/package.ts';
import { findGo } from '../../scripts/package-nats.ts';
import { parsePlatforms, platformPackageName, platforms, serverPath } from '../../scripts/package-platforms.ts';
import { platformPackage } from '../../src/daemon/nats-binary.ts';
import { packageRoot, packageVersion } from '../../src/package.ts';
import { commandsOf, parseDockerfile } from '../deploy/dockerfile.ts';

const compiled = fileURLToPath(new URL('../../', import.meta.url));
const [thisPlatform] = parsePlatforms('this');
if (thisPlatform === undefined) throw new Error('This platform has no package.');
const serverPackage = platformPackageName(thisPlatform);
const work = mkdtempSync(join(tmpdir(), 'osb-package-test-'));
const prefix = join(work, 'prefix');
const modules = join(prefix, 'lib/node_modules');
let packed: PackedTarballs;

const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

/** Installs the tarballs in an empty prefix, with the words of the container image. */
function installLikeTheImage(): void {
  const image = parseDockerfile(join(packageRoot, 'deploy/container/Dockerfile'));
  const command = commandsOf(image, 'RUN').find((text) => text.includes('npm install --global'));
  assert.ok(command !== undefined, 'The image installs with npm');
  const { status, stderr } = spawnSync('sh', ['-ec', command.replaceAll('/packages/', `${work}/`)], {
    encoding: 'utf8',
    env: { ...process.env, NPM_CONFIG_PREFIX: prefix, NPM_CONFIG_PREFER_OFFLINE: 'true' },
  });
  assert.equal(status, 0, stderr);
}

before(() => {
  packed = packAll({ root: packageRoot, compiled, out: work, platforms: [thisPlatform], onProgress: () => undefined });
  installLikeTheImage();
});

after(() => rmSync(work, { recursive: true, force: true }));

describe('packages for npm', () => {
  test('are one for the programs and one for the server of each platform, of one version', () => {
    assert.equal(basename(packed.main), `opensearch-benchmark-${packageVersion}.tgz`);
    assert.deepEqual(
      packed.servers.map((path) => basename(path)),
      [`${serverPackage}-${packageVersion}.tgz`],
    );
  });

  test('have the names that the daemon looks for', () => {
    assert.equal(serverPackage, platformPackage());
    assert.deepEqual(platforms.map(platformPackageName), [
      'opensearch-benchmark-nats-linux-x64',
      'opensearch-benchmark-nats-linux-arm64',
      'opensearch-benchmark-nats-darwin-x64',
      'opensearch-benchmark-nats-darwin-arm64',
      'opensearch-benchmark-nats-win32-x64',
    ]);
    assert.deepEqual(new Set(platforms.map(serverPath)), new Set(['bin/nats-server', 'bin/nats-server.exe']));
  });

  test('tell npm for which machines they are', () => {
    const manifest = readJson(join(modules, serverPackage, 'package.json'));
    assert.deepEqual([manifest.os, manifest.cpu, manifest.natsServer], [[process.platform], [process.arch], 'v2.15.2']);
  });

  test('add the servers to the optional dependencies, which the checkout does not list', () => {
    const published = readJson(join(modules, 'opensearch-benchmark/package.json'));
    const own = readJson(join(packageRoot, 'package.json'));
    const ownOptional = own.optionalDependencies as Record<string, string>;
    assert.deepEqual(published.optionalDependencies, { ...ownOptional, [serverPackage]: packageVersion });
    assert.equal(Object.keys(ownOptional).includes(serverPackage), false);
    assert.deepEqual([published.devDependencies, published.scripts], [undefined, undefined]);
    assert.deepEqual([published.bin, published.dependencies], [own.bin, own.dependencies]);
  });

  test('hold no tests, no maps and nothing whose source is gone', () => {
    const names = execFileSync('tar', ['-tzf', packed.main], { encoding: 'utf8' }).trim().split('\n');
    assert.ok(names.includes('package/dist/src/cli/main.js'));
    assert.deepEqual(
      names.filter((name) => /\.map$|\.ts$|\.tsbuildinfo$|\/test\//.test(name)),
      [],
    );
    const orphans = names.filter(
      (name) => name.startsWith('package/dist/src/') && !existsSync(join(packageRoot, name.slice(13).replace(/\.js$/, '.ts'))),
    );
    assert.deepEqual(orphans, []);
  });
});

describe('an installation from the tarballs alone', () => {
  test('has all four programs, and they run', () => {
    for (const name of ['opensearch-benchmark', 'osb', 'opensearch-benchmarkd', 'osbd']) {
      const output = execFileSync(join(prefix, 'bin', name), ['--version'], { encoding: 'utf8', env: { ...process.env, BENCHMARK_HOME: work } });
      assert.ok(output.includes(packageVersion), `${name}: ${output}`);
    }
  });

  test('has a server that the daemon finds though PATH and the cache are empty', async () => {
    const installed: unknown = await import(pathToFileURL(join(modules, 'opensearch-benchmark/dist/src/daemon/nats-binary.js')).href);
    const { findNatsServer } = installed as typeof import('../../src/daemon/nats-binary.ts');
    const found = await findNatsServer({ variables: { PATH: '', XDG_CACHE_HOME: join(work, 'none') }, homeDirectory: join(work, 'none') });
    assert.deepEqual(found, { path: join(modules, serverPackage, serverPath(thisPlatform)), version: '2.15.2' });
    assert.equal(statSync(found.path).mode & 0o777, 0o755);
  });

  test('has the licences of everything that is linked into the server', () => {
    const notices = readFileSync(join(modules, serverPackage, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const built = execFileSync(findGo(), ['version', '-m', join(modules, serverPackage, serverPath(thisPlatform))], { encoding: 'utf8' });
    const linked = [...built.matchAll(/^\t(?:mod|dep)\t(\S+)\t(\S+)/gm)].map(([, path, version]) => `${path} ${version}`);
    assert.ok(linked.includes('github.com/nats-io/nats-server/v2 v2.15.2'));
    assert.deepEqual(
      linked.filter((module) => !notices.includes(`\n${module}\n`)),
      [],
    );
    assert.match(notices, /The standard library and the runtime of Go/);
    assert.match(readFileSync(join(modules, serverPackage, 'LICENSE'), 'utf8'), /Apache License\s+Version 2\.0/);
  });
});

test('an unknown platform is refused with the list of those that exist', () => {
  assert.throws(() => parsePlatforms('linux-x64,solaris-x64'), {
    message: "There is no package for 'solaris-x64'. Platforms: all, this, linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64.",
  });
});
