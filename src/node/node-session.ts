// One test run on a node: obeys its commands and reports what happens, until the run ends the session or falls silent.
import { setTimeout as sleep } from 'node:timers/promises';
import { documentGenerator } from '../corpus/eventdata/document-generator.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, messageOf, toWireError, unreachable } from '../errors.ts';
import { LocalNode } from '../fleet/local-node.ts';
import type { RunPlan } from '../fleet/node.ts';
import { writeBinaryMessage } from '../fleet/protocol/binary-message.ts';
import { Inbox } from '../fleet/protocol/inbox.ts';
import { decodeBytes } from '../fleet/protocol/json-codec.ts';
import {
  commandCodec,
  eventCodec,
  type NodeCommand,
  type NodeEvent,
  upAnswerCodec,
  upCodec,
} from '../fleet/protocol/node-messages.ts';
import { type Batch, Outbox, OutboxBroken, usualBound } from '../fleet/protocol/outbox.ts';
import { writeReport } from '../fleet/protocol/report-codec.ts';
import { upSubject } from '../fleet/protocol/subjects.ts';
import { standstillLeaseMillis } from '../fleet/protocol/times.ts';
import { Totals } from '../fleet/protocol/totals.ts';
import type { WorkerReport } from '../metrics/report.ts';
import { preparePluginData } from '../plugin/start/prepare-data.ts';
import { workloadView } from '../plugin/workload-view.ts';
import { processClock } from '../worker/messages.ts';
import type { FetchContext } from './fetch.ts';
import { fetchPlan } from './fetch.ts';
import { prepareNodeCorpora } from './node-corpora.ts';
import type { NodeAgentOptions } from './node-options.ts';
import { NodePluginFiles } from './node-plugin.ts';
import { testRunDirectory, writeOrphanReport } from './orphan-report.ts';
import { RawSampleFilter } from './raw-sample-filter.ts';

/** A test run that was silent for this long counts as gone. */
const LEASE_MILLIS = 7000;
const LEASE_TICK_MILLIS = 500;
/** The coordinator has to confirm a batch of messages within this time. */
const TIMEOUT_MILLIS = 1500;
const FLUSH_PATIENCE_MILLIS = 2000;
const LEAVE_PATIENCE_MILLIS = 1000;
/** How long threads that were cancelled may take to send their last reports. */
const CANCEL_PATIENCE_MILLIS = 1500;
/** Messages that the outbox holds for each thread: enough for the reports that it sends while a lease lasts. */
const PIECES_PER_THREAD = 24;
/** While more messages than this wait to be sent, the progress of preparations is not told. */
const PROGRESS_BOUND = 50;

/** What a session is given besides the options of its node. */
export interface NodeSessionOptions extends NodeAgentOptions {
  /** Names the session; every message of the test run carries it. */
  readonly key: string;
  /** Called once, when the session is over. */
  readonly onEnd: (reason: string) => void;
}

type Prepare = Extract<NodeCommand, { readonly kind: 'prepare' }>;

/**
 * A test run on this node. The session ends in one of three ways: the run closes it, the node leaves, or the run is
 * gone.
 */
export class NodeSession {
  readonly key: string;
  /**
   * The id of the test run for logs and reports. It is empty until the first command, which is to prepare, names it.
   */
  testRunId = '';
  /** Reading of {@link processClock} when the run was heard last. */
  lastHeard = processClock();
  private readonly options: NodeSessionOptions;
  private readonly inbox = new Inbox((message) => this.obey(decodeBytes(commandCodec, message, 'command')));
  private readonly outbox: Outbox;
  private readonly sent = new Totals();
  private readonly rawSamples = new RawSampleFilter();
  /** What operations of the step under way have left behind. */
  private readonly values = new Map<string, string>();
  private readonly lastReports = new Map<number, WorkerReport>();
  private readonly aborter = new AbortController();
  private readonly lease: NodeJS.Timeout;
  private readonly pluginFiles: NodePluginFiles;
  private node: LocalNode | null = null;
  private plan: RunPlan | null = null;
  private load: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(options: NodeSessionOptions) {
    this.options = options;
    this.key = options.key;
    this.pluginFiles = new NodePluginFiles(options);
    this.outbox = new Outbox({
      send: (batch) => this.send(batch),
      bound: Math.max(usualBound, options.cores * PIECES_PER_THREAD),
      onFailure: (error) => void this.orphan(error.message),
      pause: (millis) => sleep(millis),
      random: Math.random,
    });
    this.lease = setInterval(() => this.checkLease(), LEASE_TICK_MILLIS);
  }

  /** Renews the lease, because the test run was heard. */
  heard(): void {
    this.lastHeard = processClock();
  }

  /** Takes a batch of commands, and returns the number of the last command that was taken. */
  accept(batch: Batch): number {
    try {
      return this.inbox.accept(batch);
    } catch (error) {
      this.tell({ kind: 'rejected', error: toWireError(error) });
      return this.inbox.last;
    }
  }

