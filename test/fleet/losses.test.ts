// What goes wrong in a distributed run: servers, nodes and coordinators that are gone. Nothing is lost or counted
// twice, and nothing goes on loading.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError } from '../../src/errors.ts';
import { orphanReportPath } from '../../src/node/orphan-report.ts';
import { seconds } from '../../src/units.ts';
import type { Task } from '../../src/workload/model.ts';
import { task } from '../support/small-model.ts';
import { NatsServer } from './nats-server.ts';
import { CountingTarget, DistributedRun, forkNode, type RunSettings, startNode, until } from './nodes.ts';

type Closer = () => unknown;

/** A server, a target, and everything that has to be ended afterwards. */
class Scene {
  readonly server: NatsServer;
  readonly target = new CountingTarget();
  private readonly closers: Closer[] = [];

  private constructor(server: NatsServer) {
    this.server = server;
  }

  static async open(): Promise<Scene> {
    const scene = new Scene(await NatsServer.start());
    await scene.target.start();
    scene.closers.push(
      () => scene.server.kill(),
      () => scene.target.close(),
    );
    return scene;
  }

  async node(address: string) {
    return this.keep(await startNode(this.server, address));
  }

  async process(address: string) {
    return this.keep(await forkNode(this.server, address));
  }

  async run(settings: Pick<RunSettings, 'nodes' | 'schedule'> & Partial<RunSettings>): Promise<DistributedRun> {
    return this.keep(await DistributedRun.create({ server: this.server, targetHosts: this.target.host, ...settings }));
  }

  seen(name: string): number {
    return this.target.counts.get(`/${name}`) ?? 0;
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
  }

  private keep<T extends { close(): unknown }>(item: T): T {
    this.closers.push(() => item.close());
    return item;
  }
}

const steady = (time: number, clients = 3): Task =>
  task(
    'steady',
    'raw-request',
    { path: '/steady' },
    { clients, timePeriod: seconds(time), targetThroughput: { value: 60, unit: 'ops' } },
  );

/** A test with a scene of its own, so that tests may wait side by side. */
const scenic = (play: (scene: Scene) => Promise<void>) => async (): Promise<void> => {
  const scene = await Scene.open();
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
};

/** Resolves once the target has seen load. */
const loaded = (scene: Scene): Promise<void> => until(() => scene.seen('steady') > 10, 30_000);

