// Distributed runs over slow links and over an existing NATS, and daemons that are told to stop in the middle of a run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertClean, assertFailure } from '../benchmark-process.ts';
import { nodesOf, requestsOf } from './fleet-section.ts';
import { SteadyTarget, steadyWorkload, until } from './load.ts';
import { freePort, Machine, pathWithNats } from './machine.ts';
import { Relay } from './relay.ts';
import { Scene } from './scene.ts';

const open = (context: TestContext, workers: number): Promise<Scene> =>
  Scene.open({ workers, onEnd: (release) => context.after(release) });

async function staysQuiet(target: SteadyTarget): Promise<void> {
  const { count } = target;
  await sleep(700);
  assert.equal(target.count, count, 'requests came');
}

describe('a distributed run', { concurrency: 3 }, () => {
  test('with a worker that is 100 ms away starts it with the others and counts everything', async (context) => {
    const scene = await open(context, 1);
    const relay = await Relay.start(scene.port, 100);
    context.after(() => relay.close());
    const far = new Machine({ address: '127.0.0.7' });
    context.after(() => far.dispose());
    await far.startDaemon('127.0.0.1', `--port=${relay.port}`);
    const start = performance.now();
    await scene.runsWell('far', '--worker-ips=127.0.0.2,127.0.0.7');
    context.diagnostic(`a run of a second took ${Math.round(performance.now() - start)} ms`);
    assert.ok(performance.now() - start < 11_000);
    const [near, away] = nodesOf(scene.coordinator.home.testRun('far'));
    assert.ok(near !== undefined && away !== undefined);
    context.diagnostic(`clock offsets: ${near['clock-offset-ms']} and ${away['clock-offset-ms']} ms`);
    // One machine has one clock, however long its words take.
    assert.ok(Math.abs(away['clock-offset-ms'] ?? Number.NaN) < 20);
    assert.ok(Math.abs(near.requests - away.requests) <= 6, `${near.requests} and ${away.requests} requests`);
    const listed = await scene.coordinator.benchmark('fleet').ended;
    const roundTrip = Number(/^127\.0\.0\.7 .* ([\d.]+) ms +[+-]/m.exec(listed.stdout)?.[1]);
    assert.ok(roundTrip >= 200, `${roundTrip} ms`);
  });

  test('works over an existing NATS', async (context) => {
    const port = await freePort();
    const nats = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '--user', 'osb', '--pass', 'owner'], {
      env: { PATH: pathWithNats() },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    context.after(() => nats.kill('SIGKILL'));
    for (let text = ''; !text.includes('Server is ready'); ) text += String((await once(nats.stderr, 'data'))[0]);
    const target = await SteadyTarget.start();
    context.after(() => target.close());
    const env = { OSB_NATS_URL: `nats://osb:owner@127.0.0.1:${port}` };
    const machines = ['127.0.0.1', '198.51.100.7', '198.51.100.8'].map((address) => new Machine({ address, env }));
    for (const machine of machines) {
      context.after(() => machine.dispose());
      await machine.startDaemon('127.0.0.1');
    }
    const [coordinator] = machines;
    assert.ok(coordinator);
    const path = coordinator.home.workload('steady', { 'workload.json': steadyWorkload(2) });
    const words = [
      `--workload-path=${path}`,
      `--target-hosts=${target.host}`,
      '--worker-ips=198.51.100.7,198.51.100.8',
    ];
    const { code, stderr } = await coordinator.benchmark('execute-test', ...words).ended;
    assert.equal(code, 0, stderr);
    // And the one of the task before.
    assert.equal(requestsOf(nodesOf(coordinator.home.testRun())), target.count + 1);
  });

  test('names a worker whose daemon was stopped, and ends', async (context) => {
    const scene = await open(context, 2);
    const run = scene.run(60, 'stopped');
    await scene.target.loaded();
    const start = performance.now();
    const stopping = scene.worker(0).daemon('stop');
    const named = await run.said(/127\.0\.0\.2 is lost/, 8000);
    context.diagnostic(`named after ${Math.round(named - start)} ms`);
    assert.ok(named - start < 5000, `${named - start} ms`);
    assertFailure(await run.ended, 'WORKER_LOST', /Node 127\.0\.0\.2 is lost: /);
    assert.equal((await stopping).code, 0);
    const totals = scene.worker(0).remains('stopped')?.totals ?? [];
    assert.ok((totals.find(({ task }) => task === 'steady')?.requests ?? 0) > 10);
    await staysQuiet(scene.target);
  });

  test('ends within 10 seconds when the daemon of the coordinator is stopped', async (context) => {
    const scene = await open(context, 2);
    const run = scene.run(60, 'headless');
    await scene.target.loaded();
    const start = performance.now();
    assert.equal((await scene.coordinator.daemon('stop')).code, 0);
    assert.deepEqual(scene.coordinator.living, { daemon: false, nats: false });
    const ended = await run.ended;
    assertFailure(ended, 'WORKER_LOST', /NATS was away for 8 seconds/);
    await until(() => scene.workers.every((worker) => worker.remains('headless') !== null), 5000, 'last reports');
    context.diagnostic(`last request after ${Math.round(scene.target.last - start)} ms`);
    assert.ok(scene.target.last - start < 10_000);
    assertClean(ended);
  });

  test('can be looked at before: a target that the nodes cannot reach is named by each', async (context) => {
    const scene = await open(context, 2);
    const good = await scene.coordinator.benchmark(
      'fleet',
      `--target-hosts=${scene.target.host}`,
      '--worker-ips=127.0.0.2,127.0.0.3',
    ).ended;
    assertClean(good);
    assert.equal(good.code, 0, good.stderr);
    const bad = await scene.coordinator.benchmark(
      'fleet',
      '--target-hosts=127.0.0.1:1',
      '--worker-ips=127.0.0.2,127.0.0.3',
    ).ended;
    assertClean(bad);
    assert.equal(bad.code, 64);
    for (const worker of scene.workers)
      assert.ok(bad.stderr.includes(`Node ${worker.address} cannot reach 127.0.0.1:1: `), bad.stderr);
  });
});
