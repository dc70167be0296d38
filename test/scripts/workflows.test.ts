import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package.ts';

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly strategy?: { readonly matrix: { readonly os: readonly string[]; readonly node: readonly string[] } };
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};
const workflows = readdirSync(join(packageRoot, '.github/workflows')).map((name) => ({
  name,
  // Jobs are described by their own schema on the host; here only what could be forgotten is looked at.
  workflow: parse(read(`.github/workflows/${name}`)) as Workflow,
}));

for (const { name, workflow } of workflows) {
  describe(`the workflow ${name}`, () => {
    const jobs = Object.entries(workflow.jobs);
    const steps = jobs.flatMap(([, job]) => job.steps);

    test('may read the repository and nothing else, and keeps no token', () => {
      assert.deepEqual(workflow.permissions, { contents: 'read' });
      assert.deepEqual(
        jobs.filter(([, job]) => job.permissions !== undefined),
        [],
      );
      const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      assert.deepEqual(
        checkouts.map((step) => step.with?.['persist-credentials']),
        jobs.map(() => false),
      );
    });

    test('pins actions to commits', () => {
      for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    });

    test('has an end', () => {
      for (const [id, job] of jobs) assert.ok((job['timeout-minutes'] ?? 0) > 0, id);
    });

    test('runs commands that exist', () => {
      for (const { run } of steps) {
        if (run === undefined || run.startsWith('npm ci')) continue;
        const script = /^npm run (\S+)$/.exec(run)?.[1];
        if (script === undefined) assert.ok((statSync(join(packageRoot, run)).mode & 0o100) !== 0, run);
        else assert.ok(manifest.scripts[script] !== undefined, run);
      }
    });
  });
}

test('unit tests run on Linux and macOS, with the oldest Node.js of package.json and newer ones', () => {
  const matrix = workflows.find(({ name }) => name === 'tests.yml')?.workflow.jobs.unit?.strategy?.matrix;
  assert.deepEqual(
    matrix?.os.map((os) => os.replace(/-.*/, '')),
    ['ubuntu', 'macos'],
  );
  assert.equal(`>=${matrix?.node[0]}`, manifest.engines.node);
  assert.deepEqual(matrix?.node.slice(1), ['22', '24']);
});
