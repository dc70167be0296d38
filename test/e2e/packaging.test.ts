// The package as users install it: packed, installed with npm into a directory of its own, and used.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { packageRoot, packageVersion } from '../../src/package.ts';
import { Home, taskOf } from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { rootRequest, workloadJson } from './small-workloads.ts';

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

describe('the package', () => {
  const home = new Home();
  let packed: Packed;
  let target: FakeOpenSearch;

  before(async () => {
    target = await startFakeOpenSearch();
    const npm = (...words: readonly string[]): string =>
      execFileSync('npm', words, { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [first] = JSON.parse(
      npm('pack', '--json', '--ignore-scripts', '--pack-destination', home.directory),
    ) as readonly Packed[];
    assert.ok(first);
    packed = first;
    npm(
      'install',
      '--global',
      '--prefix',
      home.path('installed'),
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(home.directory, packed.filename),
    );
  });

  after(async () => {
    home.dispose();
    await target.close();
  });

  const command = (name: string): string => home.path('installed', 'bin', name);

  test('holds the program, its workloads and its documentation, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const kinds = new Set(
      paths.map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('src/') ? 3 : path.startsWith('dist/') ? 2 : 1)
          .join('/'),
      ),
    );
    const allowed = [
      'bin',
      'dist/src',
      'src/python/glue',
      'workloads',
      'docs',
      'deploy',
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ];
    assert.deepEqual(
      [...kinds].filter((kind) => !allowed.includes(kind)),
      [],
    );
    for (const needed of [
      'bin/opensearch-benchmark',
      'bin/opensearch-benchmarkd',
      'dist/src/cli/main.js',
      'workloads/eventdata/workload.json',
      'docs/errors.md',
      'LICENSE',
      'README.md',
    ]) {
      assert.ok(paths.includes(needed), needed);
    }
    assert.deepEqual(
      paths.filter((path) => /((?<!\.d)\.ts|\.test\.js|\.tsbuildinfo|\.tgz)$/.test(path)),
      [],
    );
    assert.ok(packed.unpackedSize < 8_000_000, `${packed.unpackedSize} bytes`);
  });

  test('has working commands', async () => {
    for (const name of ['opensearch-benchmark', 'osb', 'opensearch-benchmarkd', 'osbd']) {
      const { code, stdout } = await home.run(['--version'], { program: command(name) });
      assert.deepEqual([code, stdout], [0, `opensearch-benchmark ${packageVersion}\n`], name);
    }
    const listed = await home.run(['list', 'workloads', '--workload-repository=builtin', '--offline'], {
      program: command('osb'),
    });
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^eventdata /m);
  });

  test('runs a test', async () => {
    const path = home.workload('w', { 'workload.json': workloadJson({ schedule: [rootRequest(3)] }) });
    const words = [
      'execute-test',
      `--workload-path=${path}`,
      `--target-hosts=${target.host}`,
      '--test-mode',
      '--test-run-id=installed',
    ];
    const ended = await home.run(words, { program: command('opensearch-benchmark') });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(taskOf(home.testRun('installed'), 'ask-root').errors, 0);
    const generated = await home.run(
      [
        'execute-test',
        '--workload=eventdata',
        '--workload-repository=builtin',
        `--target-hosts=${target.host}`,
        '--test-mode',
        '--include-tasks=index-append',
      ],
      { program: command('osb') },
    );
    assert.equal(generated.code, 0, generated.stderr);
    assert.match(home.dataFiles().join(), /eventdata\/eventdata-.*\.json/);
  });
});
