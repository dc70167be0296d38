// A node behind a network, as the fleet sees it: commands go down an ordered queue, what the node tells comes up another one.
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError, fromWireError, messageOf, unreachable } from '../../errors.ts';
import type { WorkerReport } from '../../metrics/report.ts';
import { processClock } from '../../worker/messages.ts';
import type { FleetNode, NodeEvents, NodePlan, RunPlan } from '../node.ts';
import type { Bus } from '../protocol/bus.ts';
import { encodeBytes } from '../protocol/codec.ts';
import { readFrame } from '../protocol/frame.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { Inbox } from '../protocol/inbox.ts';
import { type BundleAddress, commandCodec, eventCodec, type NodeCommand, type NodeEvent } from '../protocol/node-messages.ts';
import { type Batch, Outbox, usualBound } from '../protocol/outbox.ts';
import { readReport } from '../protocol/report-codec.ts';
import { difference, Totals } from '../protocol/totals.ts';
import { NodeChannel } from './node-channel.ts';
import { measureOffset } from './node-clocks.ts';

/** A node that does not answer a cancellation in this time is given up. */
const CANCEL_PATIENCE_MILLIS = 2500;
const CANCEL_REPEAT_MILLIS = 200;
const CLOSE_PATIENCE_MILLIS = 2000;

/** What a remote node tells its run beside its reports. */
export type NodeNotice = Extract<NodeEvent, { readonly kind: 'note' | 'preparation' | 'preparation-end' }>;

export interface RemoteNodeOptions {
  readonly bus: Bus;
  readonly node: RegisteredNode;
  /** As the user named it. */
  readonly name: string;
  readonly testRunId: string;
  /** The run's own name for itself, see {@link writeDown}. */
  readonly session: string;
  readonly testMode: boolean;
  readonly isOffline: boolean;
  /** Makes the plan available to nodes. */
  readonly offer: (plan: RunPlan) => BundleAddress;
  readonly onNotice: (tale: NodeNotice, node: RemoteNode) => void;
  /** The node will not work for this run any more. */
  readonly onLost: (node: RemoteNode, reason: string) => void;
}

interface Expectation {
  readonly kind: 'prepared' | 'opened' | 'step-done';
  readonly resolve: () => void;
  readonly reject: (error: BenchmarkError) => void;
}

export class RemoteNode implements FleetNode {
  readonly name: string;
  readonly cores: number;
  readonly node: RegisteredNode;
  /** Reading of {@link processClock} when the node was heard last. */
  lastHeard = processClock();
  /** Why the node is lost; `null` = it is not. */
  lossReason: string | null = null;
  private readonly options: RemoteNodeOptions;
  private readonly channel: NodeChannel;
  private latestOffset = 0;
  private readonly commands: Outbox;
  private readonly inbox = new Inbox((message) => this.onEvent(message));
  private readonly merged = new Totals();
  private events: NodeEvents | null = null;
  private expected: Expectation | null = null;
  private step: number | null = null;
  private isCancelled = false;
  private failure: BenchmarkError | null = null;
  private isPinging = false;

  constructor(options: RemoteNodeOptions) {
    this.options = options;
    this.name = options.name;
    this.node = options.node;
    this.cores = options.node.hello.cores;
    const { bus, node, session } = options;
    const onHeard = (): void => {
      this.lastHeard = processClock();
    };
    this.channel = new NodeChannel({ bus, node, session, onHeard });
    this.commands = new Outbox({
      send: (batch) => this.channel.sendCommands(batch),
      bound: usualBound,
      onFailure: (error) => this.lose(error.message),
      pause: (millis) => sleep(millis),
      random: Math.random,
    });
  }

  async prepare(plan: NodePlan, events: NodeEvents): Promise<void> {
    this.events = events;
    if (this.failure !== null) throw this.failure;
    const { testRunId, testMode, isOffline } = this.options;
    const { target } = plan.run;
    const { workers, firstWorker } = plan;
    await this.expect('prepared', {
      kind: 'prepare',
      testRunId,
      plan: this.options.offer(plan.run),
      target,
      workers,
      firstWorker,
      testMode,
      isOffline,
    });
  }

  openStep(step: number): Promise<void> {
    return this.expect('opened', { kind: 'open', step });
  }

  async clockOffset(): Promise<number> {
    const offset = await measureOffset(this.channel, () => this.isUsable);
    if (offset === null && this.isUsable) throw new BenchmarkError('WORKER_LOST', `Node ${this.name} does not tell its time.`);
    if (offset !== null) this.latestOffset = offset;
    return this.offset;
  }

  /** Reading of the node's clock minus ours in ms, as found last. */
  get offset(): number {
    return this.latestOffset;
  }

