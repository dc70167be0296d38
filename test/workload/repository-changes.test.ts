// Clones whose origin, address or working copy has changed in ways that git alone does not settle.
// Needs: time.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { findWorkload, type WorkloadAddress } from '../../src/workload/find.ts';
import { runGit } from '../../src/workload/git.ts';
import { commit, git, gitEnvironment, readFound, type Setup, setUp } from './git-repositories.ts';
import { temporaryFiles, writeFiles } from './temporary-files.ts';

/** The clone exists and stands on main. */
async function cloned(context: TestContext): Promise<Setup> {
  const setup = setUp(context);
  assert.equal(await readFound(setup.address), 'main');
  return setup;
}

/** Replaces the last commit of a branch by another one. */
function rewrite(directory: string, branch: string, text: string): void {
  git(directory, 'checkout', '-q', branch);
  writeFiles(directory, { 'w/workload.json': text });
  git(directory, 'commit', '-q', '-a', '--amend', '-m', `rewritten: ${text}`);
}

/** Finds the workload in a process of its own, and resolves with its text. */
async function spawnFind(address: WorkloadAddress): Promise<string> {
  const module = JSON.stringify(new URL('./git-repositories.js', import.meta.url).href);
  const program = `import { readFound } from ${module}; console.log(await readFound(${JSON.stringify(address)}));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return output.trim();
}

async function failure(work: Promise<unknown>): Promise<BenchmarkError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BenchmarkError, String(error));
  return error;
}

test('another address gets a clone of its own, and says so', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  const other = `${upstream}-2`;
  mkdirSync(other);
  git(other, 'init', '-q', '-b', 'main');
  commit(other, 'main', 'other');
  const found = await findWorkload({ ...address, repositoryUrl: other });
  assert.equal(readFileSync(found.file, 'utf8'), 'other');
  assert.deepEqual(found.notices, [
    `Workload repository [default]: cloned anew from ${other}; ${clone} was a clone of ${upstream}.`,
  ]);
  // Branches of the old origin are gone with it.
  assert.equal(await readFound({ ...address, repositoryUrl: other, distributionVersion: '1.0.0' }), 'other');
  assert.deepEqual((await findWorkload({ ...address, repositoryUrl: other })).notices, []);
});

test('another address that cannot be reached is no reason to use the old clone', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  const wanted = { ...address, workload: 'absent', repositoryUrl: `${upstream}-gone` };
  const unreachable = await failure(findWorkload(wanted));
  assert.equal(unreachable.code, 'WORKLOAD_REPOSITORY');
  assert.match(unreachable.message, /cannot be cloned from .*-gone/);
  assert.equal(readFileSync(join(clone, 'w/workload.json'), 'utf8'), 'main', 'the old clone is still whole');
  const offline = await failure(findWorkload({ ...wanted, isOffline: true }));
  assert.match(
    offline.message,
    new RegExp(`${clone} is a clone of ${upstream}, not of ${upstream}-gone as configured, and --offline forbids`),
  );
});

test('a clone of another address with own work is not thrown away', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  const elsewhere = { ...address, repositoryUrl: `${upstream}-elsewhere` };
  const refuses = async (): Promise<void> => {
    const error = await failure(findWorkload(elsewhere));
    assert.match(error.message, /and it holds changes that would be lost\.$/);
    assert.match(error.hint ?? '', /^Move .* away, or correct default\.url/);
  };
  writeFileSync(join(clone, 'w/own.json'), 'own');
  await refuses();
  git(clone, 'stash', '--quiet', '--include-untracked');
  await refuses();
  git(clone, 'stash', 'pop', '--quiet');
  git(clone, 'add', '.');
  git(clone, 'commit', '-q', '-m', 'own');
  git(clone, 'checkout', '-q', '-b', 'own');
  git(clone, 'branch', '-f', 'main', 'origin/main');
  await refuses();
  assert.equal(readFileSync(join(clone, 'w/own.json'), 'utf8'), 'own');
});

test('another spelling of the same address keeps the clone', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  writeFileSync(join(clone, 'w/own.json'), 'own');
  for (const repositoryUrl of [`${upstream}/`, `file://${upstream}`, `${upstream}/.git`]) {
    assert.deepEqual((await findWorkload({ ...address, repositoryUrl })).notices, []);
    assert.equal(git(clone, 'config', '--get', 'remote.origin.url'), repositoryUrl);
  }
});

