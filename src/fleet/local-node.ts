// Runs the load threads of this machine. A test run on one machine has it as its only node; the daemon of a remote node
// uses it to generate the load that a test run commands.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, fromWireError, messageOf, unreachable } from '../errors.ts';
import { secretsOf } from '../http/target-secrets.ts';
import { writeJson } from '../json.ts';
import { transportTargets } from '../operation/transport-targets.ts';
import { constructionLimit } from '../plugin/host.ts';
import { pluginError } from '../plugin/plugin-error.ts';
import { workloadView } from '../plugin/workload-view.ts';
import type { RunValues } from '../run-values.ts';
import { sharesWithin } from '../schedule/allocation.ts';
import { Completion } from '../schedule/completion.ts';
import type { StepLevel } from '../schedule/level.ts';
import { knownSecrets } from '../secrets.ts';
import { bytes } from '../units.ts';
import type { DataSetShape } from '../vectors/data-set.ts';
import { connectionsOf } from '../worker/connection-count.ts';
import { describeDataSets } from '../worker/data-sets.ts';
import type { WorkerCommand, WorkerMessage } from '../worker/messages.ts';
import {
  decodeFacts,
  encodeFacts,
  type PluginPlan,
  type PreparedData,
  type TaskPlan,
  type WorkerPlan,
  type WorkerStep,
} from '../worker/plan.ts';
import type { Corpus, Task, Workload } from '../workload/model.ts';
import type { FleetNode, FleetStep, NodeEvents, NodePlan, RunPlugin } from './node.ts';
import { requireFiles } from './open-files.ts';
import { passPrints } from './plugin-prints.ts';
import { PluginWatch } from './plugin-watch.ts';

/**
 * Size of V8's space for new objects in a load thread. Objects that are made for a request die young, so a small space
 * suffices, and it stays in the cache of the core. Measured with bench/run.ts and 256 connections: 6.6 µs per request
 * with 3 or 6 MiB, 6.9 µs with V8's default, 7.5 µs with 48 MiB.
 */
const YOUNG_GENERATION_MEBIBYTES = 6;
/** How long to wait for CPU profiles, which may have many megabytes. */
const PROFILE_PATIENCE_MILLIS = 10_000;
/** How long to wait for the last reports of load threads after a cancellation. */
const CANCEL_PATIENCE_MILLIS = 1000;

/** What this machine offers to a test run. */
export interface LocalNodeOptions {
  /** The name of the machine in messages: `localhost` or an address. */
  readonly name: string;
  /** How many load threads the node may use. */
  readonly cores: number;
  /** See {@link WorkerPlan.lease}, in ms; without it the threads have none. */
  readonly lease?: number;
  /** Where CPU profiles of the load threads go; without it none are taken. */
  readonly profileDirectory?: string | undefined;
  /** Brings the documents of the corpora to this machine: generates, downloads or finds them. */
  readonly prepareCorpora: (corpora: readonly Corpus[]) => Promise<readonly PreparedCorpus[]>;
  /** Takes what the plug-in of the workload prints, line by line; default: it is lost. */
  readonly onPrint?: (line: string) => void;
}

/** A load thread and its part of the plan. */
interface Thread {
  readonly worker: Worker;
  readonly plan: WorkerPlan;
}

/** The message that the node waits for, and the threads that have not sent it yet. */
interface Expectation {
  readonly kind: WorkerMessage['kind'];
  readonly threads: Set<Thread>;
  readonly resolve: () => void;
}

/**
 * This machine as a {@link FleetNode}. `prepare` starts one load thread for each worker of its plan; every later
 * command goes to the threads that it concerns and is done when all of them have answered. A failure of one thread is
 * told through `onFailure` and cancels the others.
 */
