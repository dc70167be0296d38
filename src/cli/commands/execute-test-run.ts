// Does the work of `run`, from typed flags to a finished test run and its summary.
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { RunConfig, WorkersConfig } from '../../coordinator/config.ts';
import type { RunListener } from '../../coordinator/events.ts';
import type { RunOutcome } from '../../coordinator/run.ts';
import { BenchmarkError, exitCodes } from '../../errors.ts';
import type { Targets } from '../../http/target-cluster.ts';
import { type JsonObject, writeJson } from '../../json.ts';
import { catalogOf, procedureFor } from '../../operation/database/catalog.ts';
import { databaseOf } from '../../operation/database/databases.ts';
import { knownSecrets } from '../../secrets.ts';
import { fileSink } from '../../store/sink.ts';
import { isStored, testRunFile } from '../../store/test-run-store.ts';
import type { TelemetryDevice } from '../../telemetry/device.ts';
import { chooseDevices } from '../../telemetry/registry.ts';
import { bytes, seconds } from '../../units.ts';
import { untilAborted } from '../../until-aborted.ts';
import { closestMatch } from '../../workload/closest-match.ts';
import type { LoadedWorkload } from '../../workload/load.ts';
import { parseWorkloadParams } from '../../workload/parameters.ts';
import type { RandomizationSettings } from '../../workload/randomization.ts';
import type { CommandContext } from '../context.ts';
import { ProgressView } from '../output/progress.ts';
import type { ResultsFile } from '../output/results-file.ts';
import { takeRunLock } from '../run-lock.ts';
import { loadControlOf } from './control-options.ts';
import type { ExecuteTestInvocation } from './execute-test-flags.ts';
import { reportRun } from './execute-test-report.ts';
import { iterate } from './iterations.ts';
import { readGrpcHosts } from './read-grpc-hosts.ts';
import { readTargets } from './read-targets.ts';
import { loadNamedWorkload } from './workload-request.ts';

/** What all runs of a command have in common. */
interface RunBase {
  readonly params: JsonObject;
  readonly targets: Targets;
  /** `null` = where OpenSearch speaks gRPC by default. */
  readonly grpcHosts: readonly string[] | null;
  readonly workers: WorkersConfig | null;
}

/**
 * Runs the test, as often as the flags say, and reports each run, also in the file of `--results-file`. Returns the
 * exit code; throws what made a run fail, after its report.
 */
export async function executeTest(
  context: CommandContext,
  run: ExecuteTestInvocation,
  file: ResultsFile | null,
): Promise<number> {
  const { console, settings, environment } = context;
  if (settings.datastoreType !== 'in-memory') {
    const place = `${settings.rootDirectory}/test-runs`;
    const hint = `Set datastore.type = in-memory in ${settings.file}; results are stored in ${place}.`;
    throw new BenchmarkError(
      'UNSUPPORTED',
      'A metrics store in OpenSearch (datastore.type = opensearch) is not in this version.',
      { hint },
    );
  }
  const firstId = run.options.testRunId ?? randomUUID();
  const base: RunBase = {
    // Parameters are read now, so that wrong ones are told before anything waits for the cluster.
    params: readParams(context, run.options),
    grpcHosts: readGrpcHosts(run.options.grpcTargetHosts, environment.variables.HOME),
    targets: await readTargets(context, run.options),
    workers: await workersOf(context, run),
  };
  const lock = await takeRunLock({
    path: settings.locations.lockFile,
    processId: environment.processId,
    testRunId: firstId,
    endsOther: run.options.killRunningProcesses,
  });
  environment.signal.addEventListener(
    'abort',
    () => console.warning('The test run is being cancelled. Once more ends the program at once.'),
    { once: true },
  );
  const { testIterations, sleepTimer, cancelOnError, aggregate } = run.options;
  const iterations = { count: testIterations, pause: seconds(sleepTimer), stopsOnError: cancelOnError };
  try {
    const { exitCode, succeeded, error } = await iterate(context, iterations, firstId, (testRunId) =>
      runOnce(context, run, makeConfig(context, run, testRunId, base), file),
    );
    if (aggregate && succeeded.length > 1) {
      const { aggregateAndShow } = await import('./aggregate-report.ts');
      await aggregateAndShow(context, run, { ids: succeeded, name: firstId }, file);
    }
    if (error !== null) throw error;
    return exitCode;
  } finally {
    lock.release();
  }
}

/** Runs the test once and reports it. Returns the exit code; throws what made the run fail, after its report. */
async function runOnce(
  context: CommandContext,
  run: ExecuteTestInvocation,
  config: RunConfig,
  file: ResultsFile | null,
): Promise<number> {
  const { console, settings, services, environment } = context;
  const testRunId = config.naming?.testRunId ?? '';
  console.info(`[Test Run ID]: ${testRunId}`);
  if (isStored(settings.rootDirectory, testRunId)) {
    const fate = 'Its results are kept beside those of this one, under the time of its start.';
    console.warning(`There is a test run [${testRunId}] already. ${fate}`);
  }
  const outcome = await services.runTest(config, {
    listener: makeListener(context),
    signal: environment.signal,
    clock: environment.clock,
  });
  console.eraseStatus();
  logOutcome(context, outcome);
  await reportRun(context, run, outcome, file);
  const { visualize: wantsReport, visualizeOutputPath } = run.options;
  if (wantsReport || visualizeOutputPath !== null) {
    const { visualize } = await import('./visualize-report.ts');
    await visualize(context, testRunId, visualizeOutputPath);
  }
  if (outcome.status === 'success') return exitCodes.success;
  if (outcome.status === 'cancelled') return exitCodes.cancelled;
  throw outcome.error ?? new BenchmarkError('INTERNAL', 'The test run failed without saying why.');
}