test('a branch that was rewritten at its origin is followed, by whatever it was checked out before', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  assert.equal(await readFound({ ...address, distributionVersion: '2.0.0' }), '2');
  for (const text of ['2, again', '2, once more']) {
    rewrite(upstream, '2', text);
    const found = await findWorkload({ ...address, distributionVersion: '2.0.0' });
    assert.equal(readFileSync(found.file, 'utf8'), text);
    assert.deepEqual(found.notices, []);
  }
  rewrite(upstream, 'main', 'main, again');
  const found = await findWorkload(address);
  assert.deepEqual([readFileSync(found.file, 'utf8'), found.notices], ['main, again', []]);
  // A run that was killed between its fetch and its check-out.
  rewrite(upstream, 'main', 'main, once more');
  git(clone, 'fetch', '-q', 'origin');
  assert.equal(await readFound(address), 'main, once more');
});

test('own commits go on top of the new ones of the origin', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  writeFiles(clone, { 'own/workload.json': 'own' });
  git(clone, 'add', '.');
  git(clone, 'commit', '-q', '-m', 'own');
  commit(upstream, 'main', 'main, newer');
  const found = await findWorkload(address);
  assert.deepEqual([readFileSync(found.file, 'utf8'), found.notices], ['main, newer', []]);
  assert.equal(await readFound({ ...address, workload: 'own' }), 'own');
});

test('own commits keep a rewritten branch as it is, with a hint that works', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  writeFiles(clone, { 'own/workload.json': 'own' });
  git(clone, 'add', '.');
  git(clone, 'commit', '-q', '-m', 'own');
  rewrite(upstream, 'main', 'main, again');
  const found = await findWorkload(address);
  assert.equal(readFileSync(found.file, 'utf8'), 'main');
  const [notice = ''] = found.notices;
  assert.match(
    notice,
    /Branch main in .* was not updated: its origin has been rewritten, and a commit of the branch would be lost\./,
  );
  const rebase = / (rebase --onto \S+ \w+ main)\./.exec(notice)?.[1] ?? '';
  git(clone, ...rebase.split(' '));
  assert.deepEqual((await findWorkload(address)).notices, []);
  assert.equal(await readFound(address), 'main, again');
  assert.equal(await readFound({ ...address, workload: 'own' }), 'own');
});

test('own commits that conflict with those of the origin stay, and no rebase is left half done', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  commit(clone, 'main', 'own');
  commit(upstream, 'main', 'main, newer');
  const found = await findWorkload(address);
  assert.equal(readFileSync(found.file, 'utf8'), 'own');
  assert.match(
    found.notices[0] ?? '',
    /Branch main in .* could not be updated: could not apply .* To drop your own changes: git -C .* reset --hard origin\/main$/,
  );
  assert.equal(git(clone, 'symbolic-ref', '--short', 'HEAD'), 'main');
});

test('local changes in the way are named with their files and with what to do', async (context) => {
  const { clone, address } = await cloned(context);
  writeFileSync(join(clone, 'w/workload.json'), 'mine');
  const error = await failure(findWorkload({ ...address, distributionVersion: '2.0.0' }));
  assert.match(
    error.message,
    /local changes to the following files would be overwritten by checkout: w\/workload\.json\.$/,
  );
  assert.match(error.hint ?? '', /^Commit them, undo them .* or run the workload as it is with --workload-path\.$/);
  git(clone, 'checkout', '-q', '--', '.');
  git(clone, 'checkout', '-q', '--detach');
  git(clone, 'rm', '-rq', '--cached', 'w');
  const untracked = await failure(findWorkload({ ...address, distributionVersion: '2.0.0' }));
  assert.match(
    untracked.message,
    /would be overwritten by checkout: w\/workload\.json\.$|local changes .* w\/workload\.json/,
  );
});

