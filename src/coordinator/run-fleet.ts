// The machines of a test run: this one, or the nodes that the user listed, found and claimed before anything else is
// done.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { documentFiles } from '../corpus/document-files.ts';
import { documentsDigest } from '../corpus/index-documents.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, unreachable } from '../errors.ts';
import { Fleet } from '../fleet/fleet.ts';
import { LocalNode } from '../fleet/local-node.ts';
import type { FleetNode } from '../fleet/node.ts';
import type { FleetConnection } from '../fleet/protocol/bus.ts';
import { FleetClaim, findNodes, type ListedNode } from '../fleet/run/node-directory.ts';
import type { DocumentSource } from '../fleet/run/plan-server.ts';
import type { NodeNotice, RemoteNode } from '../fleet/run/remote-node.ts';
import { RunLink } from '../fleet/run/run-link.ts';
import { NodeFigures, type NodeResults } from '../metrics/node-figures.ts';
import type { WorkerReport } from '../metrics/report.ts';
import { packageVersion } from '../package.ts';
import { processClock } from '../worker/messages.ts';
import type { Corpus } from '../workload/model.ts';
import type { CompleteConfig } from './config.ts';
import type { RunListener } from './events.ts';

/** From the order to start a step to its start: enough for the order to reach all load threads of this process. */
const LOCAL_START_DELAY_MILLIS = 5;
/** From the order to start a step to its start: enough for the order to reach all nodes. */
const REMOTE_START_DELAY_MILLIS = 250;

/** Nodes that were found, and the right to use them. */
export interface ClaimedNodes {
  /** For the messages of the run, which must not wait behind documents. */
  readonly bus: FleetConnection;
  /** For plans and documents. */
  readonly bulk: FleetConnection;
  readonly nodes: readonly ListedNode[];
  /** Gives the nodes back and closes the connections. */
  release(): Promise<void>;
}

/**
 * Claims the fleet and finds the nodes that the user listed; `null` if the load is to come from this process. Rejects
 * with `FLEET` or `ANOTHER_RUN`.
 */
