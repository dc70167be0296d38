// Connects a test run with its remote nodes. It receives the events that nodes send, serves what they fetch, and
// notices which of them are lost.
//
// Every message from a node counts as a sign of life. A node that was silent for a while is pinged, and is lost when it
// stays silent. Silence does not count while the own connection is down or this process stood still. If the own
// connection stays down for longer than nodes wait for their run, all of them are lost.
import { randomUUID } from 'node:crypto';
import { BenchmarkError } from '../../errors.ts';
import { processClock } from '../../worker/messages.ts';
import type { RunPlan } from '../node.ts';
import { readBinaryMessage } from '../protocol/binary-message.ts';
import { type Bus, type BusMessage, type BusSubscription, BusWatch, idInSubject } from '../protocol/bus.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { encodeBytes } from '../protocol/json-codec.ts';
import { type UpAnswer, upAnswerCodec, upCodec } from '../protocol/node-messages.ts';
import { inboxPrefix, upSubject } from '../protocol/subjects.ts';
import { lossMillis, pingMillis, tickMillis } from '../protocol/times.ts';
import { type LocateDocuments, PlanServer } from './plan-server.ts';
import { type NodeNotice, RemoteNode } from './remote-node.ts';

/** After so long a loss of the own connection all nodes have ended their load: they do so after 7 s without the run. */
const OWN_LOSS_MILLIS = 8000;
/** If more time is between two ticks, this process itself stood still, and silence says nothing about the nodes. */
const LONGEST_TICK_MILLIS = 1000;

/** The nodes of a run, how to reach them, and what to do with what they tell. */
export interface RunLinkOptions {
  readonly bus: Bus;
  /** A second connection for plans and documents, so that reports do not wait behind them. */
  readonly bulk: Bus;
  readonly testRunId: string;
  /** The nodes, and the names by which the user listed them. */
  readonly nodes: readonly { readonly name: string; readonly node: RegisteredNode }[];
  /** Whether the loss of a node ends the run. The loss of the last one always does. */
  readonly onWorkerLoss: 'abort' | 'continue';
  /** Whether the workload was cut down to a smoke test, which the message about a missing file says. */
  readonly testMode: boolean;
  /** Whether nodes may not download documents. */
  readonly isOffline: boolean;
  readonly locate: LocateDocuments;
  /** Shows the user what a node tells. */
  readonly onNotice: (notice: NodeNotice, node: RemoteNode) => void;
}

/** The link of one run. Its {@link nodes} make up the fleet of the run; {@link close} comes after that of the fleet. */
export class RunLink {
  /** One for each of {@link RunLinkOptions.nodes}, in the same order. */
  readonly nodes: readonly RemoteNode[];
  private readonly options: RunLinkOptions;
  private readonly byId: ReadonlyMap<string, RemoteNode>;
  private readonly session = randomUUID();
  private readonly planServer: PlanServer;
  private readonly watch: BusWatch;
  private readonly subscriptions: readonly BusSubscription[];
  private readonly timer: NodeJS.Timeout;
  private lastTick = processClock();
  /** {@link processClock} when the own connection was first found down; `null` while it is up. */
  private downSince: number | null = null;
  private isClosed = false;

  constructor(options: RunLinkOptions) {
    const { bus, bulk, testRunId, testMode, isOffline } = options;
    this.options = options;
    this.planServer = new PlanServer(this.session, options.locate);
    this.nodes = options.nodes.map(
      ({ name, node }) =>
        new RemoteNode({
          bus,
          node,
          name,
          testRunId,
          session: this.session,
          testMode,
          isOffline,
          offer: (plan: RunPlan) => this.planServer.offer(plan),
          onNotice: options.onNotice,
          onLost: (lost, reason) => this.onLost(lost, reason),
        }),
    );
    this.byId = new Map(this.nodes.map((node) => [node.node.id, node]));
    this.watch = new BusWatch(bus, () => this.forgive());
    // Only the subjects of its own nodes: what others send is dropped by the server, and costs the run nothing.
    this.subscriptions = this.nodes.flatMap(({ node: { id } }) => [
      bus.subscribe(upSubject(id, 'out'), {
        callback: (error, message) => (error === null ? this.onUp(message) : undefined),
      }),
      bulk.subscribe(upSubject(id, 'fetch'), {
        callback: (error, message) => (error === null ? void this.onFetch(message) : undefined),
      }),
    ]);
    this.timer = setInterval(() => this.tick(), tickMillis);
  }

