// One test run from start to end: looks at the cluster, loads the workload, drives the steps, gathers the results.
//
//   nodes ─▶ cluster ─▶ workload ─▶ test_run.json (begun) ─▶ telemetry ─┐
//     ┌────────────────────────────────────────────────────────────────┘
//     └─▶ fleet: step, join point, step, … ─▶ telemetry ─▶ results ─▶ test_run.json
import { type Clock, systemClock } from '../clock.ts';
import { documentGenerator } from '../corpus/eventdata/document-generator.ts';
import { prepareCorpora } from '../corpus/prepare.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError, messageOf } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { RunPlugin } from '../fleet/node.ts';
import { createAdminClient } from '../http/admin-client.ts';
import type { AdminClient } from '../http/admin-request.ts';
import type { ClusterIdentity } from '../http/rest-readiness.ts';
import type { ErrorCount } from '../metrics/report.ts';
import type { Results, TaskResults } from '../metrics/results.ts';
import { packageVersion } from '../package.ts';
import { preparePluginData } from '../plugin/start/prepare-data.ts';
import { workloadView } from '../plugin/workload-view.ts';
import type { Step } from '../schedule/allocation.ts';
import { knownSecrets } from '../secrets.ts';
import type { ClusterInfo, TestRun } from '../store/test-run.ts';
import type { TelemetryDevice } from '../telemetry/device.ts';
import { readNodeCpu } from '../telemetry/node-cpu.ts';
import type { LoadedWorkload } from '../workload/load.ts';
import type { Corpus, TestProcedure } from '../workload/model.ts';
import type { LoadedPlugin } from '../workload/plugin-inspector.ts';
import { Collector } from './collector.ts';
import { type CompleteConfig, completeConfig, type RunConfig } from './config.ts';
import { controlledProcedure, controlledSteps, searchedTask } from './controlled-procedure.ts';
import type { RunListener } from './events.ts';
import { withInlinedFiles } from './inlined-files.ts';
import { inspectCluster, workloadVersion } from './inspect-cluster.ts';
import { LoadSteering } from './load-steering.ts';
import { neededCorpora } from './needed-corpora.ts';
import type { ProvidedCluster } from './pipeline.ts';
import { type ClaimedNodes, claimNodes, RunFleet } from './run-fleet.ts';
import { endpointsOf, identities } from './run-identities.ts';
import { type RunTelemetry, startRunTelemetry } from './run-telemetry.ts';

/** How a test run ended, and what it measured. */
export interface RunOutcome {
  readonly status: 'success' | 'cancelled' | 'failed';
  readonly results: Results;
  /** What every sink was given at the end, the results included. */
  readonly testRun: TestRun;
  /** Why the run failed; `null` for another status. */
  readonly error: BenchmarkError | null;
}

/** What surrounds a test run. */
export interface RunSurroundings {
  /** Hears what happens while the run goes on; default: nobody. */
  readonly listener?: RunListener;
  /** Cancels the run: the load ends within a second. */
  readonly signal?: AbortSignal;
  /** Default: the clocks of the system. */
  readonly clock?: Clock;
}

/**
 * Runs a test. Rejects with a `BenchmarkError` if it cannot begin; once load was sent it always resolves, with what was
 * measured. Nothing is written but to the sinks of the configuration.
 */
export async function runTest(partial: RunConfig, surroundings: RunSurroundings = {}): Promise<RunOutcome> {
  const { listener = () => undefined, signal = new AbortController().signal, clock = systemClock } = surroundings;
  const config = completeConfig(partial, clock);
  const provided = await config.load.pipeline.provide(config.load.targets, signal);
  const client = createAdminClient(provided.targets.default, signal);
  let claimed: ClaimedNodes | null = null;
  try {
    // The nodes come first, because nobody should wait for a cluster or a download only to learn that a node is
    // missing.
    claimed = await claimNodes(config, signal);
    const cluster = await inspectCluster(config, provided, client, { listener, signal, clock });
    const loaded = await loadWorkload(config, cluster);
    signal.throwIfAborted();
    return await new TestRunner({ config, provided, listener, signal, clock, client, cluster, loaded, claimed }).run();
  } catch (error) {
    throw signal.aborted && !(error instanceof BenchmarkError && error.code !== 'CANCELLED') ? cancelled() : error;
  } finally {
    await claimed?.release();
    await client.close();
    await provided.release();
  }
}

async function loadWorkload(config: CompleteConfig, cluster: ClusterIdentity): Promise<LoadedWorkload> {
  const { workload, distributionVersion } = config.load;
  const loaded =
    typeof workload === 'function' ? await workload(distributionVersion ?? workloadVersion(cluster)) : workload;
  const procedure = withInlinedFiles(loaded.testProcedure, loaded.workload.directory);
  return { ...loaded, testProcedure: controlledProcedure(procedure, config.load) };
}

/** What a run has found when it begins. */
interface RunParts {
  readonly config: CompleteConfig;
  readonly provided: ProvidedCluster;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly client: AdminClient;
  readonly cluster: ClusterInfo;
  readonly loaded: LoadedWorkload;
  readonly claimed: ClaimedNodes | null;
}

