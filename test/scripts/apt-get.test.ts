// The apt-get of the set-up, with a stand-in for the real one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../../src/package.ts';

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
  /** The arguments of each call of the stand-in. */
  readonly calls: readonly string[];
}

/** Runs scripts/apt-get with a stand-in that fails `failures` times with these words. */
function run(context: TestContext, failures: number, words: string, patience = 60): Ended {
  const directory = mkdtempSync(join(tmpdir(), 'osb-apt-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const calls = join(directory, 'calls');
  writeFileSync(calls, '');
  writeFileSync(
    join(directory, 'apt-get'),
    `#!/bin/sh\necho "$*" >> "${calls}"\n[ "$(wc -l < "${calls}")" -gt ${failures} ] && exit 0\necho "${words}" ` +
      '>&2\nexit 100\n',
  );
  writeFileSync(join(directory, 'sudo'), '#!/bin/sh\nexec "$@"\n');
  for (const name of ['apt-get', 'sudo']) chmodSync(join(directory, name), 0o755);
  const { status, stderr } = spawnSync(join(packageRoot, 'scripts/apt-get'), ['update', '-qq'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${directory}:${process.env.PATH}`, APT_PAUSE: '0', APT_PATIENCE: String(patience) },
  });
  return { status, stderr, calls: readFileSync(calls, 'utf8').trimEnd().split('\n') };
}

const LISTS = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 17 (apt-get)';

test('the set-up waits while another apt-get holds a lock, whichever it is', (context) => {
  for (const words of [
    LISTS,
    'E: Unable to acquire the dpkg frontend lock',
    'E: Unable to lock directory /var/cache/apt/archives/',
  ]) {
    const { status, stderr, calls } = run(context, 3, words);
    assert.deepEqual([status, calls.length], [0, 4]);
    assert.ok(calls.every((call) => call === '-o DPkg::Lock::Timeout=60 update -qq'));
    assert.equal(stderr.match(/waiting for another apt-get/g)?.length, 1);
  }
});

test('it does not wait for ever, nor for anything else', (context) => {
  const late = run(context, 1000, LISTS, 0);
  assert.deepEqual([late.status, late.calls.length], [100, 1]);
  assert.match(late.stderr, /Could not get lock/);
  const other = run(context, 1, 'E: Unable to locate package nonsense');
  assert.deepEqual([other.status, other.calls.length], [100, 1]);
  assert.match(other.stderr, /Unable to locate package/);
});
