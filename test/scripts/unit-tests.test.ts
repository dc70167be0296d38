import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, testFiles } from '../../scripts/unit-tests.ts';
import { packageRoot } from '../../src/package.ts';

const needsOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(testFiles(new Map(Object.entries(files))).map(({ path, needs }) => [path, needs]));

test('a test needs what it says itself and what its helpers need, however far away', () => {
  assert.deepEqual(
    needsOf({
      'test/a.test.ts': "// Head.\n// Needs: a JDK.\nimport { x } from './one.ts';\n",
      'test/b.test.ts': "import { x } from './one.ts';\nawait import('./deep/three.ts');\n",
      'test/c.test.ts': "import { y } from '../src/z.ts';\n",
      'test/one.ts': "import type { t } from './two.ts';\n",
      'test/two.ts': "// Needs: nats-server.\nimport { x } from './one.ts';\n",
      'test/deep/three.ts': '// Needs: root.\n',
    }),
    { 'test/a.test.ts': ['a JDK', 'nats-server'], 'test/b.test.ts': ['nats-server', 'root'], 'test/c.test.ts': [] },
  );
});

test('what runs the whole program, a JVM or a nats-server is no unit test; most of the rest is one', () => {
  const files = testFiles(readSources(packageRoot, ['test', 'scripts']));
  const units = files.filter(({ needs }) => needs.length === 0).map(({ path }) => path);
  assert.deepEqual(
    units.filter((path) => path.startsWith('test/e2e/')),
    [],
  );
  const needs = new Map(files.map((file) => [file.path, file.needs]));
  assert.deepEqual(needs.get('test/e2e/operations.test.ts'), ['a JDK', 'minutes']);
  assert.deepEqual(needs.get('test/fleet/losses.test.ts'), ['nats-server']);
  assert.ok(units.includes('test/template/cases.test.ts'));
  assert.ok(units.length > files.length / 2);
});
