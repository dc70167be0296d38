// The clients of one load thread: prepares them, runs them step by step, reports once a second, and ends them.
import { BenchmarkError, messageOf, toWireError } from '../errors.ts';
import type { RequestFactory } from '../http/request.ts';
import { createRequestFactory } from '../http/request-factory.ts';
import type { Standstill, TaskReport, WorkerReport } from '../metrics/report.ts';
import type { WorkloadFacts } from '../operation/operation.ts';
import { RunValueStore } from '../operation/run-value-store.ts';
import { randomSource } from '../random.ts';
import type { RunValues } from '../run-values.ts';
import { Completion } from '../schedule/completion.ts';
import { atLevel, type StepLevel } from '../schedule/level.ts';
import type { Transport } from '../transport/transport.ts';
import { VectorReader } from '../vectors/vector-reader.ts';
import { ActiveClients } from './active-clients.ts';
import { threadAlarm, timerAlarm } from './alarm.ts';
import { requireBodyMemory } from './body-memory.ts';
import { LoadClient } from './client.ts';
import type { ClientHost, ClientRun, RequestRetryPolicy } from './client-run.ts';
import { HealthMonitor } from './health.ts';
import { processClock, type WorkerMessage } from './messages.ts';
import { decodeFacts, type WorkerPlan, type WorkerStep } from './plan.ts';
import { TaskRecorder } from './recorder.ts';
import { RunFactory } from './run-factory.ts';
import type { StandstillOwner } from './standstill.ts';
import { TargetSet } from './target-set.ts';
import { Timeline } from './timeline.ts';
import { WorkerPlugin } from './worker-plugin.ts';

/** Time between two looks at the deadlines of all clients. */
const SWEEP_MILLIS = 50;
/** Time between two reports. */
const REPORT_MILLIS = 1000;

/** A client in a step. */
interface StepClient {
  readonly client: LoadClient;
  readonly runs: readonly ClientRun[];
  /** Its index within its first task. */
  readonly turn: number;
}

/** The step that is open or runs, with what this thread does in it. */
interface StepRuns {
  readonly step: WorkerStep;
  readonly clients: readonly StepClient[];
  readonly recorders: readonly TaskRecorder[];
}

/** One load thread. Its owner opens and runs one step after another; what happens is told by messages. */
export class LoadWorker implements ClientHost, StandstillOwner {
  readonly timeline: Timeline;
  readonly retries: RequestRetryPolicy;
  readonly requests: RequestFactory;
  private readonly plan: WorkerPlan;
  private readonly facts: WorkloadFacts;
  private readonly values = new RunValueStore();
  private readonly runs: RunFactory;
  private readonly clients = new Map<number, LoadClient>();
  private readonly targets: TargetSet;
  private readonly vectors = new VectorReader();
  private readonly health: HealthMonitor;
  private readonly post: (message: WorkerMessage) => void;
  /** Runs the plug-in of the workload; opened with the first step. */
  private plugin: WorkerPlugin | null = null;
  private current: StepRuns | null = null;
  private clientsLeft = 0;
  private active: ActiveClients | null = null;
  private completion: Completion<ClientRun> | null = null;
  private sequence = 0;
  /** When the clock of the current step began to run; `null` before. */
  private stepStart: number | null = null;
  private sweepTimer: NodeJS.Timeout | null = null;
  private nextReport = 0;
  /** The last report told of a host that cannot be reached. */
  private hasToldOutage = false;
  private hasFailed = false;
  /** Whether a request waits for a connection to each target, at the last sweep. */
  private readonly isAwaited: boolean[];

  /** @param transports those to the cluster and to the other targets of the plan, in that order */
  constructor(plan: WorkerPlan, transports: readonly Transport[], post: (message: WorkerMessage) => void) {
    this.plan = plan;
    this.post = post;
    // Only a task with a target throughput needs its requests to leave on the tenth of a millisecond.
    const isPaced = plan.steps.some(({ tasks }) => tasks.some(({ targetThroughput }) => targetThroughput !== null));
    this.timeline = new Timeline(isPaced ? threadAlarm : timerAlarm);
    this.health = new HealthMonitor(this.timeline);
    this.facts = decodeFacts(plan.facts);
    const { options } = plan.target;
    this.requests = createRequestFactory(plan.target);
    this.isAwaited = transports.map(() => false);
    this.targets = new TargetSet(transports, plan.onError === 'abort', (error) => this.fail(error));
    const { facts, requests, targets, values, vectors } = this;
    this.runs = new RunFactory({ plan, facts, requests, targets, values, vectors });
    requireBodyMemory({
      steps: plan.steps,
      facts: this.facts,
      specOf: (task) => this.runs.specOf(task),
      available: plan.memory,
    });
    this.retries = {
      maxRetries: options.maxRetries,
      statuses: options.maxRetries > 0 ? options.retryOnStatus : [],
      onTimeout: options.retryOnTimeout,
    };
    const ids = new Set(plan.steps.flatMap((step) => step.clients.map(({ client }) => client)));
    for (const id of ids) this.clients.set(id, this.createClient(id));
  }

