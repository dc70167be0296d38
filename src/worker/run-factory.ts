// Makes what a client runs: the operation of a task, with its source of parameters, its limits and its schedule.
import { BenchmarkError } from '../errors.ts';
import type { RequestFactory } from '../http/request.ts';
import { assertionsOf } from '../operation/assertions.ts';
import { borrowsDocuments, CorpusSource } from '../operation/corpus-source.ts';
import { startSource } from '../operation/first-params.ts';
import type { LoadOperation, OperationContext, OperationSpec, WorkloadFacts } from '../operation/operation.ts';
import { operationType } from '../operation/registry.ts';
import type { RunValueStore } from '../operation/run-value-store.ts';
import { transportTarget } from '../operation/transport-targets.ts';
import type { ClientPlace } from '../plugin/host.ts';
import { randomSource, seedOf } from '../random.ts';
import type { Cell } from '../schedule/allocation.ts';
import { ClientSchedule } from '../schedule/client-schedule.ts';
import { loopControl, rampUpWait } from '../schedule/loop-control.ts';
import { Pacer, type RequestWeight } from '../schedule/pacer.ts';
import { isSameTarget } from '../transport/transport.ts';
import { type Millis, millis } from '../units.ts';
import type { VectorSource } from '../vectors/vector-reader.ts';
import type { ClientRun } from './client-run.ts';
import { decodeParams, type TaskPlan, type WorkerPlan, type WorkerStep } from './plan.ts';
import type { TaskRecorder } from './recorder.ts';
import type { TargetSet } from './target-set.ts';
import type { WorkerPlugin } from './worker-plugin.ts';

/** What the runs of one load thread are made with. */
export interface RunParts {
  readonly plan: WorkerPlan;
  readonly facts: WorkloadFacts;
  readonly requests: RequestFactory;
  readonly targets: TargetSet;
  readonly values: RunValueStore;
  readonly vectors: VectorSource;
}

/** One task of one client in one step, and where its samples go. */
export interface RunRequest {
  readonly step: WorkerStep;
  readonly cell: Cell;
  /** Id of the client. */
  readonly client: number;
  readonly recorder: TaskRecorder;
  /** The plug-in of the workload; `null` if there is none. */
  readonly plugin: WorkerPlugin | null;
}

/** Makes the runs of one load thread. */
export class RunFactory {
  private readonly parts: RunParts;
  private readonly specs = new Map<TaskPlan, OperationSpec>();

  constructor(parts: RunParts) {
    this.parts = parts;
  }

  /**
   * Makes one run, and waits for what its first request is made from. Rejects if the operation cannot be made, or with
   * `PLUGIN`.
   */
  async create({ step, cell, client, recorder, plugin }: RunRequest): Promise<ClientRun> {
    const { plan, facts, requests, targets, values, vectors } = this.parts;
    const task = taskOf(step, cell);
    const spec = this.specOf(task);
    const limit = this.limitOf(spec);
    const random = randomSource(plan.seed, client, step.index, cell.task);
    const context: OperationContext = {
      spec,
      workload: facts,
      clientIndex: cell.clientIndex,
      clientCount: task.clients,
      requests,
      timeout: limit.timeout,
      vectors,
      requestTimeout: millis(plan.target.options.timeout * 1000),
      random,
      values,
      checksAssertions: plan.checksAssertions,
    };
    const place: ClientPlace = {
      task: task.name,
      operation: spec,
      clientIndex: cell.clientIndex,
      clientCount: task.clients,
      seed: seedOf(plan.seed, client, step.index, cell.task),
    };
    const own = await plugin?.openOperation(place, context);
    const operation = own?.operation ?? (await createOperation(task, context));
    const settings = { target: task.targetThroughput, clients: task.clients, expected: expectedOf(task, operation) };
    const times =
      plugin === null || task.customSchedule === null
        ? new Pacer({ ...settings, kind: task.schedule, phase: cell.clientIndex / task.clients, random })
        : await plugin.openTimes(place, task.customSchedule, own?.source ?? null, settings);
    const target = this.targetOf(spec);
    return {
      task: cell.task,
      taskName: task.name,
      operation,
      target,
      exchanges: targets.exchangesOf(client, target),
      schedule: new ClientSchedule(
        loopControl(task, cell.clientIndex, operation.isFinite),
        times,
        rampUpWait(task, cell.elementIndex, cell.elementClients),
      ),
      recorder,
      concurrency: operationType(spec.type)?.concurrency(spec) ?? 1,
      ...limit,
      abortsOnError: plan.onError === 'abort' && !task.isNonFatal,
      assertions: plan.checksAssertions ? assertionsOf(spec.params) : [],
    };
  }

  /** The operation of a task with its parameters. */
  specOf(task: TaskPlan): OperationSpec {
    let spec = this.specs.get(task);
    if (spec === undefined) {
      spec = { name: task.operation.name, type: task.operation.type, params: decodeParams(task.operation.params) };
      this.specs.set(task, spec);
    }
    return spec;
  }

  /** The position of an operation's target: the cluster is the first, the other targets of the plan follow. */
  private targetOf(spec: OperationSpec): number {
    const { grpcHosts, others } = this.parts.plan;
    const target = transportTarget(spec, grpcHosts);
    return target === null ? 0 : 1 + others.findIndex((other) => isSameTarget(other, target));
  }

  private limitOf(spec: OperationSpec): { readonly timeout: Millis; readonly timeoutText: string } {
    const limit = operationType(spec.type)?.limit?.(spec) ?? null;
    const timeout = limit ?? millis(this.parts.plan.target.options.timeout * 1000);
    const setBy = limit === null ? 'timeout of the client options' : 'request-timeout of the operation';
    return { timeout, timeoutText: `${timeout / 1000} s (${setBy})` };
  }
}

function taskOf(step: WorkerStep, cell: Cell): TaskPlan {
  const task = step.tasks[cell.task];
  if (task === undefined) throw new BenchmarkError('INTERNAL', `Step ${step.index} has no task ${cell.task}.`);
  return task;
}

async function createOperation(task: TaskPlan, context: OperationContext): Promise<LoadOperation> {
  const { type } = context.spec;
  const known = operationType(type);
  if (known !== undefined && borrowsDocuments(context.spec)) {
    const { source, first } = await startSource(new CorpusSource(context));
    return known.createOver(source, context, first?.params ?? null);
  }
  if (known !== undefined) return known.create(context);
  throw new BenchmarkError(
    'UNSUPPORTED',
    `Operation type "${type}" of task "${task.name}" is not known to this worker.`,
  );
}

function expectedOf({ targetThroughput }: TaskPlan, operation: LoadOperation): RequestWeight | null {
  return operation.expectedWeight ?? (targetThroughput?.unit === 'ops' ? { weight: 1, unit: 'ops' } : null);
}