export async function claimNodes({ load, naming }: CompleteConfig, signal: AbortSignal): Promise<ClaimedNodes | null> {
  const { workers } = load;
  const { testRunId } = naming;
  if (workers === null) return null;
  const connections: FleetConnection[] = [];
  const open = async (): Promise<FleetConnection> => {
    const connection = await workers.connect();
    connections.push(connection);
    return connection;
  };
  const closeAll = async (): Promise<void> => {
    for (const connection of connections) await connection.close();
  };
  try {
    const [bus, bulk] = [await open(), await open()];
    const claim = await FleetClaim.take(bus, { testRunId, processId: workers.processId }, workers.isPatient);
    const release = async (): Promise<void> => {
      await claim.release();
      await closeAll();
    };
    try {
      const { names, wait, resolve } = workers;
      return {
        bus,
        bulk,
        release,
        nodes: await findNodes({ bus, names, wait, version: packageVersion, resolve, signal }),
      };
    } catch (error) {
      await claim.release();
      throw error;
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** What the machines of a run need to know, and whom they tell. */
export interface RunFleetOptions {
  readonly config: CompleteConfig;
  /** The nodes that the user listed; `null` = this process drives the load. */
  readonly claimed: ClaimedNodes | null;
  readonly listener: RunListener;
  /** Prepares documents on this machine. */
  readonly prepareCorpora: (corpora: readonly Corpus[]) => Promise<readonly PreparedCorpus[]>;
  /** The corpora whose documents nodes may ask for. */
  readonly corpora: readonly Corpus[];
  /** Takes each report of a worker; `place` names its machine if there are several. */
  readonly onReport: (report: WorkerReport, place: string | null) => void;
  /** Hears in how many ms a step is going to start. */
  readonly onStart: (step: number, delay: number) => void;
}

/** The machines of one test run and what they have done. */
export class RunFleet {
  /** What the run drives. */
  readonly fleet: Fleet;
  private readonly options: RunFleetOptions;
  private readonly link: RunLink | null;
  private readonly nodes: readonly FleetNode[];
  private readonly figures = new Map<FleetNode, NodeFigures>();
  private prepared: Promise<readonly PreparedCorpus[]> | null = null;
  private closed: Promise<void> | null = null;

  constructor(options: RunFleetOptions) {
    this.options = options;
    const { claimed } = options;
    this.link = claimed === null ? null : this.createLink(claimed);
    this.nodes = this.link?.nodes ?? [this.createLocalNode()];
    for (const node of this.nodes) this.figures.set(node, new NodeFigures());
    this.fleet = new Fleet({
      nodes: this.nodes,
      startDelay: this.link === null ? LOCAL_START_DELAY_MILLIS : REMOTE_START_DELAY_MILLIS,
      onStart: (step, startAt) => options.onStart(step, startAt - processClock()),
      onReport: (report, node) => {
        this.figures.get(node)?.add(report);
        options.onReport(report, this.link === null ? null : node.name);
      },
    });
  }

  /** What each machine has done so far. */
  results(): readonly NodeResults[] {
    const remote = this.link?.nodes.map((node) => {
      const { address, hostName, version } = node.node.hello;
      return this.resultsOf(node, { address, hostName, version, clockOffset: node.offset, lost: node.lossReason });
    });
    const own = { address: 'localhost', hostName: this.options.config.naming.hostName, version: packageVersion };
    return remote ?? this.nodes.flatMap((node) => this.resultsOf(node, { ...own, clockOffset: 0, lost: null }) ?? []);
  }

  /** Sentences about nodes that were lost while the run went on. */
  losses(): readonly string[] {
    return (this.link?.nodes ?? []).flatMap(({ name, lossReason }) =>
      lossReason === null
        ? []
        : [`Node ${name} was lost (${lossReason}): from then on its clients are missing from the load.`],
    );
  }

  /** Ends all nodes and gives them back; once, however often it is asked. */
  close(): Promise<void> {
    this.closed ??= this.fleet.close().then(() => this.link?.close());
    return this.closed;
  }

  private resultsOf(
    node: FleetNode,
    facts: Pick<NodeResults, 'address' | 'hostName' | 'version' | 'clockOffset' | 'lost'>,
  ): NodeResults {
    const figures = this.figures.get(node) ?? new NodeFigures();
    return figures.results({ ...facts, cores: node.cores, clients: this.fleet.clientsOf(node) });
  }

  private createLocalNode(): LocalNode {
    const { config, prepareCorpora } = this.options;
    const profileDirectory = config.load.profileDirectory ?? undefined;
    const onPrint = (message: string): void => this.options.listener({ kind: 'plugin-print', message });
    return new LocalNode({ name: 'localhost', cores: config.load.cores, prepareCorpora, profileDirectory, onPrint });
  }

  private createLink({ bus, bulk, nodes }: ClaimedNodes): RunLink {
    const { load, naming } = this.options.config;
    const { testMode, isOffline, workers } = load;
    return new RunLink({
      bus,
      bulk,
      testRunId: naming.testRunId,
      nodes,
      onWorkerLoss: workers?.onWorkerLoss ?? 'abort',
      testMode,
      isOffline,
      locate: (corpus, set) => this.locate(corpus, set),
      onNotice: (notice, node) => this.tellNotice(notice, node),
    });
  }

  private tellNotice(notice: NodeNotice, { name }: RemoteNode): void {
    const { listener } = this.options;
    switch (notice.kind) {
      case 'note':
        listener({
          kind: notice.level,
          message: notice.message.includes(name) ? notice.message : `Node ${name}: ${notice.message}`,
        });
        break;
      case 'preparation':
      case 'preparation-end':
        listener({ ...notice, what: `${notice.what} on ${name}` });
        break;
      default:
        unreachable(notice);
    }
  }

  /**
   * The documents of a set for a node that cannot get them elsewhere, prepared here if need be: the archive if this
   * machine has it, which is smaller, else the plain file.
   */
  private async locate(corpusName: string, set: number): Promise<DocumentSource> {
    const { corpora, prepareCorpora } = this.options;
    this.prepared ??= prepareCorpora(corpora);
    const corpus = corpora.find(({ name }) => name === corpusName);
    const documentSet = corpus?.documentSets[set];
    const prepared = (await this.prepared).find(({ name }) => name === corpusName)?.documentSets[set];
    if (documentSet === undefined || prepared === undefined)
      throw new BenchmarkError('CORPUS', `The test run has no documents ${set} of ${corpusName}.`);
    const documents = await documentsDigest(prepared.path);
    const { archive } = documentFiles(dirname(prepared.path), documentSet);
    if (archive !== null) {
      const found = await stat(archive).catch(() => null);
      if (found !== null && (documentSet.compressedBytes === null || found.size === documentSet.compressedBytes))
        return { path: archive, bytes: found.size, documents };
    }
    return { path: prepared.path, bytes: prepared.size, documents };
  }
}