test('local changes of other files do not keep a branch from being updated', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  writeFiles(upstream, { 'other/workload.json': 'other' });
  git(upstream, 'add', '.');
  git(upstream, 'commit', '-q', '-m', 'other');
  await findWorkload(address);
  writeFileSync(join(clone, 'other/workload.json'), 'mine');
  commit(upstream, 'main', 'main, newer');
  const found = await findWorkload(address);
  assert.deepEqual([readFileSync(found.file, 'utf8'), found.notices], ['main, newer', []]);
  assert.equal(readFileSync(join(clone, 'other/workload.json'), 'utf8'), 'mine');
});

test('a branch is followed from a detached head, and if a tag has its name', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  git(upstream, 'tag', '2', '1');
  git(clone, 'checkout', '-q', '--detach');
  assert.equal(await readFound({ ...address, distributionVersion: '2.0.0' }), '2');
  git(clone, 'checkout', '-q', '--detach');
  assert.equal(await readFound(address), 'main');
});

test('a revision that is a branch of the origin is the newest of it', async (context) => {
  const { upstream, address } = await cloned(context);
  commit(upstream, 'main', 'main, newer');
  assert.equal(await readFound({ ...address, revision: 'main' }), 'main, newer');
  git(upstream, 'checkout', '-q', '1');
  commit(upstream, '1', '1, newer');
  assert.equal(await readFound({ ...address, revision: '1' }), '1, newer');
});

test('a tag that was moved at the origin does not keep the clone from being updated', async (context) => {
  const { upstream, address } = await cloned(context);
  git(upstream, 'tag', 'v1', '1');
  assert.equal(await readFound({ ...address, revision: 'v1' }), '1');
  git(upstream, 'tag', '-f', 'v1', '2');
  const found = await findWorkload({ ...address, revision: 'v1' });
  assert.deepEqual([readFileSync(found.file, 'utf8'), found.notices], ['2', []]);
});

test('a branch that was deleted at the origin is used if nothing else fits, and named', async (context) => {
  const { upstream, address } = await cloned(context);
  const old = { ...address, distributionVersion: '1.3.0' };
  assert.equal(await readFound(old), '1');
  git(upstream, 'branch', '-D', '1');
  const found = await findWorkload(old);
  assert.equal(readFileSync(found.file, 'utf8'), '1');
  assert.deepEqual(found.notices, [
    'Workload repository [default]: the origin has no branch 1; the one on this machine is used.',
  ]);
});

test('a shallow clone is brought up to date', async (context) => {
  const { upstream, clone, address } = setUp(context);
  mkdirSync(join(clone, '..'), { recursive: true });
  git(upstream, 'clone', '-q', '--depth=1', '--no-single-branch', `file://${upstream}`, clone);
  commit(upstream, 'main', 'main, newer');
  assert.equal(await readFound(address), 'main, newer');
  rewrite(upstream, 'main', 'main, again');
  const found = await findWorkload(address);
  assert.deepEqual([readFileSync(found.file, 'utf8'), found.notices], ['main, again', []]);
});

test('a lock file that a killed git left is named with what to do, and matters only if something has to be written', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  writeFileSync(join(clone, '.git/index.lock'), '');
  assert.deepEqual((await findWorkload(address)).notices, []);
  commit(upstream, 'main', 'main, newer');
  const found = await findWorkload(address);
  assert.equal(readFileSync(found.file, 'utf8'), 'main');
  assert.match(
    found.notices[0] ?? '',
    /index\.lock': File exists.*If no git is at work there, one that was killed has left this file: remove it\.$/,
  );
  const error = await failure(findWorkload({ ...address, distributionVersion: '2.0.0' }));
  assert.match(error.message, /Unable to create '.*index\.lock': File exists/);
  assert.match(error.hint ?? '', /remove it/);
  rmSync(join(clone, '.git/index.lock'));
  assert.equal(await readFound(address), 'main, newer');
});

