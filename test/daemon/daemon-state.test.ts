// The note of a running daemon: one claim per run directory, and signs of life.
import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  claimDaemonState,
  type DaemonState,
  findDaemon,
  removeDaemonState,
  sayAlive,
  silenceOf,
} from '../../src/daemon/daemon-state.ts';
import { identify, type ProcessIdentity } from '../../src/process-identity.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';

const stateOf = (process: ProcessIdentity): DaemonState => ({
  process,
  role: 'worker',
  address: '127.0.0.2',
  coordinator: '127.0.0.1',
  port: 1900,
  version: '1',
  startedAt: 0,
  link: 'joined',
});
const own = stateOf(identify(process.pid));
const dead = stateOf({ processId: process.pid, start: 'long ago' });

test('a daemon claims the directory once, also after one that is gone or a note that is damaged', async (context) => {
  const directory = temporaryFiles(context, {});
  const path = join(directory, 'daemon.json');
  await claimDaemonState(directory, own);
  await assert.rejects(claimDaemonState(directory, own), { code: 'FLEET', message: /^The daemon runs already: / });
  removeDaemonState(directory, own.process);
  await claimDaemonState(directory, dead);
  assert.equal(findDaemon(directory), null);
  await claimDaemonState(directory, own);
  assert.deepEqual(findDaemon(directory), own);
  removeDaemonState(directory, dead.process);
  assert.deepEqual(findDaemon(directory), own, 'it is not the note of the other one');
  removeDaemonState(directory, own.process);
  writeFileSync(path, '{"process":');
  await claimDaemonState(directory, own);
  assert.match(readFileSync(path, 'utf8'), /"address":"127\.0\.0\.2"/);
});

test('a daemon that says nothing for 15 seconds is silent', async (context) => {
  const directory = temporaryFiles(context, {});
  assert.equal(silenceOf(directory), null);
  await claimDaemonState(directory, own);
  assert.equal(silenceOf(directory), null);
  const longAgo = new Date(Date.now() - 20_000);
  utimesSync(join(directory, 'daemon.json'), longAgo, longAgo);
  assert.ok((silenceOf(directory) ?? 0) >= 20_000);
  sayAlive(directory);
  assert.equal(silenceOf(directory), null);
});