describe('a distributed run', { concurrency: true }, () => {
  it(
    'loses nothing and counts nothing twice when the nats-server is killed and comes back',
    scenic(async (scene) => {
      const nodes = [await scene.node('127.0.0.1'), await scene.node('127.0.0.2'), await scene.node('127.0.0.3')];
      const run = await scene.run({ nodes: nodes.map((node) => node.registered), schedule: [steady(4)] });
      const ended = run.drive();
      await loaded(scene);
      for (let kill = 0; kill < 2; kill++) {
        await scene.server.kill();
        await sleep(500);
        await scene.server.start();
        await sleep(700);
      }
      assert.equal(await ended, null);
      assert.ok(scene.seen('steady') >= 230, `${scene.seen('steady')} requests`);
      assert.equal(run.requests().steady, scene.seen('steady'));
    }),
  );

  it(
    'names a node that was killed within 5 seconds, and ends the load of the others',
    scenic(async (scene) => {
      const [victim, other] = [await scene.process('127.0.0.2'), await scene.node('127.0.0.3')];
      const run = await scene.run({ nodes: [victim.registered, other.registered], schedule: [steady(60)] });
      const ended = run.drive();
      await loaded(scene);
      victim.child.kill('SIGKILL');
      const begin = performance.now();
      const error = await ended;
      assert.ok(performance.now() - begin < 5500);
      assert.ok(error instanceof BenchmarkError && error.code === 'WORKER_LOST' && error.exitCode === 64);
      assert.match(error.message, /^Node 127\.0\.0\.2 is lost: it was not heard for 4\.\d seconds\.$/);
      const after = scene.seen('steady');
      await sleep(300);
      assert.equal(scene.seen('steady'), after);
    }),
  );

  it(
    'goes on without a frozen node if told so, and that node sends nothing more',
    scenic(async (scene) => {
      const [victim, other] = [await scene.process('127.0.0.2'), await scene.node('127.0.0.3')];
      const run = await scene.run({
        nodes: [victim.registered, other.registered],
        schedule: [steady(7, 2)],
        onWorkerLoss: 'continue',
      });
      const ended = run.drive();
      await loaded(scene);
      victim.child.kill('SIGSTOP');
      const begin = performance.now();
      await until(() => run.tales.length > 0, 5000);
      assert.ok(performance.now() - begin < 5000);
      assert.match(run.tales[0] ?? '', /Node 127\.0\.0\.2 is lost: .* The run goes on without its clients/);
      assert.equal(await ended, null);
      assert.ok((run.requests().steady ?? 0) > 200, `${run.requests().steady} requests`);
      const before = scene.seen('steady');
      victim.child.kill('SIGCONT');
      await sleep(2000);
      assert.equal(scene.seen('steady'), before);
    }),
  );

  it(
    'ends the load on all nodes within a second of a cancellation',
    scenic(async (scene) => {
      const nodes = [await scene.node('127.0.0.1'), await scene.node('127.0.0.2'), await scene.node('127.0.0.3')];
      const run = await scene.run({ nodes: nodes.map((node) => node.registered), schedule: [steady(60)] });
      const ended = run.drive();
      await loaded(scene);
      const begin = performance.now();
      run.fleet.cancel();
      assert.equal(await ended, null);
      assert.ok(performance.now() - begin < 1000);
      assert.equal(run.requests().steady, scene.seen('steady'));
      const after = scene.seen('steady');
      await sleep(300);
      assert.equal(scene.seen('steady'), after);
    }),
  );

  it(
    'leaves nothing behind when its coordinator is gone: nodes end their load within 10 seconds and keep their last ' +
      'reports',
    scenic(async (scene) => {
      const node = await scene.node('127.0.0.2');
      const run = await scene.run({ nodes: [node.registered], schedule: [steady(60)], testRunId: 'gone' });
      void run.drive();
      await loaded(scene);
      for (const connection of run.connections) await connection.close();
      const begin = Date.now();
      await until(() => node.agent.testRunId === null, 10_000);
      assert.ok(scene.target.lastRequest - begin < 10_000);
      const remains: unknown = JSON.parse(
        readFileSync(orphanReportPath(node.rootDirectory, 'gone', '127.0.0.2'), 'utf8'),
      );
      assert.ok(
        typeof remains === 'object' && remains !== null && 'totals' in remains && Array.isArray(remains.totals),
      );
      assert.equal(remains.totals[0].requests, scene.seen('steady'));
      assert.ok(
        'reason' in remains && /^the coordinator was not heard for 7\.\d seconds$/.test(String(remains.reason)),
      );
      assert.ok(
        node.log.some((line) =>
          line.startsWith('WARNING [test run gone] The load ends: the coordinator was not heard'),
        ),
      );
    }),
  );

  it(
    'ends by itself when the server does not come back',
    scenic(async (scene) => {
      const nodes = [await scene.node('127.0.0.1'), await scene.node('127.0.0.2')];
      const run = await scene.run({ nodes: nodes.map((node) => node.registered), schedule: [steady(60)] });
      const ended = run.drive();
      await loaded(scene);
      await scene.server.kill();
      const begin = Date.now();
      const error = await ended;
      assert.ok(error instanceof BenchmarkError && error.code === 'WORKER_LOST');
      assert.match(error.message, /^Node 127\.0\.0\.1 is lost: the coordinator's NATS was away for 8 seconds/);
      await until(() => nodes.every((node) => node.agent.testRunId === null));
      assert.ok(scene.target.lastRequest - begin < 10_000);
    }),
  );

  it(
    'names a node whose daemon is stopped at once, with the reason',
    scenic(async (scene) => {
      const nodes = [await scene.node('127.0.0.1'), await scene.node('127.0.0.2')];
      const run = await scene.run({ nodes: nodes.map((node) => node.registered), schedule: [steady(60)] });
      const ended = run.drive();
      await loaded(scene);
      const begin = performance.now();
      await nodes[0]?.agent.stop('its daemon was stopped');
      const error = await ended;
      assert.ok(performance.now() - begin < 2000);
      assert.ok(error instanceof BenchmarkError && error.message === 'Node 127.0.0.1 is lost: its daemon was stopped.');
      assert.equal(run.requests().steady, scene.seen('steady'), 'what the leaving node had measured is kept');
    }),
  );
});