class TestRunner {
  private readonly config: CompleteConfig;
  private readonly provided: ProvidedCluster;
  private readonly listener: RunListener;
  private readonly signal: AbortSignal;
  private readonly client: AdminClient;
  private readonly cluster: ClusterInfo;
  private readonly loaded: LoadedWorkload;
  private readonly procedure: TestProcedure;
  private readonly steps: readonly Step[];
  private readonly collector: Collector;
  private readonly runFleet: RunFleet;
  private readonly steering: LoadSteering;
  private readonly warned = new Set<string>();

  constructor({ config, provided, listener, signal, clock, client, cluster, loaded, claimed }: RunParts) {
    this.config = config;
    this.provided = provided;
    this.listener = listener;
    this.signal = signal;
    this.client = client;
    this.cluster = cluster;
    this.loaded = loaded;
    this.procedure = loaded.testProcedure;
    this.steps = controlledSteps(this.procedure, config.load.control);
    this.collector = new Collector(
      clock,
      listener,
      endpointsOf(provided.targets.default, this.steps, config.load.grpcHosts),
      this.steps,
      identities(loaded.workload, this.procedure),
      config.results,
    );
    this.runFleet = new RunFleet({
      config,
      claimed,
      listener,
      corpora: neededCorpora(loaded),
      prepareCorpora: (corpora) => this.prepareCorpora(corpora),
      onReport: (report, place) => {
        this.collector.add(report, place);
        this.steering.add(report);
      },
      onStart: (index, delay) => {
        this.collector.startStep(index, delay);
        const step = this.steps[index];
        if (step !== undefined) this.steering.startStep(step, delay);
      },
    });
    this.steering = new LoadSteering({
      control: config.load.control,
      searched: searchedTask(this.procedure, config.load.control),
      fleet: this.runFleet.fleet,
      collector: this.collector,
      listener,
      signal,
      readCpu: () => readNodeCpu(client, (message) => this.warnOnce(message)),
    });
  }

  async run(): Promise<RunOutcome> {
    const { fleet } = this.runFleet;
    const cancel = (): void => fleet.cancel();
    this.signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.store(this.testRun(null));
      this.announce();
      await this.prepare(fleet);
      await this.steering.check();
      const telemetry = await this.startTelemetry();
      const error = await this.drive();
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
    const version = this.cluster.distributionVersion ?? this.config.load.distributionVersion ?? 'unknown';
    const clusters = this.provided.clusterConfig.map((name) => `'${name}'`).join(', ');
    const what = `workload [${workload.name}]${procedure} and cluster_config [${clusters}]`;
    this.listener({ kind: 'info', message: `Running test with ${what} with version [${version}].` });
    if (this.procedure.userInfo !== null) this.listener({ kind: 'info', message: this.procedure.userInfo });
    if (this.loaded.plugin?.place.language === 'python')
      this.listener({ kind: 'info', message: 'Starting Python for the plug-in of the workload …' });
  }

  private async prepareCorpora(corpora: readonly Corpus[]): Promise<readonly PreparedCorpus[]> {
    const { dataDirectory, testMode, isOffline, environmentVariables, cores } = this.config.load;
    const { source, directory } = this.loaded.workload;
    await this.preparePluginData();
    if (corpora.length === 0) return [];
    if (dataDirectory === null) throw noDataDirectory(corpora.map(({ name }) => name).join(', '));
    return prepareCorpora(corpora, {
      dataDirectory,
      workloadDirectory: source.kind === 'path' ? directory : null,
      testMode,
      isOffline,
      environment: environmentVariables,
      cores,
      generate: documentGenerator(cores),
      listener: this.listener,
      signal: this.signal,
    });
  }

  private async preparePluginData(): Promise<void> {
    const { dataDirectory, isOffline, environmentVariables: environment, cores } = this.config.load;
    const { workload, plugin } = this.loaded;
    if (plugin === null || !plugin.facts.preparesData) return;
    if (dataDirectory === null) throw noDataDirectory('the plug-in');
    const view = workloadView(workload, this.procedure.name, []);
    await preparePluginData(plugin.place, view, { dataDirectory, isOffline, environment, cores }, this.signal);
  }

  private async prepare(fleet: Fleet): Promise<void> {
    const { workload, plugin } = this.loaded;
    const { load, naming } = this.config;
    await fleet.prepare({
      testRunId: naming.testRunId,
      target: this.provided.targets.default,
      grpcHosts: load.grpcHosts,
      workload,
      corpora: neededCorpora(this.loaded),
      steps: this.steps,
      onError: load.onError,
      checksAssertions: load.checksAssertions,
      seed: load.seed,
      profiles: load.profileDirectory !== null,
      randomization: load.randomization ?? undefined,
      ...(plugin === null ? {} : { plugin: runPlugin(plugin, this.procedure) }),
    });
    this.signal.throwIfAborted();
  }