export class LocalNode implements FleetNode {
  readonly name: string;
  readonly cores: number;
  /** This machine cannot leave the run without ending it. */
  readonly isLost = false;
  private readonly lease: number | null;
  private readonly profileDirectory: string | null;
  private readonly profiles: string[] = [];
  private readonly prepareCorpora: LocalNodeOptions['prepareCorpora'];
  private readonly onPrint: (line: string) => void;
  private threads: readonly Thread[] = [];
  private events: NodeEvents | null = null;
  private expected: Expectation | null = null;
  private completion: Completion<Thread> | null = null;
  private hasFailed = false;
  private isCancelled = false;
  private isClosing = false;
  private readonly watch = new PluginWatch<Thread>((thread, what) => this.onStuck(thread, what));

  constructor(options: LocalNodeOptions) {
    this.name = options.name;
    this.cores = options.cores;
    this.lease = options.lease ?? null;
    this.profileDirectory = options.profileDirectory ?? null;
    this.prepareCorpora = options.prepareCorpora;
    this.onPrint = options.onPrint ?? (() => undefined);
  }

  async prepare(plan: NodePlan, events: NodeEvents): Promise<void> {
    this.events = events;
    knownSecrets.register(...secretsOf(plan.run.target));
    this.requireFiles(plan);
    const corpora = await this.prepareCorpora(plan.run.corpora);
    if (this.isCancelled) return;
    const dataSets = await this.describeDataSets(plan, corpora);
    if (this.isCancelled) return;
    this.threads = workerPlans(plan, { corpora, dataSets }, this.lease).map((own) => this.startThread(own));
    const prepared = this.expect('prepared', this.threads);
    for (const thread of this.threads)
      this.send(thread, { kind: 'prepare', plan: thread.plan, profile: this.profileOf(thread) });
    await prepared;
  }

  async openStep(step: number, values: RunValues, level: StepLevel | null = null): Promise<void> {
    if (this.isCancelled) return;
    const threads = this.threadsOf(step);
    const opened = this.expect('opened', threads);
    for (const thread of threads) this.send(thread, { kind: 'open', step, values, level });
    await opened;
  }

  async clockOffset(): Promise<number> {
    return 0;
  }

  async runStep(step: number, startAt: number): Promise<void> {
    if (this.isCancelled) return;
    const threads = this.threadsOf(step);
    const completing = stepOf(threads[0]?.plan, step)?.completing ?? [];
    this.completion = new Completion(completing, threads, ({ plan }) => tasksIn(stepOf(plan, step)));
    const done = this.expect('step-done', threads);
    for (const thread of threads) {
      this.send(thread, { kind: 'run', step, startAt });
      this.watchLoad(thread);
    }
    await done;
  }

  activate(step: number, clients: number): void {
    const threads = this.threadsOf(step);
    const shares = sharesWithin(
      clients,
      threads.map(({ plan }) => stepOf(plan, step)?.clients.length ?? 0),
    );
    threads.forEach((thread, index) => {
      this.send(thread, { kind: 'activate', step, clients: shares[index] ?? 0 });
    });
  }

  completeStep(step: number): void {
    for (const thread of this.threads) this.send(thread, { kind: 'complete', step });
  }

  async writeProfiles(): Promise<readonly string[]> {
    if (this.profileDirectory === null || this.hasFailed) return [];
    const written = this.expect('profiled', this.threads);
    for (const thread of this.threads) this.send(thread, { kind: 'profile' });
    await Promise.race([written, sleep(PROFILE_PATIENCE_MILLIS, undefined, { ref: false })]);
    return this.profiles.sort();
  }

