// The flags of `run`, also called `execute-test`.
import { benchmarkOnly, pipelines } from '../../coordinator/pipeline.ts';
import { defaultPercentiles } from '../../metrics/percentiles.ts';
import { databases } from '../../operation/database/databases.ts';
import type { Invocation } from '../args/command.ts';
import { choiceFlag, switchFlag, ValueProblem, valueFlag } from '../args/flag.ts';
import {
  readDictionaryText,
  readInteger,
  readList,
  readNumber,
  readTags,
  readText,
  readTimestamp,
} from '../args/grammar.ts';
import { iterationFlags, loadTestFlags, rateFlags, redlineFlags } from './control-flags.ts';
import { pipelinesNotBuilt } from './not-built.ts';
import {
  commonFlags,
  distributionVersionFlag,
  groups,
  nodeFlags,
  percentilesFlag,
  preserveInstallFlag,
  provisioningFlags,
  resultsFlags,
  targetFlags,
  testRunIdFlag,
  workerFlags,
  workloadFlags,
} from './shared-flags.ts';

const { load, results, run, target, telemetry, workload } = groups;

const runFlags = {
  pipeline: choiceFlag('pipeline', {
    description:
      'Steps of the run: against a cluster that is there already, or with one that is provisioned. ' +
      'See "list pipelines".',
    group: run,
    choices: [...pipelines.map(({ name }) => name), ...Object.keys(pipelinesNotBuilt)],
    fallback: benchmarkOnly.name,
    notBuilt: 'provisioning of a cluster; start one and use --pipeline=benchmark-only with --target-hosts',
  }),
  testMode: switchFlag('test-mode', {
    description: 'Check a workload quickly: few documents, one iteration. The figures mean nothing.',
    group: run,
  }),
  testRunId: testRunIdFlag,
  userTag: valueFlag('user-tag', {
    isSecret: true,
    description: 'Tags stored with the results: key:value,key:value.',
    group: run,
    placeholder: 'TAGS',
    fallback: {},
    defaultText: null,
    parse: readTags,
  }),
  onError: choiceFlag('on-error', {
    description: 'What to do when a request fails. A target that accepts no connections always ends the run.',
    group: run,
    choices: ['continue', 'abort'],
    fallback: 'continue',
  }),
  killRunningProcesses: switchFlag('kill-running-processes', {
    short: 'k',
    description: 'End another test run of this configuration that is still going on.',
    group: run,
  }),
  enableAssertions: switchFlag('enable-assertions', {
    description: 'Check the assertions of operations; a violated one ends the run.',
    group: run,
  }),
  effectiveStartDate: valueFlag('effective-start-date', {
    description: 'Timestamp to store instead of the time of the start.',
    group: run,
    isHidden: true,
    placeholder: '"YYYY-MM-DD HH:MM:SS"',
    fallback: null,
    parse: (text): number | null => readTimestamp(text),
  }),
  skipRestApiCheck: switchFlag('skip-rest-api-check', {
    description: 'Do not wait for the cluster.',
    group: run,
    isHidden: true,
  }),
};

const percentileFlags = {
  latencyPercentiles: percentilesFlag(
    'latency-percentiles',
    'Percentiles of latency, comma separated.',
    defaultPercentiles,
  ),
  throughputPercentiles: percentilesFlag('throughput-percentiles', 'Percentiles of throughput, comma separated.', []),
};

const summaryFlags = {
  summary: choiceFlag('summary', {
    description:
      'What is shown at the end: all figures, or one row per task. auto: all figures, unless they do not fit into ' +
      'the terminal. Files always get all figures.',
    group: results,
    choices: ['auto', 'wide', 'compact'],
    fallback: 'auto',
  }),
};

const visualizeFlags = {
  visualize: switchFlag('visualize', {
    description: 'Make an HTML report of the test run at its end.',
    group: results,
  }),
  visualizeOutputPath: valueFlag('visualize-output-path', {
    description: 'File, or directory, that gets a copy of the HTML report.',
    group: results,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
};

const telemetryFlags = {
  telemetry: valueFlag('telemetry', {
    description: 'Telemetry devices beside those that are always on, comma separated: see "list telemetry".',
    group: telemetry,
    placeholder: 'LIST',
    fallback: [],
    parse: readList,
  }),
  telemetryParams: valueFlag('telemetry-params', {
    isSecret: true,
    description: 'Parameters of the devices: key:value,…, JSON, or a .json file.',
    group: telemetry,
    placeholder: 'PARAMS',
    fallback: '',
    parse: readDictionaryText,
  }),
};

const otherTargetFlags = {
  distributionVersion: distributionVersionFlag,
  grpcTargetHosts: valueFlag('grpc-target-hosts', {
    isSecret: true,
    description: 'Where the cluster speaks gRPC, without TLS: host:port,… or JSON.',
    group: target,
    placeholder: 'HOSTS',
    defaultText: 'localhost:9400',
    fallback: '',
    parse: (text) => text,
  }),
  databaseType: choiceFlag('database-type', {
    description: 'Kind of database under test.',
    group: target,
    choices: ['opensearch', ...databases.map(({ name }) => name)],
    fallback: 'opensearch',
  }),
};

const loadFlags = {
  ...workerFlags,
  profiling: switchFlag('enable-worker-coordinator-profiling', {
    description: 'Write a CPU profile of each load thread beside the results.',
    group: load,
  }),
  ...loadTestFlags,
  ...iterationFlags,
};

const randomizationFlags = {
  randomizationEnabled: switchFlag('randomization-enabled', {
    description: 'Vary the values in queries, by values of the plug-in of the workload.',
    group: workload,
  }),
  randomizationRepeatFrequency: valueFlag('randomization-repeat-frequency', {
    description: 'Share of queries that use a stored value again, 0 to 1.',
    group: workload,
    placeholder: 'X',
    fallback: 0.3,
    parse: readShare,
  }),
  randomizationN: valueFlag('randomization-n', {
    description: 'Number of values that are stored for each field.',
    group: workload,
    placeholder: 'N',
    fallback: 5000,
    parse: (text) => readInteger(text, 1),
  }),
  randomizationAlpha: valueFlag('randomization-alpha', {
    description: 'Exponent of the Zipf distribution by which a stored value is chosen; 0: all are equally frequent.',
    group: workload,
    placeholder: 'X',
    fallback: 1,
    parse: (text) => readNumber(text, 0),
  }),
};

/** All flags of a test run, in the order of help. */
export const executeTestFlags = {
  ...workloadFlags,
  ...randomizationFlags,
  ...targetFlags,
  ...otherTargetFlags,
  ...runFlags,
  ...resultsFlags,
  ...percentileFlags,
  ...summaryFlags,
  ...visualizeFlags,
  ...loadFlags,
  ...redlineFlags,
  ...rateFlags,
  ...telemetryFlags,
  ...provisioningFlags,
  ...nodeFlags,
  preserveInstall: preserveInstallFlag,
  ...commonFlags,
};

/** What the command `run` has learned from its command line. */
export type ExecuteTestInvocation = Invocation<typeof executeTestFlags>;

function readShare(text: string): number {
  const share = readNumber(text, 0);
  if (share > 1) throw new ValueProblem(`${text} is too large, a share is at most 1`);
  return share;
}
