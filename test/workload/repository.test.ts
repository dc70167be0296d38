// Workloads from real git repositories, and the built-in ones that stand in for them.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { millis } from '../../src/units.ts';
import { findWorkload, openCollection, workloadNames } from '../../src/workload/find.ts';
import { runGit } from '../../src/workload/git.ts';
import { commit, git, gitEnvironment, readFound, setUp } from './git-repositories.ts';
import { writeFiles } from './temporary-files.ts';

test('clones, chooses the branch by version, and names the revision', async (context) => {
  const { upstream, clone, address } = setUp(context);
  const found = await findWorkload({ ...address, distributionVersion: '2.11.0' });
  const revision = git(upstream, 'rev-parse', '--short', '2');
  assert.deepEqual(found, {
    name: 'w',
    directory: join(clone, 'w'),
    file: join(clone, 'w', 'workload.json'),
    source: { kind: 'repository', repository: 'default', url: upstream, revision },
    notices: [],
  });
  assert.equal(readFileSync(found.file, 'utf8'), '2');
  assert.equal(await readFound({ ...address, distributionVersion: '1.0.0' }), '1');
  assert.equal(await readFound({ ...address, distributionVersion: '4.0.0' }), 'main');
  assert.equal(await readFound(address), 'main');
});

test('fetches what is new, offline it does not', async (context) => {
  const { upstream, address } = setUp(context);
  assert.equal(await readFound(address), 'main');
  commit(upstream, 'main', 'main, newer');
  assert.equal(await readFound({ ...address, isOffline: true }), 'main');
  assert.equal(await readFound(address), 'main, newer');
});

test('a lost connection uses the clone and says so', async (context) => {
  const { upstream, address } = setUp(context);
  await findWorkload(address);
  rmSync(upstream, { recursive: true });
  const found = await findWorkload(address);
  assert.equal(found.source.kind, 'repository');
  assert.equal(found.notices.length, 1);
  assert.match(
    found.notices[0] ?? '',
    /^Workload repository \[default\]: could not be updated \(.*does not appear to be a git repository.*\); the copy/,
  );
});

