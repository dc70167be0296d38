import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { loadSettings } from '../../src/cli/config/settings.ts';
import { defaultFleetPort } from '../../src/nats/fleet-port.ts';
import { packageRoot } from '../../src/package.ts';
import { parseCommand } from './command-line.ts';
import { problemsOf } from './kubernetes-schema.ts';

type Json = Record<string, unknown>;

const directory = join(packageRoot, 'deploy/kubernetes');
const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

/** As Kubernetes reads it: YAML 1.1, where 0440 is octal. */
function readObjects(file: string): readonly Json[] {
  return parseAllDocuments(readFileSync(join(directory, file), 'utf8'), {
    version: '1.1',
    strict: true,
    uniqueKeys: true,
  }).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as Json;
  });
}

const manifests = files.filter((name) => name !== 'kustomization.yaml');
const objects = manifests.flatMap((file) =>
  readObjects(file).map((object) => ({ file, object, name: `${file}: ${String(object.kind)}` })),
);

/** Follows keys into an object; fails if one is missing. */
function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    assert.ok(
      typeof value === 'object' && value !== null && key in value,
      `${String(key)} of ${path.join('.')} is missing`,
    );
    return (value as Json)[key];
  }, object);
}

const podTemplates = objects
  .filter(({ object }) => ['Deployment', 'StatefulSet', 'Job'].includes(String(object.kind)))
  .map(({ file, object }) => ({ file, object, template: at(object, 'spec', 'template') }));
const containersOf = (template: unknown): readonly Json[] => at(template, 'spec', 'containers') as readonly Json[];
const initContainersOf = (template: unknown): readonly Json[] =>
  ((at(template, 'spec') as Json).initContainers ?? []) as readonly Json[];
const find = (kind: string, name: string): Json => {
  const found = objects.find(({ object }) => object.kind === kind && (at(object, 'metadata') as Json).name === name);
  assert.ok(found !== undefined, `${kind} ${name} exists`);
  return found.object;
};