test('a clone without an address, or at a path, is read as it is on this machine', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  commit(upstream, 'main', 'main, newer');
  renameSync(clone, join(clone, '../mine'));
  assert.equal(await readFound({ ...address, repository: 'mine', repositoryUrl: null }), 'main');
  const byPath = await findWorkload({ ...address, repository: join(clone, '../mine'), distributionVersion: '3.0.0' });
  assert.deepEqual(byPath.source.kind === 'repository' && [byPath.source.repository, byPath.source.url], [
    join(clone, '../mine'),
    null,
  ]);
  const plain = temporaryFiles(context, { 'w/workload.json': 'plain' });
  assert.equal(await readFound({ ...address, repository: plain, repositoryUrl: null }), 'plain');
  for (const [repository, revision, message] of [
    [join(plain, 'absent'), null, /^The workload repository .*absent does not exist\.$/],
    [plain, 'main', /^The workload repository .* is no git repository, so it has no revisions\.$/],
  ] as const) {
    const error = await failure(findWorkload({ ...address, workload: 'x', repository, revision, repositoryUrl: null }));
    assert.deepEqual(
      [error.code, error.hint],
      ['WORKLOAD_REPOSITORY', 'Check the path that --workload-repository gives.'],
    );
    assert.match(error.message, message);
  }
});

test('a local repository without a branch that fits says which it has', async (context) => {
  const { address } = setUp(context);
  const local = temporaryFiles(context, {});
  git(local, 'init', '-q', '-b', 'master');
  commit(local, 'master', 'master');
  const error = await failure(findWorkload({ ...address, repository: local, repositoryUrl: null }));
  assert.equal(error.hint, 'Choose one with --workload-revision. It has the branches: master.');
  assert.equal(await readFound({ ...address, repository: local, repositoryUrl: null, revision: 'master' }), 'master');
});

test('a directory in the place of the clone stays, and is named', async (context) => {
  const { clone, address } = setUp(context);
  writeFiles(clone, { 'w/workload.json': 'mine' });
  const error = await failure(findWorkload({ ...address, workload: 'absent' }));
  assert.match(
    error.hint ?? '',
    new RegExp(`^${clone} is in the way: move it, or name it with --workload-repository=${clone}\\.$`),
  );
  assert.equal(readFileSync(join(clone, 'w/workload.json'), 'utf8'), 'mine');
  assert.equal(existsSync(`${clone}.clone-${process.pid}`), false);
});

test('git works on the clone, whatever repository the environment is bound to', async (context) => {
  const { upstream, address } = await cloned(context);
  const other = temporaryFiles(context, {});
  git(other, 'init', '-q', '-b', 'other');
  commit(upstream, 'main', 'main, newer');
  const bound = {
    ...gitEnvironment,
    GIT_DIR: join(other, '.git'),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: join(other, '.git/index'),
  };
  assert.equal(await readFound({ ...address, git: { environment: bound } }), 'main, newer');
});

