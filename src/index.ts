// The door of the library: what other programs may import. See docs/library.md.
export type { Clock } from './clock.ts';
export { type Condition, ConditionProblem, parseConditions } from './control/condition.ts';
export type { LoadControl } from './control/load-control.ts';
export type { RateSettings } from './control/rate-settings.ts';
export type { CpuLimit, RedlineSettings } from './control/redline-settings.ts';
export type {
  LoadConfig,
  NamingConfig,
  ResultsConfig,
  RunConfig,
  WorkloadLoader,
} from './coordinator/config.ts';
export type { RunEvent, RunListener } from './coordinator/events.ts';
export type { Pipeline, ProvidedCluster } from './coordinator/pipeline.ts';
export { type RunOutcome, type RunSurroundings, runTest } from './coordinator/run.ts';
export { BenchmarkError, type ErrorCode, type Problem } from './errors.ts';
export type { TargetCluster, Targets } from './http/target-cluster.ts';
export { type ParsedTargets, parseTargets, type TargetInput } from './http/targets.ts';
export { loadWorkload, type WorkloadChoice } from './library/load-workload.ts';
export type { RateLevel, RateResults, RedlineResults, RedlineStep } from './metrics/control-results.ts';
export type { ClusterStats, PercentileStats, Results, TaskResults, ThroughputStats } from './metrics/results.ts';
export type {
  ClientContext,
  ClientRunner,
  FullScheduler,
  FullSchedulerFactory,
  OpenParamSource,
  ParamSource,
  Params,
  PluginSchedulerContext,
  ProcessorTools,
  QueryRandomizationInfo,
  Register,
  Registry,
  RequestError,
  RunnerClient,
  RunnerDetails,
  RunnerFactory,
  RunnerFunction,
  RunnerReply,
  RunnerRequestOptions,
  RunnerReturn,
  SimpleScheduler,
  SimpleSchedulerFactory,
  ValueSource,
  WorkloadProcessor,
} from './plugin/typescript/api.ts';
export type { PluginDocuments, PluginTask, PluginTemplate, PluginWorkload } from './plugin/workload-view.ts';
export { type SummaryFormat, type SummaryFormatName, summaryFormats } from './report/formats.ts';
export { type SummaryOptions, summaryRows } from './report/summary.ts';
export { fileSink, type ResultSink } from './store/sink.ts';
export type { TestRun } from './store/test-run.ts';
export type { RunningDevice, TelemetryContext, TelemetryDevice } from './telemetry/device.ts';
export type { LoadedWorkload } from './workload/load.ts';