describe('manifests for Kubernetes', () => {
  for (const { name, object } of objects)
    test(`${name} has only fields that its schema has, with values that it allows`, () =>
      assert.deepEqual(problemsOf(object), []));

  test('are all listed by the kustomization, except the test run, which is created when it is wanted', () => {
    const [kustomization] = readObjects('kustomization.yaml');
    assert.deepEqual([...(at(kustomization, 'resources') as string[]), 'test-run.yaml'].sort(), [...manifests].sort());
  });

  test('open one port, that of the coordinator', () => {
    const ports = podTemplates.flatMap(({ template }) =>
      containersOf(template).flatMap(({ ports: listed }) => (listed ?? []) as readonly Json[]),
    );
    assert.deepEqual(ports, [{ name: 'nats', containerPort: defaultFleetPort }]);
    assert.equal(at(find('Service', 'osb-coordinator'), 'spec', 'ports', 0, 'port'), defaultFleetPort);
    assert.equal((at(find('Service', 'osb-worker'), 'spec') as Json).ports, undefined);
    assert.equal((at(find('NetworkPolicy', 'osb-worker'), 'spec') as Json).ingress, undefined);
  });

  test('give each service and policy pods that exist', () => {
    const labels = podTemplates.map(({ template }) => at(template, 'metadata', 'labels') as Json);
    const selectors = objects.flatMap(({ object }) => {
      if (object.kind === 'Service') return [at(object, 'spec', 'selector') as Json];
      return object.kind === 'NetworkPolicy' ? [at(object, 'spec', 'podSelector', 'matchLabels') as Json] : [];
    });
    assert.equal(selectors.length, 4);
    for (const selector of selectors) {
      assert.equal(
        labels.filter((label) => Object.entries(selector).every(([key, value]) => label[key] === value)).length,
        1,
      );
    }
    for (const { object, template } of podTemplates) {
      if (object.kind !== 'Job')
        assert.deepEqual(at(object, 'spec', 'selector', 'matchLabels'), at(template, 'metadata', 'labels'));
    }
  });

  test('keep to the restricted pod security standard', () => {
    for (const { template } of podTemplates) {
      const pod = at(template, 'spec') as Json;
      const context = pod.securityContext as Json;
      assert.deepEqual(
        [context.runAsNonRoot, context.runAsUser, at(context, 'seccompProfile', 'type')],
        [true, 1000, 'RuntimeDefault'],
      );
      assert.deepEqual([pod.automountServiceAccountToken, pod.hostNetwork, pod.hostPID], [false, undefined, undefined]);
      for (const container of [...initContainersOf(template), ...containersOf(template)]) {
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('mount what they name, and nothing twice', () => {
    for (const { object, template } of podTemplates) {
      const claims = (
        (object.kind === 'StatefulSet' ? at(object, 'spec', 'volumeClaimTemplates') : []) as readonly Json[]
      ).map((claim) => at(claim, 'metadata', 'name'));
      const volumes = [...(at(template, 'spec', 'volumes') as readonly Json[]).map(({ name }) => name), ...claims];
      const mounts = containersOf(template).flatMap(({ volumeMounts }) =>
        (volumeMounts as readonly Json[]).map(({ name }) => name),
      );
      assert.deepEqual(mounts.sort(), volumes.sort());
    }
  });

  test('keep the key of the token from workers and test runs', () => {
    const holders = podTemplates
      .filter(({ template }) => JSON.stringify(template).includes('osb-fleet-token-key'))
      .map(({ file }) => file);
    assert.deepEqual(holders, ['coordinator.yaml']);
    const modes = [find('Deployment', 'osb-coordinator'), find('StatefulSet', 'osb-worker')].map((object) => {
      const volumes = at(object, 'spec', 'template', 'spec', 'volumes') as readonly Json[];
      const volume = volumes.find(({ name }) => name === 'fleet');
      return (at(volume, volume !== undefined && 'secret' in volume ? 'secret' : 'projected') as Json).defaultMode;
    });
    assert.deepEqual(modes, [0o440, 0o440]);
  });

  test('type commands that the programs know', () => {
    for (const { template } of podTemplates) {
      for (const container of containersOf(template)) {
        parseCommand([...(container.command as string[]), ...(container.args as string[])]);
        for (const probe of ['startupProbe', 'readinessProbe']) {
          if (probe in container) parseCommand(at(container, probe, 'exec', 'command') as string[]);
        }
      }
    }
  });

  test('give a worker as many load threads as it has cores', () => {
    const [settings] = initContainersOf(at(find('StatefulSet', 'osb-worker'), 'spec', 'template'));
    const home = mkdtempSync(join(tmpdir(), 'osb-manifest-'));
    try {
      const [shell = '', ...words] = [...(at(settings, 'command') as string[]), ...(at(settings, 'args') as string[])];
      execFileSync(shell, words, { env: { PATH: process.env.PATH, BENCHMARK_HOME: home, CORES: '4' } });
      assert.equal(loadSettings({ BENCHMARK_HOME: home }, home, null).cores, 4);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  test('name workers of the test run by the names that the StatefulSet gives them', () => {
    const args = containersOf(at(objects.find(({ file }) => file === 'test-run.yaml')?.object, 'spec', 'template'))[0]
      ?.args as string[];
    const listed = args.find((arg) => arg.startsWith('--worker-ips='))?.slice('--worker-ips='.length);
    const workers = find('StatefulSet', 'osb-worker');
    const replicas = Number(at(workers, 'spec', 'replicas'));
    const names = Array.from(
      { length: replicas },
      (_, index) => `osb-worker-${index}.${String(at(workers, 'spec', 'serviceName'))}`,
    );
    assert.equal(listed, names.join(','));
  });
});

describe('the check of manifests', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', labels: { any: 'thing' } },
    spec: { ports: [{ port: 1 }] },
  };

  test('finds unknown fields, wrong types and missing fields', () => {
    assert.deepEqual(problemsOf(service), []);
    assert.deepEqual(problemsOf({ ...service, spec: { ports: [{ port: 1, prot: 'TCP' }] } }), [
      '/spec/ports/0/prot is not a field of v1/Service.',
    ]);
    assert.deepEqual(problemsOf({ ...service, spec: { ports: [{ port: '1' }] } }), [
      'data/spec/ports/0/port must be integer',
    ]);
    assert.deepEqual(problemsOf({ ...service, spec: { ports: [{}] } }), [
      'data/spec/ports/0 must have required property port',
    ]);
    assert.deepEqual(problemsOf({ ...service, kind: 'Servise' }), ['There is no schema for v1/Servise.']);
  });
});
