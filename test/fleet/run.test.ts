// Whole test runs over nodes, as the command line starts them: hub, claim, nodes, steps, results on disk.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import type { RunConfig } from '../../src/coordinator/config.ts';
import type { RunEvent } from '../../src/coordinator/events.ts';
import { type RunOutcome, runTest } from '../../src/coordinator/run.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { parseTargets } from '../../src/http/targets.ts';
import { Hub } from '../../src/hub/hub.ts';
import { parseJson } from '../../src/json.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { Registration } from '../../src/node/registration.ts';
import { packageVersion } from '../../src/package.ts';
import { fileSink } from '../../src/store/sink.ts';
import { parseTestRun } from '../../src/store/test-run-reader.ts';
import { seconds } from '../../src/units.ts';
import type { Task } from '../../src/workload/model.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from '../e2e/fake-opensearch.ts';
import { task, workloadOf } from '../support/small-model.ts';
import { NatsServer } from './nats-server.ts';
import { forkNode, startNode } from './nodes.ts';

let server: NatsServer;
let hub: Hub;
let connection: NatsConnection;
let cluster: FakeOpenSearch;
let rootDirectory: string;
const closers: (() => unknown)[] = [];

before(async () => {
  server = await NatsServer.start();
  cluster = await startFakeOpenSearch();
  rootDirectory = mkdtempSync(join(tmpdir(), 'osb-run-'));
  connection = await server.connect(newNodeId());
  hub = new Hub({
    connection,
    admission: null,
    ownVersion: packageVersion,
    believesAddresses: true,
    isOwnMachine: () => true,
    log: () => undefined,
  });
  hub.start();
  for (const [address, role] of [
    ['127.0.0.1', 'coordinator'],
    ['127.0.0.2', 'worker'],
  ] as const) {
    const node = await startNode(server, address);
    const [own] = node.connections;
    if (own === undefined) throw new Error('No connection.');
    const { id, secret } = node.registered;
    await registered(own, id, secret, async () => ({ ...(await node.agent.hello()), role }));
    closers.push(() => node.close());
  }
});

after(async () => {
  for (const close of closers.reverse()) await close();
  hub.stop();
  await connection.close();
  await server.kill();
  await cluster.close();
  rmSync(rootDirectory, { recursive: true, force: true });
});

function registered(
  own: NatsConnection,
  id: string,
  secret: string,
  hello: ConstructorParameters<typeof Registration>[0]['hello'],
): Promise<void> {
  return new Promise((resolve) => {
    const registration = new Registration({ connection: own, id, secret, hello, onState: () => resolve() });
    closers.push(() => registration.stop());
    registration.start();
  });
}

async function configOf(
  names: readonly string[],
  schedule: readonly Task[],
  onWorkerLoss: 'abort' | 'continue' = 'abort',
  targetHosts = cluster.host,
): Promise<RunConfig> {
  const { targets } = await parseTargets({ targetHosts, clientOptions: 'timeout:10' });
  const workload = workloadOf(schedule);
  const [testProcedure] = workload.testProcedures;
  if (testProcedure === undefined) throw new Error('No procedure.');
  return {
    load: {
      targets,
      workload: { workload, testProcedure, notices: [], params: new Map(), plugin: null },
      cores: 1,
      workers: {
        names,
        wait: 0,
        onWorkerLoss,
        processId: process.pid,
        isPatient: false,
        connect: () => server.connect(newNodeId()),
        resolve: async (name) => name,
      },
      dataDirectory: join(rootDirectory, 'data'),
      isOffline: true,
    },
    results: { latencyPercentiles: [50, 100], sinks: [fileSink(rootDirectory)] },
    naming: { testRunId: newNodeId(), hostName: 'test' },
  };
}

const raw = (name: string, settings: Partial<Task>): Task => task(name, 'raw-request', { path: `/${name}` }, settings);
const answered = (name: string): number => cluster.requests.filter((line) => line === `GET /${name}`).length;
const signal = (): AbortSignal => new AbortController().signal;

function stored(outcome: RunOutcome) {
  const document = parseJson(
    readFileSync(join(rootDirectory, 'test-runs', outcome.testRun.id, 'test_run.json'), 'utf8'),
  );
  const run = parseTestRun(document);
  assert.ok(run !== null);
  return run;
}

test('the stored run says what each machine did, and it is what the cluster saw', async () => {
  const config = await configOf(
    ['localhost', '127.0.0.2'],
    [raw('a', { clients: 4, iterations: 25 }), raw('b', { clients: 2, iterations: 5 })],
  );
  const outcome = await runTest(config, { signal: signal() });
  assert.deepEqual([outcome.status, outcome.error, outcome.results.isPartial], ['success', null, false]);
  assert.deepEqual([answered('a'), answered('b')], [100, 10]);
  const run = stored(outcome);
  assert.deepEqual(
    run.fleet?.map(({ address, version, cores, clients, requests, errors, lost }) => ({
      address,
      version,
      cores,
      clients,
      requests,
      errors,
      lost,
    })),
    [
      { address: '127.0.0.1', version: packageVersion, cores: 1, clients: 2, requests: 60, errors: 0, lost: null },
      { address: '127.0.0.2', version: packageVersion, cores: 1, clients: 2, requests: 50, errors: 0, lost: null },
    ],
  );
  for (const { clockOffset, cpuSeconds, eventLoopUtilisation } of run.fleet ?? []) {
    assert.ok(Math.abs(clockOffset ?? 100) < 5 && cpuSeconds >= 0 && eventLoopUtilisation.max <= 1);
  }
  assert.deepEqual(
    run.results?.tasks.map(({ task: name, requests, clients }) => [name, requests, clients]),
    [
      ['a', 100, 4],
      ['b', 10, 2],
    ],
  );
});