  /** Ends the load at once; the last reports are still sent. */
  cancel(): void {
    if (this.aborter.signal.aborted) return;
    this.log('INFO', 'Cancelled: the load ends.');
    this.aborter.abort();
    this.node?.cancel();
  }

  /**
   * Ends the session because the node is about to go: ends the load, sends what was measured last, and tells the run.
   */
  async leave(reason: string): Promise<void> {
    this.node?.cancel();
    await Promise.race([this.load, sleep(CANCEL_PATIENCE_MILLIS, undefined, { ref: false })]);
    this.tell({ kind: 'leaving', reason });
    await Promise.race([this.outbox.flush(), sleep(LEAVE_PATIENCE_MILLIS, undefined, { ref: false })]);
    await this.orphan(reason);
  }

  /**
   * Ends the session because the test run is gone: ends the load, keeps what is left on disk, and makes the node free.
   */
  async orphan(reason: string): Promise<void> {
    if (!this.finish()) return;
    this.log('WARNING', `The load ends: ${reason}.`);
    this.aborter.abort();
    this.node?.cancel();
    await Promise.race([this.load, sleep(CANCEL_PATIENCE_MILLIS)]);
    const { rootDirectory, address } = this.options;
    try {
      const unsent = this.outbox.length;
      const path = await writeOrphanReport(
        rootDirectory,
        { testRunId: this.testRunId, address, reason, unsent },
        this.sent.list(),
        [...this.lastReports.values()],
      );
      this.log('WARNING', `What was measured last is in ${path}.`);
    } catch (error) {
      this.log('ERROR', messageOf(error));
    }
    this.outbox.stop();
    await this.node?.close();
    await this.pluginFiles.remove();
    this.options.onEnd(reason);
  }

  /** Ends the session because the test run is over: sends what still waits, and makes the node free. */
  private async close(): Promise<void> {
    if (!this.finish()) return;
    await Promise.race([this.outbox.flush(), sleep(FLUSH_PATIENCE_MILLIS, undefined, { ref: false })]);
    this.outbox.stop();
    this.aborter.abort();
    await this.node?.close();
    await this.pluginFiles.remove();
    const requests = this.sent.list().reduce((sum, task) => sum + task.requests, 0);
    this.log('INFO', `The test run is over; this node has sent ${requests} requests.`);
    this.options.onEnd('the test run is over');
  }

