// The log file: its lines, its rotation, and that no secret gets into it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { LogFile } from '../../src/cli/log.ts';
import { redact, registerEnvironment } from '../../src/cli/redact.ts';
import { epochMillis, monoMillis } from '../../src/units.ts';

const directory = mkdtempSync(join(tmpdir(), 'osb-log-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const clock = { now: () => monoMillis(0), wall: () => epochMillis(Date.UTC(2026, 10, 23, 1, 2, 3, 45)) };
const open = (name: string, options: { readonly maxBytes?: number; readonly keep?: number } = {}) =>
  new LogFile({ path: join(directory, name), processId: 42, clock, ...options });
const read = (name: string) => readFileSync(join(directory, name), 'utf8');

describe('the log file', () => {
  it('has lines with UTC time, process, logger and level', () => {
    open('a/benchmark.log').write('INFO', 'cli', 'hello');
    assert.equal(read('a/benchmark.log'), '2026-11-23 01:02:03,045 -not-actor-/PID:42 cli INFO hello\n');
  });

  it('appends to what is there', () => {
    open('b.log').write('INFO', 'cli', 'one');
    open('b.log').write('INFO', 'cli', 'two');
    assert.match(read('b.log'), /one\n.*two\n$/);
  });

  it('is rotated by size and keeps as many old files as it should', () => {
    const log = open('c.log', { maxBytes: 150, keep: 2 });
    for (let number = 0; number < 10; number++) log.write('INFO', 'cli', `line ${number}`);
    const numbers = ['c.log.2', 'c.log.1', 'c.log'].map((name) =>
      [...read(name).matchAll(/line (\d)/g)].map((match) => match[1]).join(''),
    );
    assert.deepEqual(numbers, ['45', '67', '89']);
    assert.equal(existsSync(join(directory, 'c.log.3')), false);
    for (const name of ['c.log', 'c.log.1', 'c.log.2'])
      assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  });

  it('may be a pipe, which is not waited for', () => {
    const path = join(directory, 'pipe.log');
    execFileSync('mkfifo', [path]);
    const log = open('pipe.log');
    log.write('INFO', 'cli', 'unread');
    assert.equal(log.failure?.message, 'nobody reads from this pipe (ENXIO)');
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    log.write('INFO', 'cli', 'read');
    assert.equal(log.failure, null);
    assert.match(readFileSync(reader, 'utf8'), /INFO read\n$/);
    closeSync(reader);
  });

  it('does not end the program when the disk refuses', () => {
    const log = open('d.log');
    rmSync(directory, { recursive: true });
    log.write('INFO', 'cli', 'lost');
    assert.match(log.failure?.message ?? '', /ENOENT/);
  });
});

describe('redaction', () => {
  const table: readonly (readonly [text: string, expected: string])[] = [
    [
      "run --client-options=basic_auth_user:'admin',basic_auth_password:'s3cret,x',timeout:10",
      "run --client-options=basic_auth_user:'admin',basic_auth_password:*****,timeout:10",
    ],
    ['basic_auth_password:abc,use_ssl:true', 'basic_auth_password:*****,use_ssl:true'],
    ['{"basic_auth_password": "a\\"b", "timeout": 5}', '{"basic_auth_password": *****, "timeout": 5}'],
    ['aws_secret_access_key:XYZ,region:eu', 'aws_secret_access_key:*****,region:eu'],
    ['aws_session_token=abc', 'aws_session_token=*****'],
    ['https://admin:p@ss@host:9200/x', 'https://admin:*****@host:9200/x'],
    ['Authorization: Basic YWRtaW46eA==', 'Authorization: *****'],
    ['"authorization":"Bearer abc"', '"authorization":"*****"'],
    ['datastore.password = hunter2', 'datastore.password = *****'],
    ['http://localhost:9200 took 5', 'http://localhost:9200 took 5'],
    ['/home/u/a:b/x@y', '/home/u/a:b/x@y'],
  ];
  for (const [text, expected] of table) it(text, () => assert.equal(redact(text), expected));

  it('masks known values wherever they are', () => {
    registerEnvironment({ OSB_DATASTORE_PASSWORD: 'hunter2!', PATH: '/bin', OSB_AWS_ACCESS_KEY_ID: 'AKIA123' });
    assert.equal(redact('refused hunter2! for AKIA123 in /bin'), 'refused ***** for ***** in /bin');
  });
});
