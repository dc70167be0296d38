// What a node says of itself when it is asked before a run.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { probe } from '../../src/node/probe.ts';

test('the size of a corpus is that of its files, links to elsewhere left out', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'osb-probe-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'whole'));
  writeFileSync(join(directory, 'whole', 'documents.json'), '{}\n');
  mkdirSync(join(directory, 'broken'));
  symlinkSync('nowhere', join(directory, 'broken', 'documents.json'));
  const { corpora } = await probe([], directory, null);
  assert.deepEqual(
    [...corpora].sort((left, right) => left.name.localeCompare(right.name)),
    [
      { name: 'broken', bytes: 0 },
      { name: 'whole', bytes: 3 },
    ],
  );
});

test('a data directory that does not exist holds no corpora', async () => {
  const { corpora, freeDiskBytes } = await probe([], '/nowhere/at/all', 'run');
  assert.deepEqual([corpora, freeDiskBytes > 0], [[], true]);
});