  /**
   * Makes the operations of a step and opens the connections of its clients, both before the clock of the step runs.
   * `values` is what operations of earlier steps have left behind, on all load threads of the run; `level` beats the
   * rate and the end of its tasks. Rejects if an operation cannot be made or its first data cannot be read.
   */
  async open(index: number, values: RunValues, level: StepLevel | null): Promise<void> {
    this.values.merge(values);
    const planned = this.plan.steps.find((candidate) => candidate.index === index);
    if (planned === undefined) throw new BenchmarkError('INTERNAL', `Worker ${this.plan.worker} has no step ${index}.`);
    const step = level === null ? planned : { ...planned, tasks: planned.tasks.map((task) => atLevel(task, level)) };
    await this.openPlugin();
    await this.plugin?.showValues(this.values.all);
    const recorders = step.tasks.map((task) => new TaskRecorder(task.name, task.targetThroughput !== null));
    this.current = { step, recorders, clients: await this.createRuns(step, recorders) };
    this.completion = null;
    this.stepStart = null;
    this.nextReport = performance.now() + REPORT_MILLIS;
    this.startSweep();
    this.targets.beginOpening();
    await Promise.all(
      this.current.clients.flatMap(({ runs }) => [this.targets.openConnections(runs), firstData(runs)]),
    );
    this.targets.endOpening();
    if (this.hasToldOutage) this.postReport(this.current);
  }

  /** Starts the clients of the opened step at a reading of the process clock. */
  run(startAt: number): void {
    const { current } = this;
    if (current === null) throw new BenchmarkError('INTERNAL', 'A step was started before it was opened.');
    const start = performance.now() + (startAt - processClock());
    this.stepStart = start;
    this.clientsLeft = current.clients.length;
    const runs = current.clients.flatMap((client) => client.runs);
    this.completion = new Completion(current.step.completing, runs, (run) => [run.task]);
    this.health.drain();
    this.nextReport = start + REPORT_MILLIS;
    this.timeline.standstill.begin(start, performance.now(), this);
    for (const recorder of current.recorders) recorder.begin(start);
    const isPaused = current.step.startsPaused;
    this.active = new ActiveClients(inTurn(current), isPaused ? 0 : Number.POSITIVE_INFINITY);
    for (const { client, runs } of current.clients) client.begin(runs, start, isPaused);
    if (this.clientsLeft === 0) this.endStep(current);
  }

  /** Lets so many clients of the step that runs send, and pauses the others. */
  activate(step: number, clients: number): void {
    if (this.current?.step.index === step) this.active?.setLimit(clients);
  }

  /** Ends what is left of the step, as a completing task has ended everywhere. */
  complete(step: number): void {
    if (this.current?.step.index !== step) return;
    for (const { client } of this.current.clients) client.complete();
  }

  /** Ends the load at once; what was measured is reported. */
  cancel(): void {
    for (const { client } of this.current?.clients ?? []) client.cancel();
  }

  /** Closes all connections and stops all timers, for good. */
  close(): void {
    if (this.sweepTimer !== null) clearInterval(this.sweepTimer);
    this.sweepTimer = null;
    for (const client of this.clients.values()) client.close();
    this.timeline.close();
    void this.plugin?.close();
    void this.vectors.close();
  }

  recordLag(lag: number): void {
    this.health.recordLag(lag);
  }

  onStandstill(standstill: Standstill, skipped: number): boolean {
    this.health.recordStandstill(standstill);
    const { worker, lease } = this.plan;
    const length = standstill.to - standstill.from;
    if (lease !== null && length >= lease) {
      const what = `Worker ${worker} stood still for ${(length / 1000).toFixed(1)} s`;
      const message = `${what}, after which the test run may have gone on without it. It sends nothing more.`;
      const hint = 'Was its process or its machine suspended, or short of CPU?';
      this.fail(new BenchmarkError('WORKER_LOST', message, { hint }));
      this.cancel();
      return false;
    }
    this.timeline.shift(skipped);
    for (const { client } of this.current?.clients ?? []) client.skip(skipped);
    return true;
  }

  onRunDone(run: ClientRun): void {
    if (this.current === null || this.completion?.end(run.task, run) !== true) return;
    this.post({ kind: 'completing-done', step: this.current.step.index, task: run.task });
  }

  onClientDone(): void {
    if (--this.clientsLeft === 0 && this.current !== null) this.endStep(this.current);
    else this.active?.onEnded();
  }

  onSourceFailure(run: ClientRun, error: unknown): void {
    if (!(error instanceof BenchmarkError) || error.code !== 'PLUGIN') {
      this.onFatal(run, 'corpus', messageOf(error));
      return;
    }
    const { code, message, problems, hint } = error;
    this.fail(new BenchmarkError(code, `Task "${run.taskName}": ${message}`, { problems, hint }));
  }

