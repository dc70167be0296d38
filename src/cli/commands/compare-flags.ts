// The flags of the command `compare`.
import { type FailCondition, parseFailConditions } from '../../analysis/fail-if.ts';
import { defaultPercentiles } from '../../metrics/percentiles.ts';
import type { Invocation } from '../args/command.ts';
import { choiceFlag, ValueProblem, valueFlag } from '../args/flag.ts';
import { readFilledList, readText } from '../args/grammar.ts';
import { commonFlags, groups, percentilesFlag, resultsFlags } from './shared-flags.ts';

function readFailConditions(text: string): readonly FailCondition[] {
  const { conditions, problems } = parseFailConditions(text);
  if (problems.length > 0) throw new ValueProblem(problems.join('; '));
  return conditions;
}

/** The flags of `compare`. */
export const compareFlags = {
  baseline: valueFlag('baseline', {
    short: 'b',
    description: 'Id of the test run to compare with; several, comma separated, are repetitions of the same test.',
    group: groups.command,
    placeholder: 'IDS',
    isRequired: true,
    fallback: [],
    parse: readFilledList,
  }),
  contender: valueFlag('contender', {
    short: 'c',
    description: 'Id of the test run that is compared, or ids of its repetitions.',
    group: groups.command,
    placeholder: 'IDS',
    isRequired: true,
    fallback: [],
    parse: readFilledList,
  }),
  failIf: valueFlag('fail-if', {
    description:
      'End with exit code 3 if a difference meets a condition and is significant: "p99 service time > +10%, ' +
      'mean throughput < -5% for index-append". Of the error rate the difference counts, in percentage points.',
    group: groups.command,
    placeholder: 'CONDITIONS',
    fallback: [] as readonly FailCondition[],
    parse: readFailConditions,
  }),
  page: valueFlag('page', {
    description: 'Also write the comparison as an HTML file with charts.',
    group: groups.results,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
  percentiles: percentilesFlag('percentiles', 'Percentiles of latency and service time.', defaultPercentiles),
  resultsFormat: choiceFlag('results-format', {
    description: 'Format of the comparison; junit has a test case for each condition of --fail-if.',
    group: groups.results,
    choices: ['markdown', 'csv', 'json', 'junit'],
    fallback: 'markdown',
  }),
  resultsNumbersAlign: resultsFlags.resultsNumbersAlign,
  resultsFile: resultsFlags.resultsFile,
  showInResults: resultsFlags.showInResults,
  ...commonFlags,
};

/** A command line of `compare` that was understood. */
export type CompareInvocation = Invocation<typeof compareFlags>;
