import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../src/package.ts';
import { parseCommand } from './command-line.ts';

const directory = join(packageRoot, 'deploy/systemd');
const unitFile = join(directory, 'opensearch-benchmarkd.service');

/** Settings of a unit by section; of those that occur again all values. */
function parseUnit(path: string): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | null = null;
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = new Map();
      sections.set(header, section);
      continue;
    }
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    assert.ok(
      section !== null && name !== undefined && value !== undefined,
      `${path}:${index + 1} is a setting of a section`,
    );
    section.set(name, [...(section.get(name) ?? []), value]);
  }
  return sections;
}

const parseVariables = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** As systemd does it: `${NAME}` is one word, `$NAME` as many as it has. */
const substitute = (command: string, variables: Readonly<Record<string, string>>): readonly string[] =>
  command.split(' ').flatMap((word) => {
    const whole = /^\$(\w+)$/.exec(word)?.[1];
    if (whole !== undefined) return (variables[whole] ?? '').split(' ').filter((part) => part !== '');
    return [word.replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '')];
  });

describe('the systemd unit', () => {
  const service = parseUnit(unitFile).get('Service') ?? new Map<string, readonly string[]>();
  const variables = parseVariables(join(directory, 'daemon.env'));

  test('types a command that the daemon knows, with and without a token', () => {
    const [start = ''] = service.get('ExecStart') ?? [];
    const [token = ''] =
      parseUnit(join(directory, 'opensearch-benchmarkd.service.d/token.conf')).get('Service')?.get('Environment') ?? [];
    const plain = substitute(start, { ...variables, OSB_TOKEN_OPTIONS: '' });
    assert.deepEqual(plain, [
      '/usr/bin/env',
      'opensearch-benchmarkd',
      'start',
      '--foreground',
      '--node-ip=192.0.1.0',
      '--coordinator-ip=192.0.1.0',
    ]);
    parseCommand(plain.slice(1));
    const withToken = substitute(start, { ...variables, OSB_TOKEN_OPTIONS: token.slice('OSB_TOKEN_OPTIONS='.length) });
    assert.equal(withToken.at(-1), '--token-file=%d/token');
    parseCommand(withToken.slice(1));
  });

  test('lets the daemon end its server itself, and gives it the time', () => {
    assert.deepEqual([service.get('KillMode'), service.get('TimeoutStopSec')], [['mixed'], ['20']]);
  });

  test('runs as a user of its own, whose state nobody else may read', () => {
    assert.deepEqual(
      [service.get('User'), service.get('StateDirectoryMode'), service.get('UMask')],
      [['osb'], ['0700'], ['0077']],
    );
    const [user] = readFileSync(join(directory, 'opensearch-benchmark.sysusers.conf'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('u '));
    assert.equal(user, 'u osb - "opensearch-benchmark" /var/lib/opensearch-benchmark /bin/sh');
    assert.ok(service.get('Environment')?.includes('BENCHMARK_HOME=%S/opensearch-benchmark'));
  });

  test('locks the service in', () => {
    const locks = [
      'NoNewPrivileges',
      'ProtectHome',
      'PrivateTmp',
      'PrivateDevices',
      'ProtectKernelTunables',
      'RestrictNamespaces',
      'LockPersonality',
    ];
    for (const name of locks) assert.deepEqual(service.get(name), ['yes'], name);
    assert.deepEqual([service.get('ProtectSystem'), service.get('CapabilityBoundingSet')], [['strict'], ['']]);
  });

  test('is one that systemd accepts, where the machine has it', () => {
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', unitFile], { encoding: 'utf8' });
    if (checked.error !== undefined) {
      assert.match(checked.error.message, /ENOENT/);
      return;
    }
    assert.deepEqual([checked.status, checked.stderr], [0, '']);
  });
});