  /** Marks the session as over; `false` = something else has ended it before. */
  private finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    clearInterval(this.lease);
    return true;
  }

  private checkLease(): void {
    const silence = processClock() - this.lastHeard;
    if (silence >= LEASE_MILLIS)
      void this.orphan(`the coordinator was not heard for ${(silence / 1000).toFixed(1)} seconds`);
  }

  private obey(command: NodeCommand): void {
    switch (command.kind) {
      case 'prepare':
        this.testRunId = command.testRunId;
        this.log('INFO', 'The test run has taken this node.');
        this.attempt(async () => {
          await this.prepare(command);
          this.tell({ kind: 'prepared' });
        });
        break;
      case 'open':
        this.attempt(async () => {
          await this.node?.openStep(command.step, command.values, command.level);
          this.tell({ kind: 'opened', step: command.step });
        });
        break;
      case 'run':
        this.attempt(() => this.runStep(command.step, command.startAt));
        break;
      case 'activate':
        this.node?.activate(command.step, command.clients);
        break;
      case 'complete':
        this.node?.completeStep(command.step);
        break;
      case 'profile':
        this.attempt(async () => {
          const files = (await this.node?.writeProfiles()) ?? [];
          for (const file of files) this.log('INFO', `CPU profile: ${file}`);
          this.tell({ kind: 'profiled', files });
        });
        break;
      case 'close':
        this.attempt(() => this.close());
        break;
      default:
        unreachable(command);
    }
  }

  private attempt(work: () => Promise<void>): void {
    this.load = work().catch((error: unknown) => {
      this.log('ERROR', messageOf(error));
      this.tell({ kind: 'rejected', error: toWireError(error) });
    });
  }

  private async prepare(command: Prepare): Promise<void> {
    const { bulk, id, address, cores, rootDirectory } = this.options;
    const context: FetchContext = { bus: bulk, id, session: this.key, signal: this.aborter.signal };
    const { plugin, ...open } = await fetchPlan(context, command.plan);
    const own = plugin === null ? {} : { plugin: await this.pluginFiles.receive(plugin) };
    const plan: RunPlan = { ...open, ...own, target: command.target };
    if (plan.testRunId !== this.testRunId) throw new BenchmarkError('FLEET', 'The plan is that of another test run.');
    this.plan = plan;
    const threads = command.workers.length;
    const clients = command.workers.reduce((sum, ids) => sum + ids.length, 0);
    this.log('INFO', `Workload ${plan.workload.name}: ${clients} clients on ${threads} threads.`);
    const node = new LocalNode({
      name: address,
      cores,
      lease: standstillLeaseMillis,
      profileDirectory: plan.profiles === true ? testRunDirectory(rootDirectory, this.testRunId) : undefined,
      prepareCorpora: (corpora) => this.prepareCorpora(context, command, plan, corpora),
      onPrint: (line) => this.log('INFO', `The plug-in prints: ${line}`),
    });
    this.node = node;
    if (this.aborter.signal.aborted) node.cancel();
    await node.prepare(
      { run: plan, workers: command.workers, firstWorker: command.firstWorker },
      {
        onReport: (report) => this.onReport(report),
        onValues: (values) => {
          for (const [name, json] of values) this.values.set(name, json);
        },
        onCompletingDone: (step, task) => this.tell({ kind: 'completing-done', step, task }),
        onFailure: (error) => this.onFailure(error),
      },
    );
  }

  private async prepareCorpora(
    fetch: FetchContext,
    { testMode, isOffline }: Prepare,
    { workload, plugin }: RunPlan,
    corpora: RunPlan['corpora'],
  ): Promise<readonly PreparedCorpus[]> {
    const { dataDirectory, environment, cores, role } = this.options;
    if (plugin?.preparesData === true) {
      const view = workloadView({ ...workload, directory: plugin.place.directory }, plugin.procedure, []);
      await preparePluginData(
        plugin.place,
        view,
        { dataDirectory, isOffline, environment, cores },
        this.aborter.signal,
      );
    }
    const prepared = await prepareNodeCorpora(corpora, fetch, {
      dataDirectory,
      // Only the coordinator's own machine has the directory that the user named.
      workloadDirectory: role === 'coordinator' && workload.source.kind === 'path' ? workload.directory : null,
      testMode,
      isOffline,
      environment,
      cores,
      generate: documentGenerator(cores),
      signal: this.aborter.signal,
      listener: (event) => {
        if (event.kind === 'info' || event.kind === 'warning') {
          this.log(event.kind === 'info' ? 'INFO' : 'WARNING', event.message);
          this.tell({ kind: 'note', level: event.kind, message: event.message });
        } else if (event.kind === 'preparation-end' || this.outbox.length < PROGRESS_BOUND) this.tell(event);
      },
    });
    if (prepared.length > 0) this.log('INFO', `Documents are ready: ${prepared.map(({ name }) => name).join(', ')}.`);
    return prepared;
  }

  private async runStep(step: number, startAt: number): Promise<void> {
    const tasks = this.plan?.steps.find(({ index }) => index === step)?.tasks.map(({ name }) => name) ?? [];
    this.log('INFO', `Step ${step + 1} of ${this.plan?.steps.length ?? 0} begins: ${tasks.join(', ')}.`);
    await this.node?.runStep(step, startAt);
    const totals = this.sent.list();
    for (const { task, requests, failedRequests } of totals) {
      if (tasks.includes(task))
        this.log('INFO', `Step ${step + 1}: ${task} ended with ${requests} requests, ${failedRequests} failed.`);
    }
    this.tell({ kind: 'step-done', step, totals, values: new Map(this.values) });
    this.values.clear();
  }

  /**
   * A node that lost load threads leaves the run as a whole. Whether the test run goes on without it is not the
   * decision of the node.
   */
  private onFailure(error: BenchmarkError): void {
    this.log('ERROR', error.message);
    if (error.code === 'WORKER_LOST') void this.leave(error.message.replace(/\.$/, ''));
    else this.tell({ kind: 'failed', error: toWireError(error) });
  }

  private onReport(report: WorkerReport): void {
    this.sent.add(report);
    this.lastReports.set(report.worker, report);
    this.tell({ kind: 'report' }, writeReport(this.rawSamples.filter(report)));
  }

  private tell(event: NodeEvent, ...sections: readonly Uint8Array[]): void {
    this.outbox.push(writeBinaryMessage(eventCodec, event, sections));
  }

  private async send({ first, pieces }: Batch): Promise<number> {
    const { bus, id } = this.options;
    const payload = writeBinaryMessage(upCodec, { session: this.key, first }, pieces);
    const { data } = await bus.request(upSubject(id, 'out'), payload, { timeout: TIMEOUT_MILLIS });
    const { last, isOver } = decodeBytes(upAnswerCodec, data, 'answer');
    if (isOver)
      throw new OutboxBroken(
        new BenchmarkError('WORKER_LOST', 'the test run does not want the reports of this node any more'),
      );
    this.heard();
    return last;
  }

  private log(level: 'INFO' | 'WARNING' | 'ERROR', message: string): void {
    this.options.log(level, `[test run ${this.testRunId}] ${message}`);
  }
}