  /** The devices ask OpenSearch; another database would not understand them. */
  private telemetryDevices(): readonly TelemetryDevice[] {
    return this.config.load.database === null ? this.config.results.telemetry : [];
  }

  private startTelemetry(): Promise<RunTelemetry> {
    return startRunTelemetry({
      devices: this.telemetryDevices(),
      targets: this.provided.targets,
      client: this.client,
      indices: this.loaded.workload.indices.map(({ name }) => name),
      now: () => this.collector.now(),
      signal: this.signal,
      tell: (message) => this.warnOnce(message),
    });
  }

  private warnOnce(message: string): void {
    if (!this.warned.has(message)) this.listener({ kind: 'warning', message });
    this.warned.add(message);
  }

  /** Runs the steps; an error that ends them is returned, for what was measured until then is kept. */
  private async drive(): Promise<BenchmarkError | null> {
    for (const step of this.steps) {
      if (this.signal.aborted) break;
      this.collector.beginStep(step);
      try {
        await this.steering.runStep(step);
      } catch (error) {
        return asBenchmarkError(error);
      }
      this.collector.endStep(step);
    }
    return null;
  }

  private async writeProfiles(): Promise<void> {
    if (this.config.load.profileDirectory === null) return;
    for (const { node, files } of await this.runFleet.fleet.writeProfiles()) {
      for (const file of files)
        this.listener({ kind: 'info', message: `CPU profile of a load thread on ${node}: ${file}` });
      if (files.length === 0)
        this.listener({ kind: 'warning', message: `The load threads on ${node} could not write their CPU profiles.` });
    }
  }

  private async finish(telemetry: RunTelemetry, error: BenchmarkError | null): Promise<RunOutcome> {
    const isPartial = error !== null || this.signal.aborted;
    const tasks = this.collector.results().map(withoutSecrets);
    // After a run that was cut short the cluster may be gone or slow, and its figures would describe another moment.
    const cluster = isPartial ? {} : await telemetry.stop();
    await telemetry.close();
    const losses = this.runFleet.losses();
    const driverWarnings = [...losses, ...this.collector.driverWarnings(tasks)];
    const results: Results = {
      tasks,
      endpoints: this.collector.endpointResults(),
      cluster,
      isPartial: isPartial || losses.length > 0,
      driverWarnings,
      ...this.steering.results(),
    };
    const testRun = {
      ...this.testRun(results),
      history: this.collector.history(telemetry.series()),
      files: telemetry.files(),
    };
    await this.writeProfiles();
    // The connections of the load count as open files of this process; they are closed so that none is lacking for the
    // file of the results.
    await this.runFleet.close();
    const unwritten = await this.store(testRun).catch((reason: unknown) => asBenchmarkError(reason));
    if (error !== null && unwritten !== undefined) this.listener({ kind: 'warning', message: unwritten.message });
    const failure = error ?? unwritten ?? null;
    return {
      status: failure !== null ? 'failed' : this.signal.aborted ? 'cancelled' : 'success',
      results,
      testRun,
      error: failure,
    };
  }

  private async store(testRun: TestRun): Promise<void> {
    for (const sink of this.config.results.sinks) await sink.write(testRun);
  }

  private testRun(results: Results | null): TestRun {
    const { loaded } = this;
    const { load, naming } = this.config;
    return {
      benchmarkVersion: packageVersion,
      benchmarkRevision: null,
      environment: naming.environment,
      id: naming.testRunId,
      timestamp: naming.timestamp,
      pipeline: load.pipeline.name,
      userTags: naming.userTags,
      workload: loaded.workload.name,
      workloadRevision: loaded.workload.source.kind === 'repository' ? loaded.workload.source.revision : null,
      workloadParams: loaded.params,
      testProcedure: this.procedure.name,
      clusterConfig: this.provided.clusterConfig,
      cluster: this.cluster,
      results,
      fleet: results === null ? undefined : this.runFleet.results(),
    };
  }
}

/** Masks secrets in the examples of errors: an answer of the cluster may repeat the credentials of its request. */
function withoutSecrets(task: TaskResults): TaskResults {
  const clean = (errors: readonly ErrorCount[]): readonly ErrorCount[] =>
    errors.map((error) => ({ ...error, example: knownSecrets.mask(error.example) }));
  const documents = task.documents === null ? null : { ...task.documents, reasons: clean(task.documents.reasons) };
  return { ...task, errors: clean(task.errors), documents };
}

const runPlugin = ({ place, facts }: LoadedPlugin, procedure: TestProcedure): RunPlugin => ({
  place,
  procedure: procedure.name,
  preparesData: facts.preparesData,
});

function noDataDirectory(of: string): BenchmarkError {
  return new BenchmarkError('CONFIG', `The documents of ${of} need a directory, and none was given.`, {
    hint: 'Give the test run a load.dataDirectory.',
  });
}

const asBenchmarkError = (error: unknown): BenchmarkError =>
  error instanceof BenchmarkError ? error : new BenchmarkError('INTERNAL', messageOf(error), { cause: error });

const cancelled = (): BenchmarkError => new BenchmarkError('CANCELLED', 'The test was cancelled.');