  async runStep(step: number, startAt: number): Promise<void> {
    this.step = step;
    // A lost node's part of the completing tasks ends at once, but not before the other nodes have begun.
    if (this.lossReason !== null) setImmediate(() => this.events?.onCompletingDone(step, null));
    await this.expect('step-done', { kind: 'run', step, startAt });
    this.step = null;
  }

  completeStep(step: number): void {
    if (this.isUsable) this.command({ kind: 'complete', step });
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    const { expected } = this;
    void this.tellCancelled();
    if (expected === null) return;
    // Only a step under way is answered with its last reports; whatever else was awaited is over.
    if (expected.kind !== 'step-done') this.settle(expected, null);
    else setTimeout(() => this.settle(expected, null), CANCEL_PATIENCE_MILLIS).unref();
  }

  async close(): Promise<void> {
    if (this.lossReason === null) {
      this.command({ kind: 'close' });
      await Promise.race([this.commands.flush(), sleep(CLOSE_PATIENCE_MILLIS, undefined, { ref: false })]);
    }
    this.commands.stop();
  }

  /** Takes what came up from the node; returns the number of the last piece taken, for the answer. */
  receive(batch: Batch): number {
    this.lastHeard = processClock();
    if (this.lossReason !== null) return 0;
    try {
      return this.inbox.accept(batch);
    } catch (error) {
      this.fail(
        error instanceof BenchmarkError ? error : new BenchmarkError('INTERNAL', `What node ${this.name} sent cannot be used.`, { cause: error }),
      );
      return this.inbox.last;
    }
  }

  /** Says that the run lives, and learns whether the node does. */
  async ping(): Promise<void> {
    if (this.isPinging || this.lossReason !== null) return;
    this.isPinging = true;
    const answer = await this.channel.ask({ kind: 'ping' }).catch(() => null);
    this.isPinging = false;
    if (answer?.kind === 'refused' && this.events !== null) this.lose(answer.reason);
  }

  /** The node is gone: nothing more is expected of it, and whatever waits for it goes on. */
  lose(reason: string): void {
    if (this.lossReason !== null) return;
    this.lossReason = reason;
    this.commands.stop();
    this.options.onLost(this, reason);
    const { step } = this;
    if (step !== null) this.events?.onCompletingDone(step, null);
    if (this.expected !== null) this.settle(this.expected, null);
  }

  /** Ends the run because of this node. */
  fail(error: BenchmarkError): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.events?.onFailure(error);
  }

  private get isUsable(): boolean {
    return this.lossReason === null && !this.isCancelled;
  }

  private command(command: NodeCommand): void {
    this.commands.push(encodeBytes(commandCodec, command));
  }

  private expect(kind: Expectation['kind'], command: NodeCommand): Promise<void> {
    if (!this.isUsable) return Promise.resolve();
    this.command(command);
    return new Promise((resolve, reject) => {
      this.expected = { kind, resolve, reject };
    });
  }

  private settle(expected: Expectation, error: BenchmarkError | null): void {
    if (this.expected !== expected) return;
    this.expected = null;
    if (error === null) expected.resolve();
    else expected.reject(error);
  }

  /** Not behind the commands that wait: it has to be quick, and does no harm twice. */
  private async tellCancelled(): Promise<void> {
    const end = processClock() + CANCEL_PATIENCE_MILLIS;
    while (this.lossReason === null && processClock() < end) {
      const answer = await this.channel.ask({ kind: 'cancel' }).catch(() => null);
      if (answer !== null) return;
      await sleep(CANCEL_REPEAT_MILLIS);
    }
  }

  private onEvent(message: Uint8Array): void {
    const { header: event, sections } = readFrame(eventCodec, message, 'event');
    switch (event.kind) {
      case 'report':
        this.onReport(readReport(sections[0] ?? new Uint8Array()));
        return;
      case 'completing-done':
        this.events?.onCompletingDone(event.step, event.task);
        return;
      case 'leaving':
        this.lose(event.reason);
        return;
      case 'failed':
        this.fail(this.named(fromWireError(event.error)));
        return;
      case 'rejected':
        if (this.expected !== null) this.settle(this.expected, this.named(fromWireError(event.error)));
        return;
      case 'note':
      case 'preparation':
      case 'preparation-end':
        this.options.onNotice(event, this);
        return;
      case 'step-done': {
        const error = difference(this.name, event.totals, this.merged.list());
        if (error !== null) this.fail(error);
        break;
      }
      case 'prepared':
      case 'opened':
        break;
      default:
        unreachable(event);
    }
    if (this.expected?.kind === event.kind) this.settle(this.expected, null);
  }

  private onReport(report: WorkerReport): void {
    this.events?.onReport(report);
    this.merged.add(report);
  }

  private named(error: BenchmarkError): BenchmarkError {
    const { hint, exitCode, problems, cause } = error;
    return new BenchmarkError(error.code, `Node ${this.name}: ${messageOf(error)}`, { hint, exitCode, problems, cause });
  }
}
