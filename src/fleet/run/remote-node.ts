// A node that is reached over the network, as a test run sees it. Commands go to it in an ordered queue
// ({@link Outbox}), and its events come back in another one ({@link Inbox}).
//
// At most one command is awaited at a time (`expected`): `prepare`, `open` or `run`, until its event arrives. When the
// node is lost, the wait ends as if the event had come, so that the other nodes can go on; whether a loss ends the run
// is decided by the {@link RunLink}.
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError, fromWireError, messageOf, unreachable } from '../../errors.ts';
import type { WorkerReport } from '../../metrics/report.ts';
import type { RunValues } from '../../run-values.ts';
import type { StepLevel } from '../../schedule/level.ts';
import { processClock } from '../../worker/messages.ts';
import type { FleetNode, NodeEvents, NodePlan, RunPlan } from '../node.ts';
import { readBinaryMessage } from '../protocol/binary-message.ts';
import type { Bus } from '../protocol/bus.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { Inbox } from '../protocol/inbox.ts';
import { encodeBytes } from '../protocol/json-codec.ts';
import {
  commandCodec,
  eventCodec,
  type NodeCommand,
  type NodeEvent,
  type PlanAddress,
} from '../protocol/node-messages.ts';
import { type Batch, Outbox, usualBound } from '../protocol/outbox.ts';
import { readReport } from '../protocol/report-codec.ts';
import { difference, Totals } from '../protocol/totals.ts';
import { NodeChannel } from './node-channel.ts';
import { measureOffset } from './node-clocks.ts';

/** How long to try to tell a node of a cancellation, and to wait for its last reports. */
const CANCEL_PATIENCE_MILLIS = 2500;
const CANCEL_REPEAT_MILLIS = 200;
/** How long to wait at the end of a run until the node has taken its last commands. */
const CLOSE_PATIENCE_MILLIS = 2000;

/** An event of a node that is shown to the user. */
export type NodeNotice = Extract<NodeEvent, { readonly kind: 'note' | 'preparation' | 'preparation-end' }>;

/** A registered node, and the run that it works for. */
export interface RemoteNodeOptions {
  readonly bus: Bus;
  readonly node: RegisteredNode;
  /** The name by which the user listed the node. */
  readonly name: string;
  readonly testRunId: string;
  /** The run's own name for itself, see {@link DownMessage}. */
  readonly session: string;
  /** See {@link NodeChannelOptions.busyPatience}. */
  readonly busyPatience?: number;
  /** See {@link RunLinkOptions.testMode} and {@link RunLinkOptions.isOffline}. */
  readonly testMode: boolean;
  readonly isOffline: boolean;
  /** Makes the plan available for the node to fetch, see {@link PlanServer.offer}. */
  readonly offer: (plan: RunPlan) => PlanAddress;
  /** Called for each event that is shown to the user. */
  readonly onNotice: (notice: NodeNotice, node: RemoteNode) => void;
  /** Called once if the node is lost: it will not work for this run any more. */
  readonly onLost: (node: RemoteNode, reason: string) => void;
}

/** The event that the awaited command ends with. */
interface Expectation {
  readonly kind: 'prepared' | 'opened' | 'step-done' | 'profiled';
  readonly resolve: () => void;
  readonly reject: (error: BenchmarkError) => void;
}

/**
 * A remote machine as a {@link FleetNode}. The {@link RunLink} feeds it with what the node sends ({@link receive}), and
 * pings it or declares it lost when it is silent.
 */
