// The flags of the command `trend`.
import { type Figure, figureExamples, parseFigure } from '../../metrics/figure.ts';
import type { Invocation } from '../args/command.ts';
import { choiceFlag, ValueProblem, valueFlag } from '../args/flag.ts';
import { readFilledList, readInteger, readTags, readText } from '../args/grammar.ts';
import { commonFlags, groups, resultsFlags } from './shared-flags.ts';

const defaultFigures = ['mean throughput', 'p50 service time', 'p99 service time', 'error rate'];

/** The flags of `trend`. */
export const trendFlags = {
  workload: valueFlag('workload', {
    short: 'w',
    description: 'Name of the workload; default: that of the newest test run.',
    group: groups.command,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
  testProcedure: valueFlag('test-procedure', {
    description: 'Name of the test procedure; default: that of the newest test run of the workload.',
    group: groups.command,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
  tasks: valueFlag('tasks', {
    description: 'Names of tasks, comma separated; default: all.',
    group: groups.command,
    placeholder: 'LIST',
    fallback: [],
    parse: readFilledList,
  }),
  figures: valueFlag('figures', {
    description: `Figures to look at, comma separated: ${figureExamples}.`,
    group: groups.command,
    placeholder: 'LIST',
    fallback: readFigures(defaultFigures.join(',')),
    defaultText: defaultFigures.join(', '),
    parse: readFigures,
  }),
  userTag: valueFlag('user-tag', {
    description: 'Only test runs with these tags: key:value,key:value.',
    group: groups.command,
    placeholder: 'TAGS',
    fallback: {},
    parse: readTags,
  }),
  limit: valueFlag('limit', {
    description: 'Number of test runs to look at, newest first.',
    group: groups.command,
    placeholder: 'N',
    fallback: 1000,
    parse: (text) => readInteger(text, 1),
  }),
  recent: valueFlag('recent', {
    description: 'A regression is new if it began within so many of the newest test runs.',
    group: groups.command,
    placeholder: 'N',
    fallback: 10,
    parse: (text) => readInteger(text, 1),
  }),
  resultsFormat: choiceFlag('results-format', {
    description: 'Format of the trend.',
    group: groups.results,
    choices: ['markdown', 'csv', 'json'],
    fallback: 'markdown',
  }),
  resultsNumbersAlign: resultsFlags.resultsNumbersAlign,
  resultsFile: resultsFlags.resultsFile,
  ...commonFlags,
};

/** A command line of `trend` that was understood. */
export type TrendInvocation = Invocation<typeof trendFlags>;

function readFigures(text: string): readonly Figure[] {
  return readFilledList(text).map((words) => {
    const figure = parseFigure(words);
    if (figure === null) throw new ValueProblem(`'${words}' is no figure; use for example ${figureExamples}`);
    return figure;
  });
}
