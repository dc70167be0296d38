// A plug-in in a fleet: its files travel to the nodes, which run one in TypeScript only if they are told to.
// Needs: nats-server.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BenchmarkError } from '../../src/errors.ts';
import { NatsServer } from '../fleet/nats-server.ts';
import { CountingTarget, DistributedRun, startNode, type TestNode, until } from '../fleet/nodes.ts';
import { task } from '../support/small-model.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';

let server: NatsServer;
let target: CountingTarget;
let nodes: readonly TestNode[];

before(async () => {
  server = await NatsServer.start();
  target = new CountingTarget();
  await target.start();
  nodes = [await startNode(server, '127.0.0.1', 1, true), await startNode(server, '127.0.0.2', 2, true)];
});

after(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  target.close();
  await server.kill();
});

const PLUGIN = {
  'mine/workload.ts': `import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prefix } from '../shared/prefix.ts';
export function register(registry: { registerParamSource(name: string, open: unknown): void }): void {
  registry.registerParamSource('paths', ({ workload, clientIndex, random }: { workload: { directory: string }, clientIndex: number, random: () => number }) => {
    const word = readFileSync(join(workload.directory, 'data', 'word.txt'), 'utf8');
    return { params: () => ({ path: '/' + prefix + '/' + word + '/' + clientIndex + '/' + Math.floor(random() * 100) }) };
  });
}
`,
  'mine/data/word.txt': 'hello',
  'mine/documents.json': 'x'.repeat(100),
  'shared/prefix.ts': "export const prefix: string = 'from';\n",
  'shared/workload.json': '{}',
  'other/never.ts': 'never',
};

const SCHEDULE = [task('raw', 'raw-request', { 'param-source': 'paths' }, { clients: 3, iterations: 2 })];

function place(directory: string) {
  const own = join(directory, 'mine');
  return { language: 'typescript', directory: own, file: join(own, 'workload.ts') } as const;
}

test('the files of a plug-in are on each node while the run goes on, and gone after it', async (context) => {
  target.counts.clear();
  const plan = { plugin: { place: place(temporaryFiles(context, PLUGIN)), procedure: 'test', preparesData: false } };
  const registered = nodes.map((node) => node.registered);
  const settings = { server, nodes: registered, targetHosts: target.host, schedule: SCHEDULE, plan };
  const run = await DistributedRun.create(settings);
  try {
    assert.equal(await run.drive(), null);
    const paths = [...target.counts.keys()];
    assert.ok(
      paths.every((path) => /^\/from\/hello\/[012]\/\d+$/.test(path)),
      paths.join(' '),
    );
    assert.equal(run.requests().raw, 6);
    const [files] = readdirSync(join(nodes[0]?.rootDirectory ?? '', 'plugins'));
    const received = join(nodes[0]?.rootDirectory ?? '', 'plugins', files ?? '');
    assert.deepEqual(readdirSync(received).sort(), ['mine', 'shared']);
    assert.deepEqual(readdirSync(join(received, 'shared')), ['prefix.ts']);
  } finally {
    await run.close();
  }
  const alone = await DistributedRun.create({ ...settings, nodes: registered.slice(1) });
  const before = [...target.counts].sort();
  target.counts.clear();
  try {
    assert.equal(await alone.drive(), null);
    assert.deepEqual([...target.counts].sort(), before, 'the requests do not depend on the nodes');
  } finally {
    await alone.close();
  }
  for (const node of nodes) {
    await until(() => node.agent.testRunId === null);
    const directory = join(node.rootDirectory, 'plugins');
    assert.deepEqual(existsSync(directory) ? readdirSync(directory) : [], []);
  }
});

test('a node that was not told to run plug-ins in TypeScript refuses them, and names the flag', async (context) => {
  const wary = await startNode(server, '127.0.0.3');
  const plan = { plugin: { place: place(temporaryFiles(context, PLUGIN)), procedure: 'test', preparesData: false } };
  const settings = { server, nodes: [wary.registered], targetHosts: target.host, schedule: SCHEDULE, plan };
  const run = await DistributedRun.create(settings);
  try {
    const error = (await run.drive()) as BenchmarkError;
    assert.equal(error.code, 'FLEET');
    assert.match(error.message, /Node 127\.0\.0\.3 does not run plug-ins in TypeScript \(mine\/workload\.ts\)/);
    assert.match(error.hint ?? '', /--allow-typescript-plugins/);
    assert.equal(existsSync(join(wary.rootDirectory, 'plugins')), false);
  } finally {
    await run.close();
    await wary.close();
  }
});

test('a plug-in with files that are too large is not sent, and the largest are named', async (context) => {
  const directory = temporaryFiles(context, { ...PLUGIN, 'mine/large.bin': 'x'.repeat(33 << 20) });
  const plan = { plugin: { place: place(directory), procedure: 'test', preparesData: false } };
  const registered = nodes.map((node) => node.registered);
  const settings = { server, nodes: registered, targetHosts: target.host, schedule: SCHEDULE, plan };
  const run = await DistributedRun.create(settings);
  try {
    const error = (await run.drive()) as BenchmarkError;
    assert.equal(error.code, 'PLUGIN');
    assert.match(error.message, /34\.6 MB, and 33\.6 MB are the most/);
    assert.match(error.problems[0]?.file ?? '', /large\.bin$/);
  } finally {
    await run.close();
  }
});
