// What goes wrong while a distributed run goes on, with the programs as users start them: killed, frozen, cancelled,
// doubled.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess, untilGone } from '../../../src/process-identity.ts';
import { assertClean, assertFailure } from '../benchmark-process.ts';
import { nodesOf } from './fleet-section.ts';
import { until } from './load.ts';
import { Machine } from './machine.ts';
import { Scene } from './scene.ts';

const open = (context: TestContext, workers = 2): Promise<Scene> =>
  Scene.open({ workers, onEnd: (release) => context.after(release) });

/** No request for so many ms. */
async function staysQuiet(scene: Scene, millis = 1000): Promise<void> {
  const { count } = scene.target;
  await sleep(millis);
  assert.equal(scene.target.count, count, 'requests came');
}

const tell = (context: TestContext, what: string, millis: number): void =>
  context.diagnostic(`${what}: ${Math.round(millis)} ms`);

describe('a distributed run', { concurrency: 4 }, () => {
  test('names a worker that was killed with -9 within 5 seconds, and ends with what was measured', async (context) => {
    const scene = await open(context);
    const run = scene.run(60, 'killed');
    await scene.target.loaded();
    const victim = scene.worker(0);
    const start = performance.now();
    signalProcess(victim.daemonProcess, 'SIGKILL');
    const named = await run.said(/127\.0\.0\.2 is lost/, 8000);
    const ended = await run.ended;
    tell(context, 'named after', named - start);
    assert.ok(named - start < 5000, `${named - start} ms`);
    assertFailure(ended, 'WORKER_LOST', /Node 127\.0\.0\.2 is lost: /);
    assert.ok(run.endedAt - named < 2000, `ended ${run.endedAt - named} ms later`);
    assert.match(ended.stdout, /Mean Throughput \| +steady/);
    const stored = scene.coordinator.home.testRun('killed');
    assert.equal(stored.results?.partial, true);
    assert.deepEqual(
      nodesOf(stored).map(({ address, lost }) => [address, lost !== null]),
      [
        ['127.0.0.2', true],
        ['127.0.0.3', false],
      ],
    );
    await staysQuiet(scene);
    await scene.runsWell('without-it', '--worker-ips=127.0.0.3');
    await scene.join(victim);
    await scene.runsWell('with-it-again');
  });

  test('goes on without a frozen worker if told so; thawed, that one sends nothing and is usable again', async (context) => {
    const scene = await open(context);
    const run = scene.run(9, 'frozen', '--on-worker-loss=continue');
    await scene.target.loaded();
    const frozen = scene.worker(1).daemonProcess;
    context.after(() => signalProcess(frozen, 'SIGCONT'));
    const start = performance.now();
    signalProcess(frozen, 'SIGSTOP');
    const named = await run.said(/127\.0\.0\.3 is lost.*The run goes on without its clients/s, 8000);
    tell(context, 'named after', named - start);
    assert.ok(named - start < 5000, `${named - start} ms`);
    const ended = await run.ended;
    assertClean(ended);
    assert.equal(ended.code, 0, ended.stderr);
    const stored = scene.coordinator.home.testRun('frozen');
    assert.equal(stored.results?.partial, true);
    assert.match(ended.stdout, /\[WARNING\] .*127\.0\.0\.3 was lost/);
    signalProcess(frozen, 'SIGCONT');
    await sleep(1500);
    await staysQuiet(scene);
    await scene.runsWell('thawed');
  });

  test('ends without its coordinator daemon: no server is left, no load after 10 seconds, and a fresh start works at once', async (context) => {
    const scene = await open(context);
    const { coordinator, target } = scene;
    const run = scene.run(60, 'beheaded');
    await target.loaded();
    const nats = coordinator.natsProcess;
    const start = performance.now();
    signalProcess(coordinator.daemonProcess, 'SIGKILL');
    assert.ok(await untilGone(nats, 2000), 'nats-server has gone too');
    const ended = await run.ended;
    assertFailure(ended, 'WORKER_LOST', /NATS was away for 8 seconds/);
    await until(() => scene.workers.every((worker) => worker.remains('beheaded') !== null), 6000, 'last reports');
    tell(context, 'last request after', target.last - start);
    assert.ok(target.last - start < 10_000, `${target.last - start} ms`);
    assert.equal(coordinator.home.testRun('beheaded').results?.partial, true);
    const restarted = performance.now();
    await coordinator.startDaemon('127.0.0.1', `--port=${scene.port}`);
    tell(context, 'fresh start took', performance.now() - restarted);
    assert.ok(performance.now() - restarted < 5000);
    await staysQuiet(scene, 500);
    await scene.runsWell('afterwards');
  });

  test('whose process was killed with -9 leaves no load after 10 seconds, last reports on the workers, and nothing in the way', async (context) => {
    const scene = await open(context);
    const { target } = scene;
    const run = scene.run(60, 'gone');
    await target.loaded();
    const start = performance.now();
    run.process.child.kill('SIGKILL');
    await run.ended;
    await until(() => scene.workers.every((worker) => worker.remains('gone') !== null), 12_000, 'last reports');
    tell(context, 'last request after', target.last - start);
    assert.ok(target.last - start < 10_000, `${target.last - start} ms`);
    const remains = scene.workers.map((worker) => worker.remains('gone'));
    const counted = remains.flatMap((one) => one?.totals ?? []).filter(({ task }) => task === 'steady');
    assert.equal(
      counted.reduce((sum, { requests }) => sum + requests, 0),
      target.count,
    );
    for (const worker of scene.workers)
      assert.match(worker.log(), /\[test run gone\] The load ends: the coordinator was not heard for 7\.\d seconds/);
    await scene.runsWell('next');
  });

  test('can be followed by the next one right after it was killed with -9', async (context) => {
    const scene = await open(context);
    const run = scene.run(60, 'gone');
    await scene.target.loaded();
    run.process.child.kill('SIGKILL');
    await run.ended;
    const start = performance.now();
    const next = scene.run(1, 'next');
    const { code, stderr } = await next.ended;
    tell(context, 'the next one took', performance.now() - start);
    assert.equal(code, 0, stderr);
    assert.ok(scene.requests('next') > 80, `${scene.requests('next')} requests`);
    await staysQuiet(scene);
  });

  test('counts what the target counts though nats-server is killed twice meanwhile', async (context) => {
    const scene = await open(context);
    const run = scene.run(8, 'restarts');
    await scene.target.loaded();
    for (let kill = 0; kill < 2; kill++) {
      const server = scene.coordinator.natsProcess;
      assert.ok(signalProcess(server, 'SIGKILL'));
      await untilGone(server, 2000);
      await until(() => scene.coordinator.living.nats, 5000, 'a new nats-server');
      await scene.target.loaded(100);
    }
    const ended = await run.ended;
    assertClean(ended);
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(scene.requests('restarts'), scene.target.count);
    assert.ok(scene.target.count >= 780, `${scene.target.count} requests`);
    assert.notEqual(scene.coordinator.home.testRun('restarts').results?.partial, true);
  });

  test('ends on all nodes within a second of Ctrl-C, with what was measured', async (context) => {
    const scene = await open(context);
    const { target } = scene;
    const run = scene.run(60, 'cancelled', '--worker-ips=localhost,127.0.0.2,127.0.0.3');
    await target.loaded();
    const start = performance.now();
    run.process.child.kill('SIGINT');
    const ended = await run.ended;
    tell(context, 'last request after', target.last - start);
    tell(context, 'ended after', run.endedAt - start);
    assertClean(ended);
    assert.equal(ended.code, 130, ended.stderr);
    assert.ok(target.last - start < 1000, `${target.last - start} ms`);
    assert.match(ended.stdout, /❌ CANCELLED/);
    assert.match(ended.stdout, /Mean Throughput \| +steady/);
    const stored = scene.coordinator.home.testRun('cancelled');
    assert.equal(stored.results?.partial, true);
    assert.equal(scene.requests('cancelled'), target.count);
    await staysQuiet(scene, 500);
    await scene.runsWell('after-it');
  });

  test('refuses a second one, naming the first, which -k ends', async (context) => {
    const scene = await open(context);
    const first = scene.run(60, 'the-first');
    await scene.target.loaded();
    const refused = await scene.run(1, 'the-second').ended;
    assertFailure(refused, 'ANOTHER_RUN', new RegExp(`process ${first.process.child.pid}, test run the-first`));
    assert.equal(first.endedAt, 0, 'the first goes on');
    const { length } = [scene.coordinator, ...scene.workers].filter(({ living }) => living.daemon);
    const start = performance.now();
    const second = await scene.run(1, 'the-third', '-k').ended;
    tell(context, 'the third took', performance.now() - start);
    assert.equal(second.code, 0, second.stderr);
    assert.equal((await first.ended).code, 130);
    assert.equal(scene.requests('the-first') + scene.requests('the-third'), scene.target.count);
    assert.equal(length, 3);
    assert.deepEqual(
      [scene.coordinator, ...scene.workers].map(({ living }) => living.daemon),
      [true, true, true],
    );
  });

  test('names the workers that are missing after --worker-wait, and those that are there', async (context) => {
    const scene = await open(context, 1);
    const ended = await scene.run(1, 'waits', '--worker-ips=127.0.0.2,127.0.0.8,127.0.0.9', '--worker-wait=1').ended;
    tell(context, 'named after', ended.took);
    assertFailure(ended, 'FLEET', /Nodes are missing after 1 seconds: 127\.0\.0\.8, 127\.0\.0\.9\./);
    assert.match(ended.stderr, /Here now: 127\.0\.0\.1, 127\.0\.0\.2\./);
    assert.equal(scene.target.count, 0);
    // One that comes while the run waits is in time.
    const late = scene.run(1, 'late', '--worker-ips=127.0.0.2,127.0.0.4');
    const machine = new Machine({ address: '127.0.0.4' });
    context.after(() => machine.dispose());
    await late.said(/Test Run ID/);
    await scene.join(machine);
    const { code, stderr } = await late.ended;
    assert.equal(code, 0, stderr);
    assert.equal(scene.requests('late'), scene.target.count);
  });
});
