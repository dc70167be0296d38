// Runs over several nodes: what is reported is what the target saw, whatever happens to the network in between.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { upSubject } from '../../src/fleet/protocol/subjects.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { perSecond, seconds } from '../../src/units.ts';
import type { CompletedBy, Parallel, Task } from '../../src/workload/model.ts';
import { task } from '../support/small-model.ts';
import { NatsServer } from './nats-server.ts';
import { CountingTarget, DistributedRun, startNode, type TestNode, until } from './nodes.ts';

let server: NatsServer;
let target: CountingTarget;
let nodes: readonly TestNode[];

before(async () => {
  server = await NatsServer.start();
  target = new CountingTarget();
  await target.start();
  nodes = await Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((address) => startNode(server, address)));
});

after(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  target.close();
  await server.kill();
});

const raw = (name: string, settings: Partial<Task>): Task => task(name, 'raw-request', { path: `/${name}` }, settings);
const seen = (): Readonly<Record<string, number>> =>
  Object.fromEntries([...target.counts].map(([path, requests]) => [path.slice(1), requests]));
const registered = () => nodes.map((node) => node.registered);

function parallel(tasks: readonly Task[], completedBy: CompletedBy): Parallel {
  return { kind: 'parallel', clients: tasks.reduce((sum, { clients }) => sum + clients, 0), tasks, completedBy };
}

test('three nodes share the clients, keep the join points and report every request', async () => {
  target.counts.clear();
  const schedule = [
    raw('first', { clients: 5, iterations: 20 }),
    raw('second', { clients: 2, iterations: 10 }),
    raw('third', { clients: 7 }),
  ];
  const run = await DistributedRun.create({ server, nodes: registered(), targetHosts: target.host, schedule });
  try {
    assert.equal(await run.drive(), null);
    assert.deepEqual(run.requests(), { first: 100, second: 20, third: 7 });
    assert.deepEqual(seen(), { first: 100, second: 20, third: 7 });
  } finally {
    await run.close();
  }
  for (const node of nodes) {
    await until(() => node.agent.testRunId === null);
    assert.ok(node.log.some((line) => line.includes('[test run test-run] Step 3 of 3 begins: third.')));
  }
});

test('so many clients send as may, spread over the nodes, and those that end make room', async () => {
  target.counts.clear();
  const activated: number[] = [];
  const run = await DistributedRun.create({
    server,
    nodes: registered(),
    targetHosts: target.host,
    schedule: [
      raw('few', { clients: 9, iterations: 3 }),
      raw('none', { clients: 6, timePeriod: seconds(1) }),
      raw('all', { clients: 6, iterations: 2 }),
    ],
    onStart: (step, fleet) => {
      activated.push(step);
      const clients = [4, 0, 6][step] ?? 0;
      setImmediate(() => fleet.activate(step, clients));
    },
  });
  try {
    assert.equal(await run.drive(), null);
    assert.deepEqual(activated, [0, 1, 2]);
    assert.deepEqual(run.requests(), { few: 27, none: 0, all: 12 });
    assert.deepEqual(seen(), { few: 27, all: 12 });
  } finally {
    await run.close();
  }
});

test('a step is repeated at other rates, on the same connections, and may be ended early', async () => {
  target.counts.clear();
  const levels = [20, 60].map((rate) => ({ rate: perSecond(rate), warmup: seconds(0.5), period: seconds(0.5) }));
  const run = await DistributedRun.create({
    server,
    nodes: registered(),
    targetHosts: target.host,
    schedule: [raw('search', { clients: 6, iterations: 1000, targetThroughput: { value: 1, unit: 'ops' } })],
    levels: [...levels, { rate: perSecond(10), warmup: seconds(0), period: seconds(3600) }],
    onReport: ({ at, step }) => {
      if (at !== null && at > 1500) run.fleet.completeStep(step);
    },
  });
  try {
    assert.equal(await run.drive(), null);
    const requests = run.requests().search ?? 0;
    // 20 and 60 in the first two seconds, and 10 per second for the two or three of the level that is ended early.
    assert.ok(requests >= 80 + 15 && requests <= 80 + 60, `${requests} requests`);
    assert.deepEqual(seen(), { search: requests });
  } finally {
    await run.close();
  }
});

test('each node writes the CPU profiles of its load threads, and names them', async () => {
  const run = await DistributedRun.create({
    server,
    nodes: registered(),
    targetHosts: target.host,
    schedule: [raw('search', { clients: 6, iterations: 20 })],
    plan: { profiles: true },
  });
  try {
    assert.equal(await run.drive(), null);
    const written = await run.fleet.writeProfiles();
    assert.deepEqual(
      written.map(({ node }) => node),
      nodes.map((node) => node.registered.hello.address),
    );
    for (const [index, { files }] of written.entries()) {
      const path = join(nodes[index]?.rootDirectory ?? '', 'test-runs', 'test-run', `worker-${index}.cpuprofile`);
      assert.deepEqual(files, [path]);
      assert.ok(JSON.parse(readFileSync(path, 'utf8')).nodes.length > 0);
    }
  } finally {
    await run.close();
  }
});

test('the end of the completing task ends the others, on all nodes', async () => {
  target.counts.clear();
  const others = { clients: 2, timePeriod: seconds(60), targetThroughput: { value: 20, unit: 'ops' } };
  const schedule = [
    parallel([raw('main', { clients: 1, timePeriod: seconds(1) }), raw('side', others)], {
      kind: 'task',
      name: 'main',
    }),
    raw('next', {}),
  ];
  const run = await DistributedRun.create({ server, nodes: registered(), targetHosts: target.host, schedule });
  const begin = performance.now();
  try {
    assert.equal(await run.drive(), null);
    assert.ok(performance.now() - begin < 10_000);
    assert.deepEqual(run.requests(), seen());
    assert.equal(run.requests().next, 1);
  } finally {
    await run.close();
  }
});

test('with "any", the task that ends first on all nodes ends the others, on all nodes', async () => {
  target.counts.clear();
  // Dealt over three nodes: the last client of `short` is on another node than its first.
  const short = raw('short', { clients: 4, iterations: 2 });
  const endless = raw('endless', { clients: 2, timePeriod: seconds(60), targetThroughput: { value: 20, unit: 'ops' } });
  const schedule = [parallel([short, endless], { kind: 'any' }), raw('next', {})];
  const run = await DistributedRun.create({ server, nodes: registered(), targetHosts: target.host, schedule });
  const begin = performance.now();
  try {
    assert.equal(await run.drive(), null);
    assert.ok(performance.now() - begin < 10_000);
    assert.deepEqual(run.requests(), seen());
    assert.deepEqual([run.requests().short, run.requests().next], [8, 1]);
  } finally {
    await run.close();
  }
});

test('what others send than its nodes does not even come to the run', async () => {
  const run = await DistributedRun.create({
    server,
    nodes: registered(),
    targetHosts: target.host,
    schedule: [raw('first', {})],
  });
  const stranger = newNodeId();
  const connection = await server.connect(stranger);
  try {
    await run.connections[0]?.flush();
    for (const verb of ['out', 'fetch'] as const) {
      await assert.rejects(connection.request(upSubject(stranger, verb), 'x', { timeout: 5000 }), /no responders/);
    }
  } finally {
    await connection.close();
    await run.close();
  }
});
