// The limit of open files is compared with the connections of a load before anything is sent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { openFileLimit, requireFiles } from '../../src/fleet/open-files.ts';

test('a load that does not fit is refused with what to do', () => {
  assert.throws(() => requireFiles({ place: '10.0.0.2', connections: 1000, threads: 2 }, 600), {
    code: 'CONFIG',
    message: /opens up to 1000 connections on 10\.0\.0\.2, but the process may open 600 files there/,
    hint: /ulimit -n 1132/,
  });
});

test('a load that fits, and one whose limit is not known, may begin', () => {
  requireFiles({ place: 'localhost', connections: 1000, threads: 2 }, 1132);
  requireFiles({ place: 'localhost', connections: 1e6, threads: 2 }, null);
  requireFiles({ place: 'localhost', connections: 1e6, threads: 2 }, Number.POSITIVE_INFINITY);
});

test('the limit is that of this process', { skip: process.platform === 'win32' }, () => {
  const limit = openFileLimit();
  assert.ok(limit !== null && limit > 0);
  const module = JSON.stringify(new URL('../../src/fleet/open-files.js', import.meta.url).href);
  const script = `const { openFileLimit } = await import(${module}); console.log(openFileLimit());`;
  const words = ['-c', `ulimit -n 600; exec "$0" --input-type=module -e '${script}'`, process.execPath];
  assert.equal(execFileSync('sh', words, { encoding: 'utf8' }).trim(), '600');
});
