// Load threads of this process: the default fleet, and the part of every node that drives load.
import { Worker } from 'node:worker_threads';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, fromWireError, messageOf } from '../errors.ts';
import { writeJson } from '../json.ts';
import { spreadClients } from '../schedule/allocation.ts';
import { processClock, type WorkerCommand, type WorkerMessage } from '../worker/messages.ts';
import { encodeFacts, type TaskPlan, type WorkerPlan, type WorkerStep } from '../worker/plan.ts';
import type { Corpus, Task } from '../workload/model.ts';
import type { Fleet, FleetPlan, FleetStep, ReportListener } from './fleet.ts';

/** From the moment when all threads are ready to the common start: enough for the message to arrive. */
const START_DELAY_MILLIS = 5;
/** A thread that does not answer a cancellation is ended. */
const CANCEL_PATIENCE_MILLIS = 1000;

export interface LocalFleetOptions {
  readonly cores: number;
  readonly onReport: ReportListener;
  /** Brings the documents to this machine. */
  readonly prepareCorpora: (corpora: readonly Corpus[]) => Promise<readonly PreparedCorpus[]>;
}

interface Thread {
  readonly index: number;
  readonly worker: Worker;
}

/** What the fleet waits for: a message of each thread in the set. */
interface Expectation {
  readonly kind: WorkerMessage['kind'];
  readonly threads: Set<number>;
  readonly resolve: () => void;
}

export class LocalFleet implements Fleet {
  private readonly options: LocalFleetOptions;
  private threads: readonly Thread[] = [];
  private plans: readonly WorkerPlan[] = [];
  private expected: Expectation | null = null;
  private completing = new Set<number>();
  private failure: BenchmarkError | null = null;
  private isCancelled = false;
  private isClosing = false;

  constructor(options: LocalFleetOptions) {
    this.options = options;
  }

  async prepare(plan: FleetPlan): Promise<void> {
    const corpora = await this.options.prepareCorpora(plan.corpora);
    if (this.isCancelled) return;
    this.plans = workerPlans(plan, corpora, this.options.cores);
    this.threads = this.plans.map((_, index) => this.startThread(index));
    const prepared = this.expect('prepared', this.allThreads());
    for (const thread of this.threads) {
      const own = this.plans[thread.index];
      if (own !== undefined) this.send(thread, { kind: 'prepare', plan: own });
    }
    await prepared;
    this.throwFailure();
  }

  async runStep(index: number): Promise<void> {
    if (this.isCancelled) return;
    const involved = this.threadsOf(index);
    const opened = this.expect('opened', involved);
    this.broadcast(involved, { kind: 'open', step: index });
    await opened;
    this.throwFailure();
    if (this.isCancelled) return;
    this.completing = new Set(involved.filter((thread) => this.hasCompletingClients(thread, index)));
    const done = this.expect('step-done', involved);
    this.broadcast(involved, { kind: 'run', step: index, startAt: processClock() + START_DELAY_MILLIS });
    await done;
    this.throwFailure();
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.stopLoad();
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(
      this.threads.map(async (thread) => {
        this.send(thread, { kind: 'close' });
        await thread.worker.terminate();
      }),
    );
  }

  private startThread(index: number): Thread {
    const worker = new Worker(new URL('../worker/thread.js', import.meta.url));
    worker.on('message', (message: WorkerMessage) => this.onMessage(index, message));
    worker.on('error', (error) => this.onLost(index, messageOf(error)));
    worker.on('exit', () => this.onLost(index, 'the thread has ended'));
    return { index, worker };
  }

  private send(thread: Thread, command: WorkerCommand): void {
    thread.worker.postMessage(command);
  }

  private broadcast(indexes: readonly number[], command: WorkerCommand): void {
    for (const thread of this.threads) if (indexes.includes(thread.index)) this.send(thread, command);
  }

  private allThreads(): readonly number[] {
    return this.threads.map(({ index }) => index);
  }

