// One test run from start to end: looks at the cluster, loads the workload, drives the steps, gathers the results.
//
//   cluster ─▶ workload ─▶ test_run.json (begun) ─▶ telemetry ─▶ fleet: step, join point, step, … ─▶ telemetry ─▶ results ─▶ test_run.json
import { randomInt } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { documentGenerator } from '../corpus/eventdata/document-generator.ts';
import { prepareCorpora } from '../corpus/prepare.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, messageOf } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type AdminClient, createAdminClient } from '../http/admin-client.ts';
import { redact } from '../http/redact.ts';
import { type ClusterIdentity, clusterInfo, waitForRest } from '../http/rest-readiness.ts';
import type { Targets } from '../http/targets.ts';
import type { Results, TaskResults } from '../metrics/results.ts';
import type { TaskIdentity } from '../metrics/task-metrics.ts';
import { operationType } from '../operation/registry.ts';
import { allocate, type Step } from '../schedule/allocation.ts';
import type { ClusterInfo, TestRun } from '../store/test-run.ts';
import { writeTestRun } from '../store/test-run-store.ts';
import { alwaysOnDevices } from '../telemetry/registry.ts';
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { type Corpus, leafTasks, type TestProcedure, type Workload } from '../workload/model.ts';
import { Collector } from './collector.ts';
import type { LoadedWorkload, RunConfig } from './config.ts';
import type { RunListener } from './events.ts';
import { type ClaimedNodes, claimNodes, RunFleet } from './run-fleet.ts';

export interface RunOutcome {
  readonly status: 'success' | 'cancelled' | 'failed';
  readonly results: Results;
  readonly testRun: TestRun;
  /** Why the run failed. */
  readonly error: BenchmarkError | null;
}

/**
 * Runs a test. Rejects with a BenchmarkError if it cannot begin; once load was sent it always resolves, with what was measured.
 * `signal` cancels it: the load ends within a second.
 */
export async function runTest(config: RunConfig, listener: RunListener, signal: AbortSignal): Promise<RunOutcome> {
  const client = createAdminClient(config.targets.default);
  let claimed: ClaimedNodes | null = null;
  try {
    // First of all: who waits for a cluster or a download wants to know that the nodes are there.
    claimed = await claimNodes(config, signal);
    const cluster = await inspectCluster(config, client, signal);
    const loaded = await config.loadWorkload(config.distributionVersion ?? workloadVersion(cluster));
    signal.throwIfAborted();
    return await new TestRunner(config, listener, signal, client, cluster, loaded, claimed).run();
  } catch (error) {
    throw signal.aborted && !(error instanceof BenchmarkError && error.code !== 'CANCELLED') ? cancelled() : error;
  } finally {
    await claimed?.release();
    await client.close();
  }
}

/** The version by which the workload is chosen; serverless collections have a name instead. */
const workloadVersion = (cluster: ClusterIdentity): string | null =>
  cluster.distribution === 'opensearch-serverless' ? 'oss' : cluster.distributionVersion;

async function inspectCluster(config: RunConfig, client: AdminClient, signal: AbortSignal): Promise<ClusterIdentity> {
  if (!config.skipRestApiCheck) await waitForRest(client, config.targets.default, signal);
  return clusterInfo(client);
}

class TestRunner {
  private readonly config: RunConfig;
  private readonly listener: RunListener;
  private readonly signal: AbortSignal;
  private readonly client: AdminClient;
  private readonly cluster: ClusterInfo;
  private readonly loaded: LoadedWorkload;
  private readonly procedure: TestProcedure;
  private readonly steps: readonly Step[];
  private readonly collector: Collector;
  private readonly runFleet: RunFleet;

  constructor(
    config: RunConfig,
    listener: RunListener,
    signal: AbortSignal,
    client: AdminClient,
    cluster: ClusterInfo,
    loaded: LoadedWorkload,
    claimed: ClaimedNodes | null,
  ) {
    this.config = config;
    this.listener = listener;
    this.signal = signal;
    this.client = client;
    this.cluster = cluster;
    this.loaded = loaded;
    this.procedure = loaded.procedure;
    this.steps = allocate(this.procedure.schedule);
    this.collector = new Collector(systemClock, listener, this.steps, identities(loaded.workload, this.procedure), config);
    this.runFleet = new RunFleet({
      config,
      claimed,
      listener,
      corpora: corporaOf(loaded.workload, this.procedure),
      prepareCorpora: (corpora) => this.prepareCorpora(corpora),
      onReport: (report, place) => this.collector.add(report, place),
    });
  }

