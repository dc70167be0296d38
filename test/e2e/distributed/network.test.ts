// The tutorial as it is typed, its addresses included, in a network of the test's own, whose links are really cut.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../../../src/package.ts';
import { assertClean, assertFailure, taskOf } from '../benchmark-process.ts';
import type { Counted } from './counting-process.ts';
import { nodesOf } from './fleet-section.ts';
import { steadyWorkload, TimedRun, until } from './load.ts';
import { Machine } from './machine.ts';
import { canShiftClocks, Networks, networkObstacle } from './network.ts';

/** Commands and reports go over one network, the load over another: a node that is cut off can go on loading. */
const control = 'control';
const load = 'load';
const addresses = ['192.0.1.0', '198.52.100.0', '198.53.100.0'] as const;
const target = { address: '10.0.0.9', port: 9200 };
const hasClocks = canShiftClocks();
/** Seconds by which the monotonic clocks of the machines are ahead. */
const clockShifts = hasClocks ? [0, 1000, 50_000] : [0, 0, 0];
const obstacle = networkObstacle();

class Target {
  private readonly child: ChildProcess;

  constructor(namespace: string) {
    const script = fileURLToPath(new URL('./counting-process.js', import.meta.url));
    const words = ['netns', 'exec', namespace, process.execPath, script, target.address, String(target.port)];
    this.child = spawn('ip', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async listens(): Promise<void> {
    await once(this.child, 'message');
  }

  /** What came from the two workers, by the order of their addresses. */
  async ask(question: 'counts' | 'forget' = 'counts'): Promise<readonly [Counted, Counted]> {
    this.child.send(question);
    const [counted]: Readonly<Record<string, Counted>>[] = await once(this.child, 'message');
    const none = { count: 0, first: 0, last: 0 };
    return [counted?.['10.0.0.2'] ?? none, counted?.['10.0.0.3'] ?? none];
  }

  close(): void {
    this.child.kill('SIGKILL');
  }
}

function describeNetwork(): void {
  const networks = new Networks();
  const namespaces: string[] = [];
  const machines: Machine[] = [];
  const runs: TimedRun[] = [];
  let counting: Target;

  before(async () => {
    for (const network of [control, load]) networks.addBridge(network);
    for (const [index, address] of addresses.entries()) {
      const namespace = networks.addNamespace();
      networks.join(namespace, control, `${address}/32`);
      networks.join(namespace, load, `10.0.0.${index + 1}/24`);
      namespaces.push(namespace);
      machines.push(new Machine({ address, namespace, clockShift: clockShifts[index] ?? 0 }));
    }
    const namespace = networks.addNamespace();
    networks.join(namespace, load, `${target.address}/24`);
    counting = new Target(namespace);
    await counting.listens();
    for (const machine of machines) await machine.startDaemon('192.0.1.0');
  });

  after(async () => {
    for (const { process } of runs) process.child.kill('SIGKILL');
    await Promise.all(machines.map((machine) => machine.dispose()));
    counting?.close();
    networks.remove();
  });

  const machine = (index: number): Machine => machines[index] ?? assert.fail();
  const link = (index: number): readonly [string, string] => [namespaces[index] ?? '', control];

  function run(seconds: number, id: string, ...more: readonly string[]): TimedRun {
    const path = machine(0).home.workload(id, { 'workload.json': steadyWorkload(seconds) });
    const started = new TimedRun(
      machine(0).benchmark(
        'execute-test',
        '--pipeline=benchmark-only',
        `--workload-path=${path}`,
        '--worker-ips=198.52.100.0,198.53.100.0',
        `--target-hosts=${target.address}:${target.port}`,
        '--client-options=timeout:60',
        '--kill-running-processes',
        `--test-run-id=${id}`,
        ...more,
      ),
    );
    runs.push(started);
    return started;
  }

  async function loaded(): Promise<void> {
    for (const end = performance.now() + 20_000; performance.now() < end; await sleep(50)) {
      if ((await counting.ask()).every(({ count }) => count > 15)) return;
    }
    assert.fail('There was no load.');
  }

  /** Requests of the steady task: of the run, and of each node. */
  function reported(id: string): readonly [number, readonly number[]] {
    const testRun = machine(0).home.testRun(id);
    return [taskOf(testRun, 'steady').requests, nodesOf(testRun).map(({ requests }) => requests)];
  }

  /** A run that has to succeed, and to report what each worker has sent. */
  async function runsWell(seconds: number, id: string): Promise<readonly [Counted, Counted]> {
    await counting.ask('forget');
    const ended = await run(seconds, id).ended;
    assertClean(ended);
    assert.equal(ended.code, 0, ended.stderr);
    const counted = await counting.ask();
    const [all, each] = reported(id);
    assert.equal(all, counted[0].count + counted[1].count);
    // One of them has sent the one request of the task before.
    assert.equal((each[0] ?? 0) + (each[1] ?? 0), all + 1);
    for (const [index, { count }] of counted.entries())
      assert.ok((each[index] ?? 0) - count <= 1, `${each[index]} reported, ${count} counted`);
    return counted;
  }

  test(`works as typed${hasClocks ? ', on machines whose clocks are 1,000 and 50,000 seconds ahead' : ''}`, async (context) => {
    const [first, second] = await runsWell(3, 'tutorial');
    context.diagnostic(`first requests of the workers: ${second.first - first.first} ms apart`);
    assert.ok(Math.abs(second.first - first.first) < 300, `${second.first - first.first} ms apart`);
    assert.ok(Math.abs(first.count - second.count) <= 10, `${first.count} and ${second.count} requests`);
    const nodes = nodesOf(machine(0).home.testRun('tutorial'));
    assert.deepEqual(
      nodes.map(({ address, version, clients, errors, lost }) => ({ address, version, clients, errors, lost })),
      addresses.slice(1).map((address) => ({ address, version: packageVersion, clients: 2, errors: 0, lost: null })),
    );
    for (const [index, node] of nodes.entries()) {
      const offset = (node['clock-offset-ms'] ?? Number.NaN) - (clockShifts[index + 1] ?? 0) * 1000;
      context.diagnostic(`clock offset of ${node.address} is off by ${offset.toFixed(3)} ms`);
      assert.ok(Math.abs(offset) < 20, `${offset} ms`);
    }
    const listed = await machine(0).benchmark('fleet', `--target-hosts=${target.address}:${target.port}`).ended;
    assert.equal(listed.code, 0, listed.stderr);
    for (const address of addresses)
      assert.match(listed.stdout, new RegExp(`${address.replaceAll('.', '\\.')} .* ms `));
  });

  test('outlives a cut of a second without losing a request', async () => {
    await counting.ask('forget');
    const going = run(6, 'short-cut');
    await loaded();
    networks.cut(...link(2));
    await sleep(1000);
    networks.mend(...link(2));
    const ended = await going.ended;
    assertClean(ended);
    assert.equal(ended.code, 0, ended.stderr);
    const counted = await counting.ask();
    assert.equal(reported('short-cut')[0], counted[0].count + counted[1].count);
    assert.notEqual(machine(0).home.testRun('short-cut').results?.partial, true);
  });

  async function cutOff(
    context: TestContext,
    going: TimedRun,
    id: string,
  ): Promise<{ readonly cutAt: number; readonly wall: number }> {
    await loaded();
    const [cutAt, wall] = [performance.now(), Date.now()];
    networks.cut(...link(1));
    const named = await going.said(/198\.52\.100\.0 is lost/, 10_000);
    context.diagnostic(`named after ${Math.round(named - cutAt)} ms`);
    assert.ok(named - cutAt < 5000, `${named - cutAt} ms`);
    assert.equal(machine(1).remains(id), null);
    return { cutAt, wall };
  }

  /** The worker that was cut off goes on for a while, ends by itself, and keeps on disk what the target has counted. */
  async function endsAlone(context: TestContext, id: string, wall: number): Promise<void> {
    await until(() => machine(1).remains(id) !== null, 12_000, 'the last report on the disk of the worker');
    const [{ count, last }] = await counting.ask();
    context.diagnostic(`load of the worker ended ${last - wall} ms after the cut`);
    assert.ok(last - wall < 10_000, `${last - wall} ms`);
    const totals = machine(1).remains(id)?.totals ?? [];
    assert.equal(totals.find(({ task }) => task === 'steady')?.requests, count);
    assert.match(
      machine(1).log(),
      new RegExp(`\\[test run ${id}\\] The load ends: the coordinator was not heard for 7\\.\\d seconds`),
    );
    await sleep(500);
    assert.equal((await counting.ask())[0].count, count);
  }

  test('names a worker that is cut off within 5 seconds and ends; the worker ends its load within 10; mended, it is usable', async (context) => {
    await counting.ask('forget');
    const going = run(60, 'cut');
    const { cutAt, wall } = await cutOff(context, going, 'cut');
    assertFailure(await going.ended, 'WORKER_LOST', /Node 198\.52\.100\.0 is lost: /);
    assert.ok(going.endedAt - cutAt < 8000, `ended after ${going.endedAt - cutAt} ms`);
    assert.equal(machine(0).home.testRun('cut').results?.partial, true);
    const other = (await counting.ask())[1];
    assert.ok(other.last - wall < 6000, `the other loaded for ${other.last - wall} ms`);
    await endsAlone(context, 'cut', wall);
    networks.mend(...link(1));
    const mended = performance.now();
    await runsWell(1, 'mended');
    context.diagnostic(`a run after the link was mended took ${Math.round(performance.now() - mended)} ms`);
  });

  test('goes on without a worker that is cut off if told so, also once it is back', async (context) => {
    await counting.ask('forget');
    const going = run(10, 'without', '--on-worker-loss=continue');
    const { wall } = await cutOff(context, going, 'without');
    networks.mend(...link(1));
    const ended = await going.ended;
    assertClean(ended);
    assert.equal(ended.code, 0, ended.stderr);
    const [first, second] = await counting.ask();
    assert.ok(first.last - wall < 10_000, `${first.last - wall} ms`);
    context.diagnostic(`load of the worker that came back ended ${first.last - wall} ms after the cut`);
    const testRun = machine(0).home.testRun('without');
    assert.equal(testRun.results?.partial, true);
    const [lost, kept] = nodesOf(testRun);
    assert.ok(lost?.lost !== null && kept?.lost === null);
    // It is told at most the one request of the task before.
    assert.ok(
      kept.requests - second.count <= 1 && kept.requests >= second.count,
      `${kept.requests} reported, ${second.count} counted`,
    );
    assert.ok((lost?.requests ?? 0) <= first.count + 1);
    await runsWell(1, 'after-without');
  });

  test('stops when it is told to', async () => {
    for (const one of [...machines].reverse()) {
      const { code, stdout, stderr } = await one.daemon('stop');
      assert.deepEqual([code, stdout, stderr], [0, '[INFO] Shutting down actor system. [OK]\n', '']);
      assert.deepEqual(one.living, { daemon: false, nats: false });
    }
  });
}

if (obstacle === null) describe('the tutorial in a network of its own', describeNetwork);
else
  test('this machine allows no networks of a test: links cannot be cut here', (context) => {
    context.diagnostic(obstacle);
    assert.match(obstacle, /ip(\.exe)? .*|ENOENT|EACCES|EPERM/);
  });
