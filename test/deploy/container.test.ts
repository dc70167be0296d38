import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { defaultFleetPort } from '../../src/nats/fleet-port.ts';
import { packageRoot } from '../../src/package.ts';
import { commandsOf, parseDockerfile } from './dockerfile.ts';

const path = join(packageRoot, 'deploy/container/Dockerfile');
const image = parseDockerfile(path);

describe('the container image', () => {
  test('is described without a mistake that a linter knows', () => {
    assert.deepEqual(
      validate(readFileSync(path, 'utf8')).map(({ message, range }) => `${range.start.line + 1}: ${message}`),
      [],
    );
  });

  test('is based on the oldest supported Node.js, and on one of the same system for building', () => {
    assert.deepEqual(commandsOf(image, 'ARG'), ['NODE_VERSION=20']);
    assert.deepEqual(commandsOf(image, 'FROM'), [
      'golang:1.26-bookworm AS go',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Dockerfile
      'node:${NODE_VERSION}-bookworm AS packages',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Dockerfile
      'node:${NODE_VERSION}-bookworm-slim',
    ]);
    const go = readFileSync(join(packageRoot, 'packages/nats-server/go.mod'), 'utf8');
    assert.match(go, /^go 1\.26(\.0)?$/m);
  });

  test('does not run as root, opens the one port of the coordinator, and keeps everything in one directory', () => {
    assert.deepEqual(commandsOf(image, 'USER'), ['1000:1000']);
    assert.deepEqual(commandsOf(image, 'EXPOSE'), [String(defaultFleetPort)]);
    assert.deepEqual(commandsOf(image, 'ENV').at(-1), 'BENCHMARK_HOME=/var/lib/opensearch-benchmark');
    assert.deepEqual(commandsOf(image, 'VOLUME'), ['["/var/lib/opensearch-benchmark"]']);
  });

  test('runs the programs as process 1', () => {
    assert.deepEqual(commandsOf(image, 'ENTRYPOINT'), ['[]']);
    assert.deepEqual(commandsOf(image, 'CMD'), ['["opensearch-benchmark", "--help"]']);
  });

  test('is built from what the checkout has, and from nothing that is built', () => {
    const lines = readFileSync(`${path}.dockerignore`, 'utf8').trim().split('\n');
    const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    assert.deepEqual(
      kept.filter((name) => !existsSync(join(packageRoot, name))),
      [],
    );
    assert.equal(lines[0], '**');
    const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      readonly files: readonly string[];
    };
    const shipped = manifest.files.map((file) => file.split('/')[0] ?? '').filter((name) => name !== 'dist');
    assert.deepEqual(
      shipped.filter((name) => !kept.includes(name)),
      [],
    );
  });
});
