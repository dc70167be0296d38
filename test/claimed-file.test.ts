// Claims of processes that are gone: who removes them, and who must not.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimFile, removeStaleClaim } from '../src/claimed-file.ts';
import { temporaryFiles } from './workload/temporary-files.ts';

test('a claim is made once, with its whole content', (context) => {
  const directory = temporaryFiles(context, { one: 'one', other: 'other' });
  const path = join(directory, 'claim');
  assert.equal(claimFile(join(directory, 'one'), path), true);
  assert.equal(claimFile(join(directory, 'other'), path), false);
  assert.equal(readFileSync(path, 'utf8'), 'one');
  assert.throws(() => claimFile(join(directory, 'absent'), join(directory, 'x')), { code: 'ENOENT' });
});

test('a claim that was made anew while its remover waited stays', async (context) => {
  const directory = temporaryFiles(context, { claim: 'stale', 'claim.takeover': '' });
  const path = join(directory, 'claim');
  const removed = removeStaleClaim(path, () => readFileSync(path, 'utf8') === 'stale');
  // Another process, which has the permission, takes the place of the stale claim, and gives the permission back.
  writeFileSync(path, 'alive');
  rmSync(`${path}.takeover`);
  await removed;
  assert.equal(readFileSync(path, 'utf8'), 'alive');
  assert.equal(existsSync(`${path}.takeover`), false);
});

test('a stale claim goes, also past a permission that a killed process has left', async (context) => {
  const directory = temporaryFiles(context, { claim: 'stale', 'claim.takeover': '' });
  const path = join(directory, 'claim');
  const longAgo = new Date(Date.now() - 31_000);
  utimesSync(`${path}.takeover`, longAgo, longAgo);
  await removeStaleClaim(path, async () => true);
  assert.deepEqual([existsSync(path), existsSync(`${path}.takeover`)], [false, false]);
});

test('the wait for the permission can be ended', async (context) => {
  const directory = temporaryFiles(context, { claim: 'stale', 'claim.takeover': '' });
  const path = join(directory, 'claim');
  const isStale = (): never => assert.fail('nobody may look');
  await removeStaleClaim(path, isStale, AbortSignal.abort());
  assert.deepEqual([existsSync(path), existsSync(`${path}.takeover`)], [true, true]);
});