/** Shows the events of the run. */
function makeListener({ console, log, environment: { clock, signal } }: CommandContext): RunListener {
  const view = new ProgressView(console, clock);
  return (event) => {
    if (event.kind === 'info' || event.kind === 'warning')
      log.write(event.kind === 'info' ? 'INFO' : 'WARNING', 'run', event.message);
    if (event.kind === 'plugin-print') log.write('INFO', 'plugin', event.message);
    if (event.kind === 'step-end')
      log.write('INFO', 'run', `Step ${event.step + 1} of ${event.steps} ended: ${event.tasks.join(', ')}.`);
    // A step that was cut short is not shown as done.
    if (event.kind === 'step-end' && signal.aborted) console.eraseStatus();
    else view.handle(event);
  };
}

function makeConfig(
  context: CommandContext,
  run: ExecuteTestInvocation,
  testRunId: string,
  { params, targets, grpcHosts, workers }: RunBase,
): RunConfig {
  const { environment, settings, common } = context;
  const { options } = run;
  return {
    load: {
      targets,
      database: databaseOf(options.databaseType),
      ...(grpcHosts === null ? {} : { grpcHosts }),
      workload: (distributionVersion) => loadForRun(context, run, params, distributionVersion),
      skipRestApiCheck: options.skipRestApiCheck,
      distributionVersion: options.distributionVersion,
      testMode: options.testMode,
      onError: options.onError,
      checksAssertions: options.enableAssertions,
      randomization: randomizationOf(options),
      control: loadControlOf(run, settings.redline),
      profileDirectory: options.profiling ? dirname(testRunFile(settings.rootDirectory, testRunId)) : null,
      cores: settings.cores ?? environment.cores,
      workers,
      dataDirectory: settings.dataDirectory,
      isOffline: common.isOffline,
      environmentVariables: environment.variables,
    },
    results: {
      latencyPercentiles: options.latencyPercentiles,
      throughputPercentiles: options.throughputPercentiles,
      sinks: [fileSink(settings.rootDirectory)],
      telemetry: devicesOf(options, targets),
    },
    naming: {
      testRunId,
      timestamp: options.effectiveStartDate ?? environment.clock.wall(),
      environment: settings.environmentName,
      userTags: options.userTag,
    },
  };
}

/** The telemetry devices that are always on and those that the user chose. Throws `USAGE` if that cannot be done. */
function devicesOf(
  { telemetry, telemetryParams }: ExecuteTestInvocation['options'],
  { clusters }: Targets,
): readonly TelemetryDevice[] {
  const names = clusters.map(({ name }) => name);
  return chooseDevices(telemetry, parseWorkloadParams(telemetryParams), names, closestMatch);
}

/**
 * Reads the parameters and tags, registers those whose names say that they are secret, and then shows all in the log.
 */
function readParams({ log }: CommandContext, options: ExecuteTestInvocation['options']): JsonObject {
  const params = parseWorkloadParams(options.workloadParams);
  const tags = new Map(Object.entries(options.userTag));
  for (const values of [params, tags]) knownSecrets.registerNamed(values);
  log.write('INFO', 'run', `Workload parameters: ${writeJson(params)}, tags: ${writeJson(tags)}`);
  return params;
}

/** The machines that `--worker-ips` lists; `null` if that is only this one, which needs no daemon. */
async function workersOf(context: CommandContext, { options }: ExecuteTestInvocation): Promise<WorkersConfig | null> {
  const { workerIps, workerWait, onWorkerLoss, killRunningProcesses } = options;
  if (workerIps.every((name) => name.toLowerCase() === 'localhost')) return null;
  const { accessOf } = await import('./coordinator-access.ts');
  const { connectCoordinator, resolveAddress, runDirectory } = accessOf(context);
  return {
    names: workerIps,
    wait: workerWait,
    onWorkerLoss,
    processId: context.environment.processId,
    isPatient: killRunningProcesses,
    connect: () => connectCoordinator(runDirectory),
    resolve: resolveAddress,
  };
}

function randomizationOf(options: ExecuteTestInvocation['options']): RandomizationSettings | null {
  const { randomizationEnabled, randomizationRepeatFrequency, randomizationN, randomizationAlpha } = options;
  if (!randomizationEnabled) return null;
  return { repeatFrequency: randomizationRepeatFrequency, storedValues: randomizationN, alpha: randomizationAlpha };
}

async function loadForRun(
  context: CommandContext,
  { options }: ExecuteTestInvocation,
  params: JsonObject,
  distributionVersion: string | null,
): Promise<LoadedWorkload> {
  // The other machines of a fleet are taken to be like this one.
  const availableMemory = bytes(process.availableMemory() * Math.max(1, options.workerIps.length));
  const { testMode } = options;
  const database = databaseOf(options.databaseType);
  const load = loadNamedWorkload(context, options, {
    purpose: 'run',
    params,
    testMode,
    distributionVersion,
    availableMemory,
    ...(database === null ? {} : { operations: catalogOf(database) }),
    randomizesQueries: options.randomizationEnabled,
  });
  // Loading may take long, as git may be at work on a slow network.
  const loaded = await untilAborted(context.environment.signal, load);
  return database === null ? loaded : { ...loaded, testProcedure: procedureFor(database, loaded.testProcedure) };
}

function logOutcome({ log }: CommandContext, outcome: RunOutcome): void {
  log.write('INFO', 'run', `Test run ${outcome.testRun.id} ended: ${outcome.status}.`);
  for (const warning of outcome.results.driverWarnings) log.write('WARNING', 'run', warning);
  for (const task of outcome.results.tasks) {
    for (const { kind, count, example } of task.errors)
      log.write('WARNING', 'run', `Task ${task.task}: ${count} × ${kind}, e.g. ${example}`);
  }
}