  /** Asks all threads to end their load. Those that do not answer in time are no longer waited for. */
  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    for (const thread of this.threads) this.send(thread, { kind: 'cancel' });
    const expected = this.expected;
    // Threads answer a cancelled step with their last reports, which are waited for. Any other wait ends at once.
    if (expected !== null && expected.kind !== 'step-done') this.release(expected);
    else if (expected !== null) setTimeout(() => this.release(expected), CANCEL_PATIENCE_MILLIS).unref();
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.watch.close();
    await Promise.all(
      this.threads.map(async (thread) => {
        this.send(thread, { kind: 'close' });
        await thread.worker.terminate();
      }),
    );
  }

  /** Checks the limit of open files before documents are fetched or load is sent. Throws CONFIG if it is too low. */
  private requireFiles({ run, workers }: NodePlan): void {
    const own = new Set(workers.flat());
    const connections = connectionsOf(run.steps, run, (client) => own.has(client));
    requireFiles({ place: this.name, connections, threads: workers.length });
  }

  /** What is in the data sets of vectors that the tasks use. Throws CORPUS or WORKLOAD_INVALID. */
  private describeDataSets({ run }: NodePlan, corpora: readonly PreparedCorpus[]): Promise<readonly DataSetShape[]> {
    const tasks = new Set(run.steps.flatMap((step) => step.tasks));
    return describeDataSets([...tasks], decodeFacts(encodeFacts(run.workload, { corpora, dataSets: [] })));
  }

  private startThread(plan: WorkerPlan): Thread {
    const worker = new Worker(new URL('../worker/thread.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MEBIBYTES },
      stdout: plan.plugin !== null,
      stderr: plan.plugin !== null,
    });
    if (plan.plugin !== null) passPrints(worker, this.onPrint);
    const thread: Thread = { worker, plan };
    worker.on('message', (message: WorkerMessage) => this.onMessage(thread, message));
    worker.on('error', (error) => this.onLost(thread, messageOf(error)));
    worker.on('exit', () => this.onLost(thread, 'the thread has ended'));
    return thread;
  }

  private send(thread: Thread, command: WorkerCommand): void {
    thread.worker.postMessage(command);
  }

  /** The file for the CPU profile of a thread; `null` if none is wanted. */
  private profileOf({ plan }: Thread): string | null {
    return this.profileDirectory === null ? null : join(this.profileDirectory, `worker-${plan.worker}.cpuprofile`);
  }

  private threadsOf(step: number): readonly Thread[] {
    return this.threads.filter(({ plan }) => (stepOf(plan, step)?.clients.length ?? 0) > 0);
  }

  private expect(kind: WorkerMessage['kind'], threads: readonly Thread[]): Promise<void> {
    if (threads.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.expected = { kind, threads: new Set(threads), resolve };
    });
  }

  private onMessage(thread: Thread, message: WorkerMessage): void {
    switch (message.kind) {
      case 'report':
        this.events?.onReport(message.report);
        if (this.isRunning) this.watchLoad(thread);
        return;
      case 'plugin-begins':
        this.watch.expect(thread, message.what);
        return;
      case 'completing-done':
        if (this.completion?.end(message.task, thread) === true)
          this.events?.onCompletingDone(message.step, message.task);
        return;
      case 'failed':
        this.watch.done(thread);
        if (message.report !== null) this.events?.onReport(message.report);
        this.fail(fromWireError(message.error));
        return;
      case 'step-done':
        this.events?.onReport(message.report);
        if (message.values.size > 0) this.events?.onValues(message.values);
        break;
      case 'profiled':
        if (message.file !== null) this.profiles.push(message.file);
        break;
      case 'prepared':
      case 'opened':
        break;
      default:
        unreachable(message);
    }
    this.watch.done(thread);
    if (this.expected?.kind === message.kind) this.arrived(thread);
  }

  private get isRunning(): boolean {
    return this.expected?.kind === 'step-done';
  }

  /** A thread with a plug-in reports each second, unless the plug-in holds it. */
  private watchLoad(thread: Thread): void {
    if (thread.plan.plugin !== null && this.expected?.threads.has(thread) === true)
      this.watch.expect(thread, 'a call during the load: params(), a runner or a scheduler');
  }

  private onStuck(thread: Thread, what: string): void {
    const file = thread.plan.plugin?.place.file ?? '';
    const message = `it did not end within ${constructionLimit} s on ${this.name}`;
    this.fail(pluginError({ file, what, message, trace: [] }));
    void thread.worker.terminate();
  }

  private arrived(thread: Thread): void {
    const { expected } = this;
    if (expected === null) return;
    expected.threads.delete(thread);
    if (expected.threads.size === 0) this.release(expected);
  }

  private release(expected: Expectation): void {
    if (this.expected !== expected) return;
    this.expected = null;
    expected.resolve();
  }

  private onLost(thread: Thread, reason: string): void {
    if (this.isClosing) return;
    this.fail(
      new BenchmarkError(
        'WORKER_LOST',
        `Load thread ${thread.plan.worker} on ${this.name} ended unexpectedly: ${reason}.`,
      ),
    );
    this.arrived(thread);
  }

  private fail(error: BenchmarkError): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.events?.onFailure(error);
    this.cancel();
  }
}