  onFatal(run: ClientRun, kind: string, description: string): void {
    const reason = description === '' ? kind : `${kind}: ${description}`;
    const message = `Task "${run.taskName}" failed on worker ${this.plan.worker}: ${reason}`;
    const hint = run.abortsOnError
      ? 'The test ends with the first failed request because of --on-error=abort.'
      : undefined;
    this.fail(new BenchmarkError('OPERATION_FAILED', message, { hint }));
  }

  /** The clients begin with different endpoints, so that they spread over them. */
  private createClient(id: number): LoadClient {
    const own = { timeline: this.timeline, random: randomSource(this.plan.seed, id) };
    const exchanges = this.targets.addClient(id, own, this.plan.target.options.repeatOnStaleConnection);
    return new LoadClient(id, this, exchanges);
  }

  private async openPlugin(): Promise<void> {
    this.plugin ??= await WorkerPlugin.open(this.plan, (what) => this.post({ kind: 'plugin-begins', what }));
  }

  /** Makes what the clients of a step run, all of them at once. */
  private async createRuns(step: WorkerStep, recorders: readonly TaskRecorder[]): Promise<readonly StepClient[]> {
    const { plugin } = this;
    const clients = step.clients.map(async ({ client: id, cells }) => {
      const client = this.clients.get(id);
      if (client === undefined) throw new BenchmarkError('INTERNAL', `Step ${step.index} has an unknown client ${id}.`);
      const runs = cells.map((cell) => {
        const recorder = recorders[cell.task];
        if (recorder === undefined)
          throw new BenchmarkError('INTERNAL', `Step ${step.index} has no task ${cell.task}.`);
        return this.runs.create({ step, cell, client: id, recorder, plugin });
      });
      return { client, runs: await Promise.all(runs), turn: cells[0]?.clientIndex ?? 0 };
    });
    return Promise.all(clients);
  }

  /** One timer for the deadlines of all clients, the report of each second, and the watch over the target. */
  private startSweep(): void {
    this.sweepTimer ??= setInterval(() => this.sweep(performance.now()), SWEEP_MILLIS);
  }

  private sweep(now: number): void {
    const { current } = this;
    if (current === null || !this.timeline.standstill.look(now)) return;
    this.isAwaited.fill(false);
    for (const { client } of current.clients) {
      if (now > client.deadline) client.onTimeout();
      client.refresh(now);
      const { awaitedTarget } = client;
      if (awaitedTarget !== null) this.isAwaited[awaitedTarget] = true;
    }
    this.targets.check(this.isAwaited);
    if (now < this.nextReport) return;
    this.nextReport += REPORT_MILLIS * Math.max(1, Math.ceil((now - this.nextReport) / REPORT_MILLIS));
    // Before the clock of the step runs there is nothing to tell but hosts that cannot be reached.
    if (this.clientsLeft > 0 || this.targets.hasOutage) this.postReport(current);
  }

  private postReport(current: StepRuns): void {
    this.hasToldOutage = this.targets.hasOutage;
    this.post({ kind: 'report', report: this.report(current) });
  }

  private endStep(current: StepRuns): void {
    const report = this.report(current);
    this.current = null;
    this.active = null;
    this.timeline.standstill.end();
    this.post({ kind: 'step-done', step: current.step.index, report, values: this.values.drain() });
  }

  private report(current: StepRuns): WorkerReport {
    return {
      worker: this.plan.worker,
      step: current.step.index,
      sequence: this.sequence++,
      at: this.stepStart === null ? null : performance.now() - this.stepStart,
      clientsLeft: this.stepStart === null ? current.clients.length : this.clientsLeft,
      tasks: current.recorders.map((recorder, task) => this.taskReport(current, recorder, task)),
      endpoints: this.targets.drain(),
      health: this.health.drain(),
    };
  }

  private taskReport(current: StepRuns, recorder: TaskRecorder, task: number): TaskReport {
    const now = performance.now();
    const known: number[] = [];
    const clients = this.completion === null ? [] : current.clients;
    for (const { client, runs } of clients) {
      for (const run of runs) {
        const progress = run.task === task ? client.progress(run, now) : null;
        if (progress !== null) known.push(progress);
      }
    }
    return recorder.drain(
      known.length === 0 ? null : known.reduce((sum, progress) => sum + progress, 0) / known.length,
    );
  }

  private fail(error: BenchmarkError): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    const report = this.current === null ? null : this.report(this.current);
    this.post({ kind: 'failed', error: toWireError(error), report });
  }
}

/** Reads what the first request of a client needs, so that it is there when the clock of the step begins to run. */
function firstData(runs: readonly ClientRun[]): Promise<void> {
  return runs[0]?.operation.ready?.() ?? Promise.resolve();
}

/** The clients of a step in the order in which they may send: the first clients of all its tasks come first. */
const inTurn = ({ clients }: StepRuns): readonly LoadClient[] =>
  clients.toSorted((left, right) => left.turn - right.turn).map(({ client }) => client);