  private threadsOf(step: number): readonly number[] {
    return this.allThreads().filter((index) => (this.stepOf(index, step)?.clients.length ?? 0) > 0);
  }

  private stepOf(thread: number, step: number): WorkerStep | undefined {
    return this.plans[thread]?.steps.find((candidate) => candidate.index === step);
  }

  private hasCompletingClients(thread: number, index: number): boolean {
    const step = this.stepOf(thread, index);
    return step !== undefined && step.completedBy !== null && step.clients.some(({ cells }) => cells.some((cell) => cell.task === step.completedBy));
  }

  private expect(kind: WorkerMessage['kind'], threads: readonly number[]): Promise<void> {
    if (threads.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.expected = { kind, threads: new Set(threads), resolve };
    });
  }

  private onMessage(thread: number, message: WorkerMessage): void {
    switch (message.kind) {
      case 'report':
        this.options.onReport(message.report);
        return;
      case 'step-done':
        this.options.onReport(message.report);
        break;
      case 'completing-done':
        this.completing.delete(thread);
        if (this.completing.size === 0) this.broadcast(this.allThreads(), { kind: 'complete', step: message.step });
        return;
      case 'failed':
        if (message.report !== null) this.options.onReport(message.report);
        this.fail(fromWireError(message.error));
        return;
      case 'prepared':
      case 'opened':
        break;
    }
    if (this.expected?.kind === message.kind) this.arrived(thread);
  }

  private arrived(thread: number): void {
    const { expected } = this;
    if (expected === null) return;
    expected.threads.delete(thread);
    if (expected.threads.size > 0) return;
    this.expected = null;
    expected.resolve();
  }

  private onLost(thread: number, reason: string): void {
    if (this.isClosing) return;
    this.fail(new BenchmarkError('WORKER_LOST', `Load thread ${thread} ended unexpectedly: ${reason}.`));
    this.arrived(thread);
  }

  private fail(error: BenchmarkError): void {
    const isFirst = this.failure === null;
    this.failure ??= error;
    if (isFirst) this.stopLoad();
  }

  /** Asks all threads to end their load, and goes on without those that do not answer. */
  private stopLoad(): void {
    this.broadcast(this.allThreads(), { kind: 'cancel' });
    const expected = this.expected;
    // Only a step under way is answered with its last reports; whatever else was awaited is over.
    if (expected !== null && expected.kind !== 'step-done') this.release(expected);
    else if (expected !== null) setTimeout(() => this.release(expected), CANCEL_PATIENCE_MILLIS).unref();
  }

  private release(expected: Expectation): void {
    if (this.expected !== expected) return;
    this.expected = null;
    expected.resolve();
  }

  private throwFailure(): void {
    if (this.failure !== null) throw this.failure;
  }
}

/** Deals the clients to the threads of this machine and gives each thread its part of the steps. */
export function workerPlans(plan: FleetPlan, corpora: readonly PreparedCorpus[], cores: number): readonly WorkerPlan[] {
  const facts = encodeFacts(plan.workload, corpora);
  const [workers = []] = spreadClients(plan.clients, [cores]);
  const tasks = new Map(plan.steps.map((step) => [step.index, step.tasks.map(taskPlan)]));
  return workers.map((clients, worker) => ({
    worker,
    target: plan.target,
    facts,
    steps: plan.steps.map((step) => workerStep(step, tasks.get(step.index) ?? [], clients)),
    onError: plan.onError,
    checksAssertions: plan.checksAssertions,
    seed: plan.seed,
  }));
}

function workerStep(step: FleetStep, tasks: readonly TaskPlan[], clients: readonly number[]): WorkerStep {
  return {
    index: step.index,
    tasks,
    completedBy: step.completedBy,
    clients: clients.map((client) => ({ client, cells: step.rows[client] ?? [] })).filter(({ cells }) => cells.length > 0),
  };
}

function taskPlan(task: Task): TaskPlan {
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
    isNonFatal: task.ignoreResponseErrorLevel === 'non-fatal',
  };
}