export class RemoteNode implements FleetNode {
  readonly name: string;
  readonly cores: number;
  readonly node: RegisteredNode;
  /** {@link processClock} when the node was last heard. */
  lastHeard = processClock();
  /** Why the node is lost; `null` if it is not. */
  lossReason: string | null = null;
  private readonly options: RemoteNodeOptions;
  private readonly channel: NodeChannel;
  private latestOffset = 0;
  private readonly commands: Outbox;
  private readonly inbox = new Inbox((message) => this.onEvent(message));
  private readonly merged = new Totals();
  private events: NodeEvents | null = null;
  private expected: Expectation | null = null;
  private profiles: readonly string[] = [];
  private takesProfiles = false;
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
    this.channel = new NodeChannel({ bus, node, session, busyPatience: options.busyPatience, onHeard });
    this.commands = new Outbox({
      send: (batch) => this.channel.sendCommands(batch),
      bound: usualBound,
      onFailure: (error) => this.cannotCommand(error),
      pause: (millis) => sleep(millis),
      random: Math.random,
    });
  }

  async prepare(plan: NodePlan, events: NodeEvents): Promise<void> {
    this.events = events;
    if (this.failure !== null) throw this.failure;
    const { testRunId, testMode, isOffline } = this.options;
    const { target, profiles = false } = plan.run;
    this.takesProfiles = profiles;
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

  openStep(step: number, values: RunValues, level: StepLevel | null): Promise<void> {
    return this.expect('opened', { kind: 'open', step, values, level });
  }

  async clockOffset(): Promise<number> {
    const offset = await measureOffset(this.channel, () => this.isUsable);
    if (offset === null && this.isUsable)
      throw new BenchmarkError('WORKER_LOST', `Node ${this.name} does not tell its time.`);
    if (offset !== null) this.latestOffset = offset;
    return this.offset;
  }

  /** The result of the latest {@link clockOffset} in ms; 0 before the first. */
  get offset(): number {
    return this.latestOffset;
  }

  async runStep(step: number, startAt: number): Promise<void> {
    this.step = step;
    // A lost node has no part in the completing tasks. The fleet learns that after it has started the other nodes.
    if (this.lossReason !== null) setImmediate(() => this.events?.onCompletingDone(step, null));
    await this.expect('step-done', { kind: 'run', step, startAt });
    this.step = null;
  }

  activate(step: number, clients: number): void {
    if (this.isUsable) this.command({ kind: 'activate', step, clients });
  }

  async writeProfiles(): Promise<readonly string[]> {
    if (this.takesProfiles && this.failure === null) await this.expect('profiled', { kind: 'profile' });
    return this.profiles;
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
    // The node answers a cancelled step with its last reports, which are waited for. Any other wait ends at once.
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

  /** Takes events from the node, and returns the number of the last piece taken, for the answer. */
  receive(batch: Batch): number {
    this.lastHeard = processClock();
    if (this.lossReason !== null) return 0;
    try {
      return this.inbox.accept(batch);
    } catch (error) {
      this.fail(
        error instanceof BenchmarkError
          ? error
          : new BenchmarkError('INTERNAL', `What node ${this.name} sent cannot be used.`, { cause: error }),
      );
      return this.inbox.last;
    }
  }

  /** Shows the node that the run is alive. Any answer is a sign of life; a refusal means that it has left the run. */
  async ping(): Promise<void> {
    if (this.isPinging || this.lossReason !== null) return;
    this.isPinging = true;
    const answer = await this.channel.ask({ kind: 'ping' }).catch(() => null);
    this.isPinging = false;
    if (answer?.kind === 'refused' && this.events !== null) this.lose(answer.reason);
  }

  /** Declares the node lost: nothing more is sent to it or taken from it, and whatever waits for it goes on. */
  lose(reason: string): void {
    if (this.lossReason !== null) return;
    this.lossReason = reason;
    this.commands.stop();
    this.options.onLost(this, reason);
    const { step } = this;
    if (step !== null) this.events?.onCompletingDone(step, null);
    if (this.expected !== null) this.settle(this.expected, null);
  }

  /**
   * A node that works for another run is not lost: the two runs would measure each other, so this one ends, whatever
   * the policy for lost nodes.
   */
  private cannotCommand(error: BenchmarkError): void {
    if (error.code !== 'ANOTHER_RUN') {
      this.lose(error.message);
      return;
    }
    const hint = 'Wait for that run or end it, or leave the node out of --worker-ips.';
    this.fail(new BenchmarkError('ANOTHER_RUN', `Node ${this.name} cannot be used: ${error.message}.`, { hint }));
  }

  /** Reports a failure of this node, which ends the run. Only the first one counts. */
  fail(error: BenchmarkError): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.events?.onFailure(error);
  }

  get isLost(): boolean {
    return this.lossReason !== null;
  }

  private get isUsable(): boolean {
    return this.lossReason === null && !this.isCancelled;
  }

  private command(command: NodeCommand): void {
    this.commands.push(encodeBytes(commandCodec, command));
  }

  /** Sends a command, and waits for the event that it ends with; not at all if the node is lost or cancelled. */
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

  /** Tells the node by a question instead of a command, which could be held up by commands that are not taken yet. */
  private async tellCancelled(): Promise<void> {
    const end = processClock() + CANCEL_PATIENCE_MILLIS;
    while (this.lossReason === null && processClock() < end) {
      const answer = await this.channel.ask({ kind: 'cancel' }).catch(() => null);
      if (answer !== null) return;
      await sleep(CANCEL_REPEAT_MILLIS);
    }
  }

  private onEvent(message: Uint8Array): void {
    const { header: event, sections } = readBinaryMessage(eventCodec, message, 'event');
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
        if (event.values.size > 0) this.events?.onValues(event.values);
        break;
      }
      case 'profiled':
        this.profiles = event.files;
        break;
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

  /** The error with the name of the node in its message. */
  private named(error: BenchmarkError): BenchmarkError {
    const { hint, exitCode, problems, cause } = error;
    return new BenchmarkError(error.code, `Node ${this.name}: ${messageOf(error)}`, {
      hint,
      exitCode,
      problems,
      cause,
    });
  }
}
