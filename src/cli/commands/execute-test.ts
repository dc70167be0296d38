// The command `run`, also called `execute-test`: one test run, from flags to summary.
import { BenchmarkError, exitCodes, messageOf } from '../../errors.ts';
import { summaryFormats } from '../../report/formats.ts';
import { type Command, defineCommand } from '../args/command.ts';
import type { CommandContext } from '../context.ts';
import { type Ending, trailingStatus } from '../output/final-line.ts';
import { openResultsFile, type ResultsFile, resultsFileOf } from '../output/results-file.ts';
import { warnAboutControl } from './control-options.ts';
import { type ExecuteTestInvocation, executeTestFlags } from './execute-test-flags.ts';
import { checkWorkloadFlags } from './workload-options.ts';

/** Flags that only matter when a cluster is provisioned. */
const provisioningOnly = [
  'distributionRepository',
  'clusterConfig',
  'clusterConfigParams',
  'clusterConfigPath',
  'clusterConfigRepository',
  'clusterConfigRevision',
  'revision',
  'opensearchPlugins',
  'pluginParams',
  'runtimeJdk',
  'preserveInstall',
] as const;

/** The command `run`. Its work is imported when it is wanted. */
export const executeTestCommand: Command = defineCommand({
  name: 'run',
  aliases: ['execute-test', 'execute', 'execute_test'],
  summary: 'Run a workload against a cluster and report how fast it is.',
  description: 'Runs a workload against a cluster, prints the summary and stores the results.',
  flags: executeTestFlags,
  exclusive: [
    ['includeTasks', 'excludeTasks'],
    ['workloadRepository', 'workloadPath'],
    ['loadTestQps', 'redlineTest', 'findMaxThroughput'],
  ],
  endsItself: true,
  execute: async (context, run) => {
    const path = resultsFileOf(context, run);
    const file = path === null ? null : openResultsFile(path);
    try {
      return await checkAndRun(context, run, file);
    } finally {
      file?.close();
    }
  },
});

/** Runs the test; the results file ends each run with a line that says how it went. */
async function checkAndRun(
  context: CommandContext,
  run: ExecuteTestInvocation,
  file: ResultsFile | null,
): Promise<number> {
  const start = context.environment.clock.now();
  const { isForPeople } = summaryFormats[run.options.resultsFormat];
  const status = async (ending: Ending): Promise<void> => {
    if (isForPeople) await file?.append(trailingStatus(ending, (context.environment.clock.now() - start) / 1000));
  };
  let code: number;
  try {
    checkWorkloadFlags(run.options);
    checkPipeline(run);
    warnAboutProvisioning(context, run);
    warnAboutControl(context.console, run);
    // Loaded here, so that help and other commands need not wait for the load engine.
    const { executeTest } = await import('./execute-test-run.ts');
    code = await executeTest(context, run, file);
  } catch (error) {
    const ending = error instanceof BenchmarkError && error.exitCode === exitCodes.cancelled ? 'cancelled' : 'failure';
    // Only the first error is told to the user.
    await status(ending).catch((second) => context.log.write('ERROR', 'run', messageOf(second)));
    throw error;
  }
  await status(code === exitCodes.success ? 'success' : 'cancelled');
  return code;
}

function checkPipeline({ options, given }: ExecuteTestInvocation): void {
  if (options.distributionVersion === null || given.has('pipeline')) return;
  const hint = 'Start a cluster and use --pipeline=benchmark-only with --target-hosts.';
  const message = '--distribution-version without --pipeline asks for a cluster to be provisioned';
  throw new BenchmarkError('UNSUPPORTED', `${message}, which is not in this version.`, { hint });
}

function warnAboutProvisioning({ console }: CommandContext, { options, given }: ExecuteTestInvocation): void {
  for (const name of provisioningOnly) {
    const flag = executeTestFlags[name];
    if (given.has(name) && JSON.stringify(options[name]) !== JSON.stringify(flag.fallback)) {
      console.warning(`--${flag.long} has no effect with --pipeline=benchmark-only.`);
    }
  }
}