test('a host that asks for a password fails at once; nobody is asked', async (context) => {
  const { address } = setUp(context);
  const server = createServer((_request, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const error = await failure(findWorkload({ ...address, workload: 'x', repositoryUrl: `http://127.0.0.1:${port}/r` }));
  assert.match(error.message, /cannot be cloned from .*: Authentication failed|could not read (Username|Password)/);
});

test('a signal ends git at once, with all of its helpers, and CANCELLED', async (context) => {
  const { clone, address } = await cloned(context);
  // A helper that waits for something, as ssh or a credential manager does. Its end closes the pipe.
  const directory = temporaryFiles(context, {
    helper: '#!/bin/sh\nexec >"$(dirname "$0")/pipe"\necho started\nexec sleep 300\n',
  });
  chmodSync(join(directory, 'helper'), 0o755);
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const pipe = createReadStream(join(directory, 'pipe'));
  const controller = new AbortController();
  const environment = { ...gitEnvironment, GIT_SSH_COMMAND: join(directory, 'helper') };
  const work = failure(
    findWorkload({
      ...address,
      repositoryUrl: 'git@host.invalid:x',
      repositoriesDirectory: join(clone, 'new'),
      git: { environment, signal: controller.signal },
    }),
  );
  await once(pipe, 'data');
  const closed = once(pipe, 'close');
  controller.abort();
  assert.equal((await work).code, 'CANCELLED');
  await closed;
  const late = await failure(runGit(['--version'], { environment: gitEnvironment, signal: controller.signal }));
  assert.equal(late.code, 'CANCELLED');
});

test('what a broken-off clone has left is cloned anew; files of a damaged repository stay', async (context) => {
  const { upstream, clone, address } = setUp(context);
  // The state of a clone that was killed while it fetched.
  mkdirSync(join(clone, '.git/objects/pack'), { recursive: true });
  writeFileSync(join(clone, '.git/config'), '');
  const found = await findWorkload(address);
  assert.equal(readFileSync(found.file, 'utf8'), 'main');
  assert.deepEqual(found.notices, [
    `Workload repository [default]: cloned anew from ${upstream}; ${clone} was what a broken-off clone had left.`,
  ]);
  rmSync(join(clone, '.git/HEAD'));
  const error = await failure(findWorkload(address));
  assert.match(error.message, /holds files, but its \.git is damaged/);
  assert.match(error.hint ?? '', new RegExp(`^Move ${clone} away`));
  assert.equal(readFileSync(join(clone, 'w/workload.json'), 'utf8'), 'main');
});

test('a repository inside of another one is not taken for that one when it is damaged', async (context) => {
  const { upstream, clone, address } = await cloned(context);
  git(join(clone, '../..'), 'init', '-q', '-b', 'outer');
  rmSync(join(clone, '.git'), { recursive: true });
  mkdirSync(join(clone, '.git'));
  rmSync(join(clone, 'w'), { recursive: true });
  rmSync(join(clone, 'readme'));
  assert.equal(await readFound(address), 'main');
  assert.equal(git(clone, 'config', '--get', 'remote.origin.url'), upstream);
});

test('two that clone at once both get the repository, and nothing is left beside it', async (context) => {
  const { clone, address } = setUp(context);
  const killed = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(`${clone}.clone-${killed}/.git`, { recursive: true });
  const other = { ...address, git: { environment: { ...gitEnvironment, GIT_TRACE: '0' } } };
  const child = spawnFind(address);
  assert.deepEqual(await Promise.all([readFound(other), child]), ['main', 'main']);
  assert.deepEqual(readdirSync(join(clone, '..')), ['default']);
});

test('how ssh is called is left to the configuration of git, and it can ask nobody', async (context) => {
  const { address } = setUp(context);
  const directory = temporaryFiles(context, {
    helper:
      '#!/bin/sh\necho "$SSH_ASKPASS|$SSH_ASKPASS_REQUIRE|$GIT_TERMINAL_PROMPT" >"$(dirname "$0")/seen"\nexit 1\n',
  });
  chmodSync(join(directory, 'helper'), 0o755);
  writeFileSync(join(directory, 'config'), `[core]\n\tsshCommand = ${join(directory, 'helper')}\n`);
  const environment = { ...gitEnvironment, GIT_CONFIG_GLOBAL: join(directory, 'config'), SSH_ASKPASS: '/bin/ask' };
  const error = await failure(
    findWorkload({ ...address, workload: 'x', repositoryUrl: 'git@host.invalid:x', git: { environment } }),
  );
  assert.match(error.message, /cannot be cloned from git@host\.invalid:x/);
  assert.equal(readFileSync(join(directory, 'seen'), 'utf8'), '|never|0\n');
});
