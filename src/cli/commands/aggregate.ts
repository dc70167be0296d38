// aggregate: one result of several test runs. Not in this version.

import { valueFlag } from '../args/flag.ts';
import { readList, readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, groups, resultsFlags, workloadSourceFlags } from './shared-flags.ts';

export const aggregateCommand = defineFutureCommand({
  name: 'aggregate',
  summary: 'Aggregate several test runs.',
  description: 'Makes one result of several stored runs of the same workload and test procedure.',
  flags: {
    testRuns: valueFlag('test-runs', {
      aliases: ['test-executions'],
      description: 'Ids of the test runs, comma separated.',
      group: groups.command,
      placeholder: 'LIST',
      isRequired: true,
      fallback: [],
      parse: readList,
    }),
    testRunsId: valueFlag('test-runs-id', {
      short: 'tid',
      aliases: ['test-execution-id'],
      description: 'Id of the aggregated result; default: a random UUID.',
      group: groups.command,
      placeholder: 'ID',
      fallback: null,
      parse: readText,
    }),
    resultsFile: resultsFlags.resultsFile,
    workloadRepository: workloadSourceFlags.workloadRepository,
    ...commonFlags,
  },
});