  async run(): Promise<RunOutcome> {
    const { fleet } = this.runFleet;
    const cancel = (): void => fleet.cancel();
    this.signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.store(null);
      this.announce();
      await this.prepare(fleet);
      const telemetry = await this.startTelemetry();
      const error = await this.drive(fleet);
      return await this.finish(telemetry, error);
    } finally {
      this.signal.removeEventListener('abort', cancel);
      await this.runFleet.close();
    }
  }

  private announce(): void {
    const { workload, notices } = this.loaded;
    for (const message of notices) this.listener({ kind: 'info', message });
    const procedure = this.procedure.isAutoGenerated ? '' : `, test_procedure [${this.procedure.name}]`;
    const version = this.cluster.distributionVersion ?? this.config.distributionVersion ?? 'unknown';
    const message = `Running test with workload [${workload.name}]${procedure} and cluster_config ['external'] with version [${version}].`;
    this.listener({ kind: 'info', message });
    if (this.procedure.userInfo !== null) this.listener({ kind: 'info', message: this.procedure.userInfo });
  }

  private prepareCorpora(corpora: readonly Corpus[]): Promise<readonly PreparedCorpus[]> {
    const { config, loaded } = this;
    const { source, directory } = loaded.workload;
    return prepareCorpora(corpora, {
      dataDirectory: config.dataDirectory,
      workloadDirectory: source.kind === 'path' ? directory : null,
      testMode: config.testMode,
      isOffline: config.isOffline,
      environment: config.environmentVariables,
      generate: documentGenerator(config.cores),
      listener: this.listener,
      signal: this.signal,
    });
  }

  private async prepare(fleet: Fleet): Promise<void> {
    const { workload } = this.loaded;
    await fleet.prepare({
      testRunId: this.config.testRunId,
      target: this.config.targets.default,
      workload,
      corpora: corporaOf(workload, this.procedure),
      steps: this.steps,
      onError: this.config.onError,
      checksAssertions: this.config.checksAssertions,
      seed: randomInt(2 ** 31),
    });
    this.signal.throwIfAborted();
  }

  private async startTelemetry(): Promise<Telemetry> {
    const indices = this.loaded.workload.indices.map(({ name }) => name);
    const telemetry = await startTelemetry(alwaysOnDevices, this.client, indices);
    for (const message of telemetry.warnings) this.listener({ kind: 'warning', message });
    return telemetry;
  }

  /** Runs the steps; an error that ends them is returned, for what was measured until then is kept. */
  private async drive(fleet: Fleet): Promise<BenchmarkError | null> {
    for (const step of this.steps) {
      if (this.signal.aborted) break;
      this.collector.beginStep(step);
      try {
        await fleet.runStep(step.index);
      } catch (error) {
        return error instanceof BenchmarkError ? error : new BenchmarkError('INTERNAL', messageOf(error), { cause: error });
      }
      this.collector.endStep(step);
    }
    return null;
  }

  private async finish(telemetry: Telemetry, error: BenchmarkError | null): Promise<RunOutcome> {
    const isPartial = error !== null || this.signal.aborted;
    const tasks = this.collector.results().map((task) => withoutSecrets(task, this.config.targets));
    // The cluster may be gone or slow after a cut: its figures would describe another moment.
    const warned = telemetry.warnings.length;
    const cluster = isPartial ? {} : await telemetry.stop();
    for (const message of telemetry.warnings.slice(warned)) this.listener({ kind: 'warning', message });
    const losses = this.runFleet.losses();
    const driverWarnings = [...losses, ...this.collector.driverWarnings(tasks)];
    const results: Results = { tasks, cluster, isPartial: isPartial || losses.length > 0, driverWarnings };
    const testRun = await this.store(results);
    return { status: error !== null ? 'failed' : this.signal.aborted ? 'cancelled' : 'success', results, testRun, error };
  }

  private async store(results: Results | null): Promise<TestRun> {
    const { config, loaded } = this;
    const testRun: TestRun = {
      benchmarkVersion: config.benchmarkVersion,
      benchmarkRevision: null,
      environment: config.environment,
      id: config.testRunId,
      timestamp: config.timestamp,
      pipeline: config.pipeline,
      userTags: config.userTags,
      workload: loaded.workload.name,
      workloadRevision: loaded.workload.source.kind === 'repository' ? loaded.workload.source.revision : null,
      workloadParams: config.workloadParams,
      testProcedure: this.procedure.name,
      clusterConfig: ['external'],
      cluster: this.cluster,
      results,
      fleet: results === null ? undefined : this.runFleet.results(),
    };
    await writeTestRun(config.rootDirectory, testRun);
    return testRun;
  }
}

function identities(workload: Workload, procedure: TestProcedure): readonly TaskIdentity[] {
  return leafTasks(procedure.schedule).map((task) => ({
    task: task.name,
    operation: task.operation.name,
    operationType: task.operation.type,
    clients: task.clients,
    isReportable: task.operation.includeInReporting,
    meta: Object.fromEntries([...workload.meta, ...procedure.meta, ...task.operation.meta, ...task.meta]),
  }));
}

/** The corpora that the tasks of the procedure send, each once. */
function corporaOf(workload: Workload, procedure: TestProcedure): readonly Corpus[] {
  const names = new Set(leafTasks(procedure.schedule).flatMap(({ operation }) => operationType(operation.type)?.corpora(operation, workload) ?? []));
  return workload.corpora.filter((corpus) => names.has(corpus.name));
}

/** An answer that is kept as an example may repeat the request's credentials. */
function withoutSecrets(task: TaskResults, targets: Targets): TaskResults {
  return { ...task, errors: task.errors.map((error) => ({ ...error, example: redact(error.example, targets) })) };
}

const cancelled = (): BenchmarkError => new BenchmarkError('CANCELLED', 'The test was cancelled.');
