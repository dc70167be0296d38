// Nodes and test runs for tests: real agents on a real nats-server, a target that counts, a fleet that drives them.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { BenchmarkError } from '../../src/errors.ts';
import { Fleet } from '../../src/fleet/fleet.ts';
import type { RunPlan } from '../../src/fleet/node.ts';
import type { RegisteredNode } from '../../src/fleet/protocol/hub-messages.ts';
import type { LocateDocuments } from '../../src/fleet/run/plan-server.ts';
import { RunLink } from '../../src/fleet/run/run-link.ts';
import { parseTargets } from '../../src/http/targets.ts';
import type { WorkerReport } from '../../src/metrics/report.ts';
import { TaskMetrics } from '../../src/metrics/task-metrics.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { NodeAgent } from '../../src/node/node-agent.ts';
import { allocate } from '../../src/schedule/allocation.ts';
import type { StepLevel } from '../../src/schedule/level.ts';
import { leafTasks, type ScheduleElement } from '../../src/workload/model.ts';
import { workloadOf } from '../support/small-model.ts';
import type { NatsServer } from './nats-server.ts';

/** A target that answers at once and counts what it has answered, by path. */
export class CountingTarget {
  readonly counts = new Map<string, number>();
  /** Wall time in ms of the last request. */
  lastRequest = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const path = request.url ?? '';
      this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
      this.lastRequest = Date.now();
      request.resume();
      response.writeHead(200, { 'content-length': 2 }).end('{}');
    });
    this.server.keepAliveTimeout = 0;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get host(): string {
    const address = this.server.address();
    return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export interface TestNode {
  readonly agent: NodeAgent;
  readonly registered: RegisteredNode;
  readonly log: string[];
  readonly rootDirectory: string;
  readonly connections: readonly NatsConnection[];
  close(): Promise<void>;
}

/** A node in this process. */
export async function startNode(
  server: NatsServer,
  address: string,
  cores = 1,
  allowsTypeScriptPlugins = false,
): Promise<TestNode> {
  const [id, secret] = [newNodeId(), newNodeId()];
  const connections = [await server.connect(id), await server.connect(id)] as const;
  const rootDirectory = mkdtempSync(join(tmpdir(), 'osb-node-'));
  const log: string[] = [];
  const [bus, bulk] = connections;
  const agent = new NodeAgent({
    bus,
    bulk,
    id,
    secret,
    address,
    role: 'worker',
    cores,
    allowsTypeScriptPlugins,
    dataDirectory: join(rootDirectory, 'data'),
    rootDirectory,
    environment: {},
    log: (level, message) => log.push(`${level} ${message}`),
  });
  agent.start();
  const registered = { id, secret, hello: await agent.hello(), registeredAt: Date.now() };
  return {
    agent,
    registered,
    log,
    rootDirectory,
    connections,
    close: async () => {
      await agent.stop('the test is over');
      for (const connection of connections) await connection.close();
      rmSync(rootDirectory, { recursive: true, force: true });
    },
  };
}

/** A node in a process of its own. */
export interface ProcessNode {
  readonly child: ChildProcess;
  readonly registered: RegisteredNode;
  readonly rootDirectory: string;
  close(): Promise<void>;
}

export async function forkNode(server: NatsServer, address: string): Promise<ProcessNode> {
  const rootDirectory = mkdtempSync(join(tmpdir(), 'osb-node-'));
  const child = fork(new URL('./node-process.js', import.meta.url), [String(server.port), address, rootDirectory]);
  const [registered] = await once(child, 'message');
  return {
    child,
    registered,
    rootDirectory,
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(rootDirectory, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so; for what no event tells. */
export async function until(isSo: () => boolean, millis = 5000): Promise<void> {
  for (const end = performance.now() + millis; !isSo(); await sleep(10))
    assert.ok(performance.now() < end, 'It did not happen in time.');
}

export interface RunSettings {
  readonly server: NatsServer;
  readonly nodes: readonly RegisteredNode[];
  readonly targetHosts: string;
  readonly clientOptions?: string;
  readonly schedule: readonly ScheduleElement[];
  readonly testRunId?: string;
  readonly onWorkerLoss?: 'abort' | 'continue';
  readonly plan?: Partial<RunPlan>;
  readonly locate?: LocateDocuments;
  /** Each step is run once at each of these. */
  readonly levels?: readonly StepLevel[];
  /** Clients are paused when a step starts, and this lets them send. */
  readonly onStart?: (step: number, fleet: Fleet) => void;
  readonly onReport?: (report: WorkerReport) => void;
}

/** A distributed run in this process; its parts are there for tests that do something to them. */
export class DistributedRun {
  readonly link: RunLink;
  readonly fleet: Fleet;
  readonly tales: string[] = [];
  readonly metrics: ReadonlyMap<string, TaskMetrics>;
  readonly connections: readonly NatsConnection[];
  private readonly settings: RunSettings;

  private constructor(settings: RunSettings, connections: readonly [NatsConnection, NatsConnection]) {
    this.settings = settings;
    this.connections = connections;
    const [bus, bulk] = connections;
    this.link = new RunLink({
      bus,
      bulk,
      testRunId: settings.testRunId ?? 'test-run',
      nodes: settings.nodes.map((node) => ({ name: node.hello.address, node })),
      onWorkerLoss: settings.onWorkerLoss ?? 'abort',
      testMode: false,
      isOffline: true,
      locate: settings.locate ?? (() => Promise.reject(new BenchmarkError('CORPUS', 'There are no documents.'))),
      onNotice: (tale, node) =>
        this.tales.push(
          tale.kind === 'note' ? `${node.name}: ${tale.message}` : `${node.name}: ${tale.kind} ${tale.what}`,
        ),
    });
    this.metrics = new Map(
      leafTasks(settings.schedule).map((task) => [
        task.name,
        new TaskMetrics({
          task: task.name,
          operation: task.operation.name,
          operationType: task.operation.type,
          clients: task.clients,
          isReportable: true,
          meta: {},
        }),
      ]),
    );
    this.fleet = new Fleet({
      nodes: this.link.nodes,
      startDelay: 100,
      onStart: (step) => settings.onStart?.(step, this.fleet),
      onReport: (report) => {
        for (const task of report.tasks) this.metrics.get(task.task)?.merge(task);
        settings.onReport?.(report);
      },
    });
  }

  static async create(settings: RunSettings): Promise<DistributedRun> {
    const { server } = settings;
    return new DistributedRun(settings, [await server.connect(newNodeId()), await server.connect(newNodeId())]);
  }

  /** Requests that were reported, by task. */
  requests(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.metrics].map(([task, { requests }]) => [task, requests]));
  }

  /** Runs all steps; returns what ended the run, or `null`. */
  async drive(): Promise<unknown> {
    const { schedule, targetHosts, testRunId = 'test-run', plan = {} } = this.settings;
    const { targets } = await parseTargets({ targetHosts, clientOptions: this.settings.clientOptions ?? 'timeout:60' });
    const { onStart } = this.settings;
    const steps = allocate(schedule).map((step) => ({ ...step, startsPaused: onStart !== undefined }));
    try {
      const common = { onError: 'continue', checksAssertions: false, seed: 7, corpora: [], grpcHosts: [] } as const;
      await this.fleet.prepare({
        testRunId,
        target: targets.default,
        workload: workloadOf(schedule),
        steps,
        ...common,
        ...plan,
      });
      for (const step of steps)
        for (const level of this.settings.levels ?? [null]) await this.fleet.runStep(step.index, level);
      return null;
    } catch (error) {
      return error;
    }
  }

  async close(): Promise<void> {
    await this.fleet.close();
    this.link.close();
    for (const connection of this.connections) await connection.close();
  }
}
