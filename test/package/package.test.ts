// Needs: Go and npm.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { type PackedTarballs, packAll } from '../../scripts/package.ts';
import { findGo } from '../../scripts/package-nats.ts';
import { parsePlatforms, platformPackageName, platforms, serverPath } from '../../scripts/package-platforms.ts';
import { platformPackage } from '../../src/nats/nats-binary.ts';
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

const readJson = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

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

  test('can be imported with their types by every way of resolving modules that knows exports', async () => {
    const tarball = readFileSync(packed.main);
    const checked = await checkPackage(createPackageFromTarballData(tarball));
    assert.ok(checked.types !== false);
    // Node.js 10 knows no exports, and require() of a module needs a newer Node.js than the oldest supported one.
    const wrong = checked.problems.filter(
      (problem) => !('resolutionKind' in problem && /node10|node16-cjs/.test(problem.resolutionKind)),
    );
    assert.deepEqual(wrong, []);
    const copy = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages } = await publint({ pkgDir: 'package', pack: { tarball: copy } });
    assert.deepEqual(messages, []);
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
    for (const needed of ['dist/src/cli/main.js', 'dist/src/page/assets/page.js', 'dist/src/page/assets/page.css'])
      assert.ok(names.includes(`package/${needed}`), needed);
    assert.deepEqual(
      names.filter((name) => /\.map$|(?<!\.d)\.ts$|\.tsbuildinfo$|\/test\//.test(name)),
      [],
    );
    const orphans = names.filter(
      (name) =>
        name.startsWith('package/dist/src/') &&
        !name.startsWith('package/dist/src/page/assets/') &&
        !existsSync(join(packageRoot, name.slice(13).replace(/\.(js|d\.ts)$/, '.ts'))),
    );
    assert.deepEqual(orphans, []);
  });
});

describe('an installation from the tarballs alone', () => {
  test('has all four programs, and they run', () => {
    for (const name of ['opensearch-benchmark', 'osb', 'opensearch-benchmarkd', 'osbd']) {
      const output = execFileSync(join(prefix, 'bin', name), ['--version'], {
        encoding: 'utf8',
        env: { ...process.env, BENCHMARK_HOME: work },
      });
      assert.ok(output.includes(packageVersion), `${name}: ${output}`);
    }
  });

  test('has a server that the daemon finds though PATH and the cache are empty', async () => {
    const installed: unknown = await import(
      pathToFileURL(join(modules, 'opensearch-benchmark/dist/src/nats/nats-binary.js')).href
    );
    const { findNatsServer } = installed as typeof import('../../src/nats/nats-binary.ts');
    const found = await findNatsServer({
      variables: { PATH: '', XDG_CACHE_HOME: join(work, 'none') },
      homeDirectory: join(work, 'none'),
    });
    assert.deepEqual(found, { path: join(modules, serverPackage, serverPath(thisPlatform)), version: '2.15.2' });
    assert.equal(statSync(found.path).mode & 0o777, 0o755);
  });

  test('has the licences of everything that is linked into the server', () => {
    const notices = readFileSync(join(modules, serverPackage, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const built = execFileSync(findGo(), ['version', '-m', join(modules, serverPackage, serverPath(thisPlatform))], {
      encoding: 'utf8',
    });
    const linked = [...built.matchAll(/^\t(?:mod|dep)\t(\S+)\t(\S+)/gm)].map(
      ([, path, version]) => `${path} ${version}`,
    );
    assert.ok(linked.includes('github.com/nats-io/nats-server/v2 v2.15.2'));
    assert.deepEqual(
      linked.filter((module) => !notices.includes(`\n${module}\n`)),
      [],
    );
    assert.match(notices, /The standard library and the runtime of Go/);
    assert.match(readFileSync(join(modules, serverPackage, 'LICENSE'), 'utf8'), /Apache License\s+Version 2\.0/);
  });
});

describe('a fleet of nothing but the installation', () => {
  const run = (name: string, home: string, ...args: readonly string[]) =>
    spawnSync(join(prefix, 'bin', name), args, {
      encoding: 'utf8',
      env: { PATH: dirname(process.execPath), HOME: home, BENCHMARK_HOME: home, XDG_CACHE_HOME: join(work, 'none') },
    });

  test('starts with the commands of the tutorial, and stops', async () => {
    const [one, two] = [join(work, 'one'), join(work, 'two')];
    const port = `--port=${await freePort()}`;
    const started = (address: string): string =>
      `[INFO] Successfully started actor system on node [${address}] with coordinator node IP [127.0.0.1].\n`;
    try {
      const coordinator = run(
        'opensearch-benchmarkd',
        one,
        'start',
        '--node-ip=127.0.0.1',
        '--coordinator-ip=127.0.0.1',
        port,
      );
      assert.deepEqual([coordinator.stdout, coordinator.stderr, coordinator.status], [started('127.0.0.1'), '', 0]);
      const worker = run('osbd', two, 'start', '--node-ip=127.0.0.2', '--coordinator-ip=127.0.0.1', port);
      assert.deepEqual([worker.stdout, worker.stderr, worker.status], [started('127.0.0.2'), '', 0]);
      const log = readFileSync(join(one, '.benchmark/logs/daemon-127.0.0.1.log'), 'utf8');
      assert.ok(
        log.includes(`nats-server 2.15.2 (${join(modules, serverPackage, serverPath(thisPlatform))}) listens on port`),
        log,
      );
      const fleet = run('osb', one, 'fleet', '--worker-ips=127.0.0.2,localhost', '--quiet');
      assert.equal(fleet.status, 0, fleet.stdout + fleet.stderr);
    } finally {
      for (const home of [two, one]) run('osbd', home, 'stop');
    }
    for (const home of [two, one]) {
      const { stdout, status } = run('osbd', home, 'status');
      assert.deepEqual([stdout, status], ['Stopped\n', 3]);
    }
  });
});

test('an unknown platform is refused with the list of those that exist', () => {
  assert.throws(() => parsePlatforms('linux-x64,solaris-x64'), {
    message:
      "There is no package for 'solaris-x64'. Platforms: all, this, linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64.",
  });
});