  /** Stops listening. It does not close the nodes, which the fleet does before. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private onUp(message: BusMessage): void {
    const id = idInSubject(message.subject);
    // A sender can name any subject to answer to. Only its own inbox is used, or it could write elsewhere through us.
    if (message.reply?.startsWith(`${inboxPrefix(id)}.`) !== true) return;
    message.respond(encodeBytes(upAnswerCodec, this.take(id, message.data)));
  }

  /**
   * Hands a batch of events to its node. A sender that is not in the run any more, or sent what cannot be read, is told
   * that the run is over.
   */
  private take(id: string, bytes: Uint8Array): UpAnswer {
    const node = this.byId.get(id);
    const over: UpAnswer = { last: 0, isOver: true };
    if (node === undefined || node.lossReason !== null) return over;
    try {
      const { header, sections } = readBinaryMessage(upCodec, bytes, 'events');
      if (header.session !== this.session) return over;
      return { last: node.receive({ first: header.first, pieces: sections }), isOver: false };
    } catch (error) {
      node.fail(
        error instanceof BenchmarkError
          ? error
          : new BenchmarkError('INTERNAL', `What node ${node.name} sent cannot be read.`, { cause: error }),
      );
      return over;
    }
  }

  private async onFetch(message: BusMessage): Promise<void> {
    const id = idInSubject(message.subject);
    if (message.reply?.startsWith(`${inboxPrefix(id)}.`) !== true) return;
    const node = this.byId.get(id);
    if (node === undefined || node.lossReason !== null) return;
    const answer = await this.planServer.answer(message.data);
    if (!this.isClosed) message.respond(answer);
  }

  /** Pings and loses silent nodes, unless this process could not have heard them. */
  private tick(): void {
    const now = processClock();
    const isFair = this.watch.isUp && now - this.lastTick < LONGEST_TICK_MILLIS;
    this.lastTick = now;
    if (!this.watch.isUp) this.checkOwnConnection(now);
    else this.downSince = null;
    if (!isFair) {
      this.forgive();
      return;
    }
    for (const node of this.nodes) {
      const silence = now - node.lastHeard;
      if (silence >= lossMillis) node.lose(`it was not heard for ${(silence / 1000).toFixed(1)} seconds`);
      else if (silence >= pingMillis) void node.ping();
    }
  }

  /** Loses all nodes when the own connection was down for longer than nodes wait for their run. */
  private checkOwnConnection(now: number): void {
    this.downSince ??= now;
    if (now - this.downSince < OWN_LOSS_MILLIS) return;
    const away =
      `the coordinator's NATS was away for ${Math.round((now - this.downSince) / 1000)} seconds, after ` +
      'which nodes end their load';
    for (const node of this.nodes) node.lose(away);
  }

  /** Lets the silence of all nodes count from now. */
  private forgive(): void {
    const now = processClock();
    for (const node of this.nodes) node.lastHeard = now;
  }

  /** Ends the run, or warns that it goes on without the node. */
  private onLost(lost: RemoteNode, reason: string): void {
    const left = this.nodes.filter(({ lossReason }) => lossReason === null).length;
    const what = `Node ${lost.name} is lost: ${reason}.`;
    if (this.options.onWorkerLoss === 'abort' || left === 0) {
      const hint =
        left === 0 && this.options.onWorkerLoss === 'continue'
          ? 'No node is left. Look at the log of the node.'
          : 'What was measured until then is kept. Look at the log of the node; with --on-worker-loss=continue a run ' +
            'goes on without it.';
      lost.fail(new BenchmarkError('WORKER_LOST', what, { hint }));
      return;
    }
    const message = `${what} The run goes on without its clients; the results are marked as incomplete.`;
    this.options.onNotice({ kind: 'note', level: 'warning', message }, lost);
  }
}
