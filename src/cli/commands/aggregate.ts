// The command `aggregate`: takes repeated test runs together as one.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { valueFlag } from '../args/flag.ts';
import { readFilledList, readRunId } from '../args/grammar.ts';
import { openResultsFile, resultsFileOf } from '../output/results-file.ts';
import { commonFlags, groups, resultsFlags, workloadSourceFlags } from './shared-flags.ts';

const flags = {
  testRuns: valueFlag('test-runs', {
    aliases: ['test-executions'],
    description: 'Ids of the test runs, comma separated. They must be of the same workload and test procedure.',
    group: groups.command,
    placeholder: 'IDS',
    isRequired: true,
    fallback: [],
    parse: readFilledList,
  }),
  testRunsId: valueFlag('test-runs-id', {
    short: 'tid',
    aliases: ['test-execution-id'],
    description: 'Last part of the id of the aggregate; default: a random UUID.',
    group: groups.command,
    placeholder: 'ID',
    fallback: null,
    parse: readRunId,
  }),
  ...resultsFlags,
  // Aggregates need no workload: the numbers of samples are stored with the runs.
  workloadRepository: workloadSourceFlags.workloadRepository,
  ...commonFlags,
};

/** The command `aggregate`. */
export const aggregateCommand: Command = defineCommand({
  name: 'aggregate',
  summary: 'Take repeated test runs together as one.',
  description:
    'Merges the results of several test runs: percentiles of all samples together, means, and how far the runs spread.',
  flags,
  hasPlainOutput: ({ resultsFormat }) => resultsFormat !== 'markdown',
  execute: async (context, invocation) => {
    // Loaded here, so that help need not wait for it.
    const { aggregateAndShow } = await import('./aggregate-report.ts');
    const { testRuns, testRunsId } = invocation.options;
    const path = resultsFileOf(context, invocation);
    const file = path === null ? null : openResultsFile(path);
    await aggregateAndShow(context, invocation, { ids: testRuns, name: testRunsId }, file);
    file?.close();
    return exitCodes.success;
  },
});
