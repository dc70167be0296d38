// The flags that several commands share.
import { summaryFormatNames } from '../../report/formats.ts';
import { choiceFlag, switchFlag, valueFlag } from '../args/flag.ts';
import {
  readDictionaryText,
  readFilledList,
  readFilledText,
  readJdk,
  readList,
  readNumber,
  readPercentiles,
  readRunId,
  readText,
  readVersion,
} from '../args/grammar.ts';

/** Headings under which the help lists flags. */
export const groups = {
  workload: 'Workload',
  target: 'Cluster under test',
  run: 'Test run',
  results: 'Results',
  load: 'Load generation',
  telemetry: 'Telemetry',
  provisioning: 'Provisioning of a cluster',
  common: 'Common',
  command: 'Flags',
} as const;

/** Flags that every command has. */
export const commonFlags = {
  quiet: switchFlag('quiet', {
    description: 'Print nothing; the exit code tells the outcome, and files are still written.',
    group: groups.common,
  }),
  offline: switchFlag('offline', {
    description: 'Assume that there is no connection to the internet: no downloads, no git.',
    group: groups.common,
  }),
  configurationName: valueFlag('configuration-name', {
    description: 'Use benchmark-NAME.ini instead of benchmark.ini.',
    group: groups.common,
    isHidden: true,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
};

/** Flags that say where a workload comes from. */
export const workloadSourceFlags = {
  workloadPath: valueFlag('workload-path', {
    description: 'Directory that holds workload.json, or a .json file.',
    group: groups.workload,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
  workloadRepository: valueFlag('workload-repository', {
    description:
      'Repository of workloads: the name of a <name>.url in the configuration, the path of one, ' +
      "or 'builtin' for those of this package.",
    group: groups.workload,
    placeholder: 'NAME',
    fallback: 'default',
    parse: (text) => text,
  }),
  workloadRevision: valueFlag('workload-revision', {
    description: 'Git revision of the repository, instead of the branch that matches the version of the cluster.',
    group: groups.workload,
    placeholder: 'REVISION',
    fallback: null,
    parse: readText,
  }),
};

/** Flags that say which workload is meant, and which part of it. */
export const workloadFlags = {
  workload: valueFlag('workload', {
    short: 'w',
    description: 'Name of the workload.',
    group: groups.workload,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
  ...workloadSourceFlags,
  workloadParams: valueFlag('workload-params', {
    isSecret: true,
    short: 'wp',
    description: 'Parameters of the workload: key:value,key:value, inline JSON, or a .json file.',
    group: groups.workload,
    placeholder: 'PARAMS',
    fallback: '',
    parse: (text) => text,
  }),
  testProcedure: valueFlag('test-procedure', {
    description: "Test procedure to use; default: the workload's default one.",
    group: groups.workload,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
  includeTasks: valueFlag('include-tasks', {
    description: 'Run only these tasks: names, type:<operation-type> or tag:<tag>, comma separated.',
    group: groups.workload,
    placeholder: 'LIST',
    fallback: [],
    parse: readFilledList,
  }),
  excludeTasks: valueFlag('exclude-tasks', {
    description: 'Run all tasks but these; same form.',
    group: groups.workload,
    placeholder: 'LIST',
    fallback: [],
    parse: readFilledList,
  }),
};

/** Flags that say which cluster is under test, and how it is spoken to. */
export const targetFlags = {
  targetHosts: valueFlag('target-hosts', {
    isSecret: true,
    short: 't',
    description:
      'host:port,… or https://user:password@host, or JSON (inline or a .json file) by cluster name. ' +
      'Default: 127.0.0.1:9200.',
    group: groups.target,
    placeholder: 'HOSTS',
    fallback: '',
    parse: readFilledText,
  }),
  clientOptions: valueFlag('client-options', {
    isSecret: true,
    short: 'c',
    description:
      'Options of the HTTP client: key:value,… or JSON by cluster name. E.g. timeout, use_ssl, verify_certs, ' +
      'basic_auth_user, basic_auth_password, ca_certs, http_compress. ' +
      "Quote text that looks like a number: '123'.",
    group: groups.target,
    placeholder: 'OPTIONS',
    defaultText: 'timeout:60',
    fallback: null,
    parse: readText,
  }),
};

/** Flags that say how results are shown. */
export const resultsFlags = {
  resultsFile: valueFlag('results-file', {
    description: 'File to which the summary is appended; directories are made.',
    group: groups.results,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
  resultsFormat: choiceFlag('results-format', {
    description: 'Format of the summary.',
    group: groups.results,
    choices: summaryFormatNames,
    fallback: 'markdown',
  }),
  resultsNumbersAlign: choiceFlag('results-numbers-align', {
    description: 'Alignment of the numbers of a markdown summary.',
    group: groups.results,
    choices: ['right', 'center', 'left', 'decimal'],
    fallback: 'right',
  }),
  showInResults: choiceFlag('show-in-results', {
    description: 'Rows of the summary: those with a value, all percentiles, or all.',
    group: groups.results,
    choices: ['available', 'all-percentiles', 'all'],
    fallback: 'available',
  }),
};

/** A flag whose value is a list of percentiles. */
export const percentilesFlag = (long: string, description: string, fallback: readonly number[]) =>
  valueFlag(long, { description, group: groups.results, placeholder: 'LIST', fallback, parse: readPercentiles });

/** The flag `--distribution-version`. */
export const distributionVersionFlag = valueFlag('distribution-version', {
  description: 'Version of OpenSearch: chooses the branch of the workloads instead of asking the cluster.',
  group: groups.target,
  placeholder: 'N.N.N',
  fallback: null,
  parse: readVersion,
});

/** Flags that say where configurations of provisioned clusters come from. */
export const clusterConfigFlags = {
  clusterConfigPath: valueFlag('cluster-config-path', {
    aliases: ['provision-config-path'],
    description: 'Directory of cluster configurations.',
    group: groups.provisioning,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
  clusterConfigRepository: valueFlag('cluster-config-repository', {
    aliases: ['provision-config-repository'],
    description: 'Repository of cluster configurations.',
    group: groups.provisioning,
    placeholder: 'NAME',
    fallback: 'default',
    parse: (text) => text,
  }),
  clusterConfigRevision: valueFlag('cluster-config-revision', {
    aliases: ['provision-config-revision'],
    description: 'Git revision of that repository.',
    group: groups.provisioning,
    placeholder: 'REVISION',
    fallback: null,
    parse: readText,
  }),
};

/** Flags that say what is provisioned. */
export const provisioningFlags = {
  distributionRepository: valueFlag('distribution-repository', {
    description: 'Repository of distributions to download from.',
    group: groups.provisioning,
    placeholder: 'NAME',
    fallback: 'release',
    parse: (text) => text,
  }),
  clusterConfig: valueFlag('cluster-config', {
    aliases: ['provision-config-instance'],
    description: 'Cluster configurations, comma separated.',
    group: groups.provisioning,
    placeholder: 'LIST',
    fallback: ['defaults'],
    parse: readList,
  }),
  clusterConfigParams: valueFlag('cluster-config-params', {
    isSecret: true,
    aliases: ['provision-config-instance-params'],
    description: 'Parameters of the cluster configuration: key:value,…, JSON, or a .json file.',
    group: groups.provisioning,
    placeholder: 'PARAMS',
    fallback: '',
    parse: readDictionaryText,
  }),
  ...clusterConfigFlags,
};

/** Flags for nodes that are built, configured or started. */
export const nodeFlags = {
  revision: valueFlag('revision', {
    description: 'Source revision to build: current, latest, a commit, @timestamp, or name:revision pairs.',
    group: groups.provisioning,
    placeholder: 'REVISION',
    fallback: 'current',
    parse: (text) => text,
  }),
  opensearchPlugins: valueFlag('opensearch-plugins', {
    description: 'Plug-ins to install: name[:config+config], comma separated.',
    group: groups.provisioning,
    placeholder: 'LIST',
    fallback: [],
    parse: readList,
  }),
  pluginParams: valueFlag('plugin-params', {
    isSecret: true,
    description: 'Parameters of the plug-ins.',
    group: groups.provisioning,
    placeholder: 'PARAMS',
    fallback: '',
    parse: readDictionaryText,
  }),
  runtimeJdk: valueFlag('runtime-jdk', {
    description: "Major version of the JDK that runs OpenSearch, or 'bundled'.",
    group: groups.provisioning,
    placeholder: 'JDK',
    fallback: null,
    parse: readJdk,
  }),
};

/** The flag `--preserve-install`. */
export const preserveInstallFlag = switchFlag('preserve-install', {
  description: 'Keep the provisioned node and its data.',
  group: groups.provisioning,
});

/** The flag `--test-run-id`. */
export const testRunIdFlag = valueFlag('test-run-id', {
  short: 'tid',
  aliases: ['test-execution-id'],
  description: 'Id of the test run; default: a random UUID.',
  group: groups.run,
  placeholder: 'ID',
  fallback: null,
  parse: readRunId,
});

/** Flags that say which machines generate the load. */
export const workerFlags = {
  workerIps: valueFlag('worker-ips', {
    aliases: ['load-worker-coordinator-hosts'],
    description: 'Addresses of the machines that generate load, each with its daemon; localhost is this one.',
    group: groups.load,
    placeholder: 'LIST',
    fallback: ['localhost'],
    parse: readFilledList,
  }),
  workerWait: valueFlag('worker-wait', {
    description: 'Seconds to wait for the listed machines.',
    group: groups.load,
    placeholder: 'SECONDS',
    fallback: 10,
    parse: (text) => readNumber(text, 0),
  }),
  onWorkerLoss: choiceFlag('on-worker-loss', {
    description: 'What to do when a machine that generates load is lost: end the run, or go on without it.',
    group: groups.load,
    choices: ['abort', 'continue'],
    fallback: 'abort',
  }),
};
