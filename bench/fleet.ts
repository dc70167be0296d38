// What a fleet costs its coordinator, and how much more load more nodes make.
//
//   node dist/bench/fleet.js scale [nodes] [seconds]    simulated nodes that report once a second
//   node dist/bench/fleet.js nodes [seconds]            requests/s of 1, 2 and 4 real nodes on this machine
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Fleet } from '../src/fleet/fleet.ts';
import type { RegisteredNode } from '../src/fleet/protocol/hub-messages.ts';
import { inboxPrefix } from '../src/fleet/protocol/subjects.ts';
import { RunLink } from '../src/fleet/run/run-link.ts';
import { parseTargets } from '../src/http/targets.ts';
import { TaskMetrics } from '../src/metrics/task-metrics.ts';
import { newNodeId } from '../src/nats/connect.ts';
import { findNatsServer } from '../src/nats/nats-binary.ts';
import { allocate } from '../src/schedule/allocation.ts';
import { seconds } from '../src/units.ts';
import { task, workloadOf } from '../test/support/small-model.ts';
import type { NodesOrder } from './fleet-nodes.ts';
import { withTarget } from './processes.ts';

const MILLIS_PER_TICK = 10;
const TASK = 'search';
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs `use` with a nats-server, and ends the server afterwards. */
async function withServer(use: (port: number, processId: number) => Promise<void>): Promise<void> {
  const { path } = await findNatsServer({ variables: process.env, homeDirectory: process.env.HOME ?? '' });
  const directory = mkdtempSync(join(tmpdir(), 'osb-bench-'));
  const server = spawn(path, ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', directory], { stdio: 'ignore' });
  try {
    await use(await portOf(directory), server.pid ?? 0);
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(directory, { recursive: true });
  }
}

async function portOf(directory: string): Promise<number> {
  for (;;) {
    const [file] = readdirSync(directory);
    const port = file === undefined ? undefined : /:(\d+)/.exec(readFileSync(join(directory, file), 'utf8'))?.[1];
    if (port !== undefined) return Number(port);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const connectTo = (port: number): Promise<NatsConnection> =>
  connect({ servers: `127.0.0.1:${port}`, inboxPrefix: inboxPrefix(newNodeId()), maxReconnectAttempts: -1 });

/** Runs one task of `time` seconds on some nodes, and returns its merged figures. */
async function drive(
  port: number,
  nodes: readonly RegisteredNode[],
  clients: number,
  time: number,
  targetHosts: string,
): Promise<TaskMetrics> {
  const only = task(
    TASK,
    'search',
    { index: 'bench', body: { query: { match_all: {} } } },
    { clients, timePeriod: seconds(time) },
  );
  const steps = allocate([only]);
  const metrics = new TaskMetrics({
    task: TASK,
    operation: TASK,
    operationType: 'search',
    clients,
    isReportable: true,
    meta: {},
  });
  const [bus, bulk] = [await connectTo(port), await connectTo(port)];
  const link = new RunLink({
    bus,
    bulk,
    testRunId: 'bench',
    nodes: nodes.map((node) => ({ name: node.hello.address, node })),
    onWorkerLoss: 'abort',
    testMode: false,
    isOffline: true,
    locate: () => Promise.reject(new Error('none')),
    onNotice: () => undefined,
  });
  const onReport = ({ tasks }: { readonly tasks: readonly Parameters<TaskMetrics['merge']>[0][] }): void => {
    for (const report of tasks) metrics.merge(report);
  };
  const fleet = new Fleet({ nodes: link.nodes, startDelay: 250, onReport });
  const { targets } = await parseTargets({ targetHosts });
  try {
    const plan = {
      testRunId: 'bench',
      target: targets.default,
      workload: workloadOf([only]),
      corpora: [],
      grpcHosts: [],
      steps,
      seed: 1,
    };
    await fleet.prepare({ ...plan, onError: 'continue', checksAssertions: false });
    await fleet.runStep(0);
  } finally {
    await fleet.close();
    link.close();
    await bus.close();
    await bulk.close();
  }
  return metrics;
}

/** CPU time in ms and resident bytes of a process. */
function usage(processId: number): { readonly cpuMillis: number; readonly bytes: number } {
  const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { cpuMillis: (Number(fields[11]) + Number(fields[12])) * MILLIS_PER_TICK, bytes: Number(fields[21]) * 4096 };
}

async function scale(count: number, time: number): Promise<void> {
  await withServer(async (port, serverId) => {
    const halves = [Math.ceil(count / 2), Math.floor(count / 2)].filter((part) => part > 0);
    const children: ChildProcess[] = [];
    const nodes: RegisteredNode[] = [];
    for (const [index, part] of halves.entries()) {
      const child = fork(script('./fleet-nodes.js'));
      children.push(child);
      child.send({ port, nodes: part, firstAddress: index * part, seconds: time, samples: 1000 } satisfies NodesOrder);
      const [registered]: (readonly RegisteredNode[])[] = await once(child, 'message');
      nodes.push(...(registered ?? []));
    }
    print(`${nodes.length} nodes are connected; each reports once a second for ${time} s.`);
    const begin = performance.now();
    let last = { at: begin, own: usage(process.pid), server: usage(serverId) };
    const timer = setInterval(() => {
      const now = { at: performance.now(), own: usage(process.pid), server: usage(serverId) };
      const share = (before: number, after: number): string =>
        `${Math.round((100 * (after - before)) / (now.at - last.at))} %`;
      const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
      const time = `${String(Math.round((now.at - begin) / 1000)).padStart(4)} s`;
      const own = `${share(last.own.cpuMillis, now.own.cpuMillis)} of a core, ${megabytes(now.own.bytes)}`;
      const server = `${share(last.server.cpuMillis, now.server.cpuMillis)}, ${megabytes(now.server.bytes)}`;
      print(`${time}  coordinator ${own}  nats-server ${server}`);
      last = now;
    }, 10_000);
    const metrics = await drive(port, nodes, count, time, '127.0.0.1:1');
    clearInterval(timer);
    print(`merged ${metrics.requests} requests of ${count * time * 1000} sent`);
    for (const child of children) {
      child.send('end');
      await once(child, 'exit');
    }
  });
}

async function compareNodes(time: number): Promise<void> {
  await withTarget([], async (targetPort) => {
    await withServer(async (port) => {
      for (const count of [1, 2, 4]) {
        const children: ChildProcess[] = [];
        const nodes: RegisteredNode[] = [];
        for (let index = 0; index < count; index++) {
          const directory = mkdtempSync(join(tmpdir(), 'osb-bench-'));
          const child = fork(script('../test/fleet/node-process.js'), [
            String(port),
            `127.0.0.${index + 1}`,
            directory,
          ]);
          children.push(child);
          const [registered]: RegisteredNode[] = await once(child, 'message');
          if (registered !== undefined) nodes.push(registered);
        }
        const metrics = await drive(port, nodes, 16, time, `127.0.0.1:${targetPort}`);
        const rate = Math.round(metrics.requests / time);
        print(`nodes: ${count}, clients: 16, requests/s: ${rate}, failed: ${metrics.failures}`);
        for (const child of children) {
          child.kill();
          await once(child, 'exit');
        }
      }
    });
  });
}

const [what = 'scale', ...numbers] = process.argv.slice(2);
if (what === 'nodes') await compareNodes(Number(numbers[0] ?? 10));
else await scale(Number(numbers[0] ?? 1000), Number(numbers[1] ?? 300));