test('uncommitted changes survive; a change that is in the way is told', async (context) => {
  const { upstream, clone, address } = setUp(context);
  await findWorkload(address);
  writeFileSync(join(clone, 'w', 'workload.json'), 'mine');
  assert.equal(await readFound(address), 'mine');
  commit(upstream, 'main', 'main, newer');
  const found = await findWorkload(address);
  assert.equal(readFileSync(found.file, 'utf8'), 'mine');
  assert.match(found.notices[0] ?? '', /Branch main in .* could not be updated: .*w\/workload\.json/);
  await assert.rejects(findWorkload({ ...address, distributionVersion: '2.0.0' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /cannot be checked out/,
  });
});

test('a revision is checked out as it is', async (context) => {
  const { upstream, address } = setUp(context);
  const hash = git(upstream, 'rev-parse', '7');
  assert.equal(await readFound({ ...address, revision: hash }), '7');
  git(upstream, 'tag', 'v9', '1');
  const found = await findWorkload({ ...address, revision: 'v9' });
  assert.equal(readFileSync(found.file, 'utf8'), '1');
  assert.deepEqual(found.source.kind === 'repository' && found.source.revision, 'v9');
  await assert.rejects(findWorkload({ ...address, revision: 'nonsense' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /does not have the revision "nonsense"/,
  });
  await assert.rejects(findWorkload({ ...address, revision: '--help' }), { code: 'WORKLOAD_REPOSITORY' });
});

test('tags serve a version that no branch fits', async (context) => {
  const { upstream, address } = setUp(context);
  git(upstream, 'tag', 'v0.9', '1');
  assert.equal(await readFound({ ...address, distributionVersion: '0.9.3' }), '1');
  await assert.rejects(findWorkload({ ...address, distributionVersion: '0.8.0' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /no branch or tag for version 0\.8\.0/,
  });
});

test('without an address only a local repository will do', async (context) => {
  const { upstream, address } = setUp(context);
  const local = { ...address, repositoryUrl: null, repositoriesDirectory: join(upstream, '..') };
  assert.equal(await readFound({ ...local, repository: 'upstream', distributionVersion: '1.2.0' }), '1');
  await assert.rejects(openCollection({ ...local, repository: 'absent', builtinDirectory: '/nowhere' }, null), {
    code: 'WORKLOAD_REPOSITORY',
    message: /\[absent\] has no address \(key absent\.url/,
  });
});

test('the built-in workload stands in for a repository that cannot be reached', async (context) => {
  const { upstream, address } = setUp(context);
  rmSync(upstream, { recursive: true });
  const found = await findWorkload(address);
  assert.deepEqual(found.source, { kind: 'builtin' });
  assert.equal(readFileSync(found.file, 'utf8'), 'builtin');
  assert.match(
    found.notices[0] ?? '',
    /^Workload repository \[default\] cannot be cloned from .* The built-in workload \[w\] is used\.$/,
  );
  await assert.rejects(findWorkload({ ...address, workload: 'geonames' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /cannot be cloned/,
  });
  await assert.rejects(findWorkload({ ...address, revision: 'abc' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /cannot be cloned/,
  });
  const offline = await findWorkload({ ...address, isOffline: true });
  assert.match(offline.notices[0] ?? '', /--offline forbids to fetch it\. The built-in workload \[w\] is used\.$/);
});

test('a host that accepts and hangs up fails at once, without its password in the message', async (context) => {
  const { address } = setUp(context);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const started = performance.now();
  await assert.rejects(
    findWorkload({ ...address, workload: 'x', repositoryUrl: `http://user:secret@127.0.0.1:${port}/r` }),
    (error) => {
      assert.ok(error instanceof BenchmarkError);
      assert.equal(error.code, 'WORKLOAD_REPOSITORY');
      assert.match(error.message, new RegExp(`cannot be cloned from http://127.0.0.1:${port}/r: `));
      assert.doesNotMatch(error.message, /secret/);
      return true;
    },
  );
  assert.ok(performance.now() - started < 5000);
});

test('a host that accepts and never answers is given up', async (context) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  await assert.rejects(
    runGit(['ls-remote', '--', `http://127.0.0.1:${port}/r`], { environment: gitEnvironment }, millis(200)),
    {
      message: 'git ls-remote got no answer within 0.2 s',
    },
  );
});

test('the repository "builtin" needs no git', async (context) => {
  const { address } = setUp(context);
  const found = await findWorkload({ ...address, repository: 'builtin', git: { environment: { PATH: '/nowhere' } } });
  assert.deepEqual(found.source, { kind: 'builtin' });
  assert.deepEqual(workloadNames(join(found.directory, '..')), ['w']);
  await assert.rejects(findWorkload({ ...address, repository: 'builtin', workload: 'ww' }), {
    code: 'WORKLOAD_NOT_FOUND',
    message: /There is no workload \[ww\] in the built-in workloads .* It has: w\./,
  });
});

test('a machine without git uses the built-in workload', async (context) => {
  const { address } = setUp(context);
  const found = await findWorkload({ ...address, git: { environment: { PATH: '/nowhere' } } });
  assert.match(found.notices[0] ?? '', /git is not installed or not on the PATH/);
});

test('names cannot leave the repository', async (context) => {
  const { address } = setUp(context);
  for (const workload of ['../upstream/w', '/etc', '..', '.git']) {
    await assert.rejects(findWorkload({ ...address, workload }), { code: 'WORKLOAD_NOT_FOUND' });
  }
  await assert.rejects(findWorkload({ ...address, repository: '../no-such-repository' }), {
    code: 'WORKLOAD_REPOSITORY',
    message: /no-such-repository does not exist/,
  });
  await assert.rejects(findWorkload({ ...address, repository: '-x' }), { code: 'USAGE', exitCode: 64 });
});

test('a path is a directory with workload.json, or a .json file', async (context) => {
  const { upstream, address } = setUp(context);
  const byPath = { ...address, workload: null };
  const directory = join(upstream, 'w');
  assert.deepEqual(await findWorkload({ ...byPath, workloadPath: directory }), {
    name: 'w',
    directory,
    file: join(directory, 'workload.json'),
    source: { kind: 'path', path: directory },
    notices: [],
  });
  writeFiles(directory, { 'mine.json': '', 'mine.txt': '' });
  const file = join(directory, 'mine.json');
  assert.deepEqual(await findWorkload({ ...byPath, workloadPath: file }), {
    name: 'mine',
    directory,
    file,
    source: { kind: 'path', path: file },
    notices: [],
  });
  for (const [path, message] of [
    [join(directory, 'mine.txt'), /must end with \.json/],
    [upstream, /holds no workload\.json/],
    [join(directory, 'absent'), /no such file or directory/],
  ] as const) {
    await assert.rejects(findWorkload({ ...byPath, workloadPath: path }), {
      code: 'WORKLOAD_NOT_FOUND',
      exitCode: 64,
      message,
    });
  }
  await assert.rejects(findWorkload({ ...address, workloadPath: directory }), { code: 'USAGE', exitCode: 64 });
  await assert.rejects(findWorkload(byPath), { code: 'USAGE', exitCode: 64 });
});