test('a host of the target that is dead is named at once, by each node that cannot reach it, and in the results', async () => {
  const dead = await startFakeOpenSearch();
  await dead.close();
  const schedule = [raw('half', { clients: 2, targetThroughput: { value: 20, unit: 'ops' }, timePeriod: seconds(3) })];
  const config = await configOf(['localhost', '127.0.0.2'], schedule, 'abort', `${dead.host},${cluster.host}`);
  const told: string[] = [];
  const listener = (event: RunEvent): void => {
    if (event.kind === 'warning') told.push(event.message);
  };
  const outcome = await runTest(config, { listener, signal: signal() });
  assert.equal(outcome.status, 'success');
  for (const node of ['localhost', '127.0.0.2']) {
    assert.equal(
      told.filter((line) => line.startsWith(`${dead.host} answers no request to node ${node} since`)).length,
      1,
      told.join('\n'),
    );
  }
  const endpoints = stored(outcome).results?.endpoints ?? [];
  assert.deepEqual(
    endpoints.map(({ endpoint, requests, errors, outages }) => [
      endpoint,
      requests,
      errors,
      outages.map(({ node }) => node).sort(),
    ]),
    [
      [dead.host, 0, 0, ['127.0.0.2', 'localhost']],
      [cluster.host, answered('half'), 0, []],
    ],
  );
});

test('a missing node is named before anything is asked of the cluster', async () => {
  const before = cluster.requests.length;
  const config = await configOf(['127.0.0.2', '127.0.0.88'], [raw('c', {})]);
  await assert.rejects(runTest(config, { signal: signal() }), { code: 'FLEET', message: /: 127\.0\.0\.88\.$/ });
  assert.equal(cluster.requests.length, before);
});

test('while a run has the fleet, another one is refused, naming it; afterwards it is free', async () => {
  const first = await configOf(
    ['127.0.0.2'],
    [raw('d', { iterations: 30, targetThroughput: { value: 20, unit: 'ops' } })],
  );
  const events: RunEvent[] = [];
  const going = runTest(first, { listener: (event) => events.push(event), signal: signal() });
  while (!events.some(({ kind }) => kind === 'progress')) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = await configOf(['127.0.0.2'], [raw('e', {})]);
  await assert.rejects(runTest(second, { signal: signal() }), {
    code: 'ANOTHER_RUN',
    message: new RegExp(`test run ${first.naming?.testRunId}\\.$`),
  });
  assert.equal((await going).status, 'success');
  assert.equal((await runTest(second, { signal: signal() })).status, 'success');
});

test('a lost node marks the results, and ends the run unless it is told to go on', async () => {
  for (const policy of ['abort', 'continue'] as const) {
    const victim = await forkNode(server, '127.0.0.9');
    const { id, secret, hello } = victim.registered;
    const own = await server.connect(id);
    await registered(own, id, secret, async () => hello);
    const name = `lossy-${policy}`;
    const config = await configOf(
      ['127.0.0.9', '127.0.0.2'],
      [raw(name, { clients: 2, timePeriod: seconds(6), targetThroughput: { value: 40, unit: 'ops' } })],
      policy,
    );
    const warnings: string[] = [];
    const going = runTest(config, {
      listener: (event) => void (event.kind === 'warning' && warnings.push(event.message)),
      signal: signal(),
    });
    while (answered(name) < 10) await new Promise((resolve) => setTimeout(resolve, 10));
    victim.child.kill('SIGKILL');
    const outcome = await going;
    const run = stored(outcome);
    assert.equal(run.results?.isPartial, true);
    assert.match(run.fleet?.[0]?.lost ?? '', /^it was not heard for 4\.\d seconds$/);
    assert.equal(run.fleet?.[1]?.lost, null);
    assert.ok((run.results?.tasks[0]?.requests ?? 0) > 10);
    if (policy === 'abort') {
      assert.ok(
        outcome.status === 'failed' && outcome.error instanceof BenchmarkError && outcome.error.code === 'WORKER_LOST',
      );
    } else {
      assert.equal(outcome.status, 'success');
      assert.ok(warnings.some((warning) => warning.startsWith('Node 127.0.0.9 is lost:')));
      assert.ok(run.results?.driverWarnings.some((warning) => warning.startsWith('Node 127.0.0.9 was lost')));
    }
    await own.close();
    await victim.close();
  }
});
