// compare: two stored test runs side by side. Not in this version.

import { valueFlag } from '../args/flag.ts';
import { readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, defaultPercentiles, groups, percentilesFlag, resultsFlags } from './shared-flags.ts';

const contestant = (long: string, short: string, description: string) =>
  valueFlag(long, { short, description, group: groups.command, placeholder: 'ID', isRequired: true, fallback: null, parse: readText });

export const compareCommand = defineFutureCommand({
  name: 'compare',
  summary: 'Compare two test runs.',
  description: 'Prints the figures of two stored test runs side by side, with differences.',
  flags: {
    baseline: contestant('baseline', 'b', 'Id of the test run to compare with.'),
    contender: contestant('contender', 'c', 'Id of the test run that is compared.'),
    percentiles: percentilesFlag('percentiles', 'Percentiles to show, comma separated.', defaultPercentiles),
    ...resultsFlags,
    ...commonFlags,
  },
});