const stepOf = (plan: WorkerPlan | undefined, step: number): WorkerStep | undefined =>
  plan?.steps.find((candidate) => candidate.index === step);

const tasksIn = (step: WorkerStep | undefined): readonly number[] =>
  (step?.clients ?? []).flatMap(({ cells }) => cells.map(({ task }) => task));

/**
 * The plans of a node's load threads, one for each entry of `plan.workers`: the cells of its own clients, and an equal
 * share of the memory that is available now. `lease` in ms becomes {@link WorkerPlan.lease}.
 */
export function workerPlans(plan: NodePlan, data: PreparedData, lease: number | null): readonly WorkerPlan[] {
  const { run, workers, firstWorker } = plan;
  const facts = encodeFacts(run.workload, data);
  const tasks = new Map(run.steps.map((step) => [step.index, step.tasks.map(taskPlan)]));
  const operations = run.steps.flatMap((step) => step.tasks.map(({ operation }) => operation));
  const others = transportTargets(operations, run.grpcHosts);
  const memory = bytes(process.availableMemory() / Math.max(1, workers.length));
  const plugin = run.plugin === undefined ? null : pluginPlan(run.plugin, run.workload, data.corpora);
  return workers.map((clients, index) => ({
    worker: firstWorker + index,
    target: run.target,
    others,
    grpcHosts: run.grpcHosts,
    facts,
    steps: run.steps.map((step) => workerStep(step, tasks.get(step.index) ?? [], clients)),
    lease,
    memory,
    onError: run.onError,
    checksAssertions: run.checksAssertions,
    seed: run.seed,
    plugin,
    randomization: run.randomization ?? null,
  }));
}

function pluginPlan(
  { place, procedure }: RunPlugin,
  workload: Workload,
  corpora: readonly PreparedCorpus[],
): PluginPlan {
  return { place, workload: writeJson(workloadView({ ...workload, directory: place.directory }, procedure, corpora)) };
}

function workerStep(step: FleetStep, tasks: readonly TaskPlan[], clients: readonly number[]): WorkerStep {
  return {
    index: step.index,
    tasks,
    completing: step.completing,
    startsPaused: step.startsPaused,
    clients: clients
      .map((client) => ({ client, cells: step.rows[client] ?? [] }))
      .filter(({ cells }) => cells.length > 0),
  };
}

function taskPlan(task: Task): TaskPlan {
  const { customSchedule } = task;
  return {
    name: task.name,
    operation: { name: task.operation.name, type: task.operation.type, params: writeJson(task.operation.params) },
    clients: task.clients,
    iterations: task.iterations,
    warmupIterations: task.warmupIterations,
    timePeriod: task.timePeriod,
    warmupTimePeriod: task.warmupTimePeriod,
    rampUpTimePeriod: task.rampUpTimePeriod,
    rampDownTimePeriod: task.rampDownTimePeriod,
    targetThroughput: task.targetThroughput,
    schedule: task.schedule,
    customSchedule:
      customSchedule === null ? null : { name: customSchedule.name, spec: writeJson(customSchedule.spec) },
    isNonFatal: task.ignoreResponseErrorLevel === 'non-fatal',
  };
}
