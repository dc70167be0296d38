// visualize: an HTML report of a test run. Not in this version.

import { valueFlag } from '../args/flag.ts';
import { readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, groups } from './shared-flags.ts';

export const visualizeCommand = defineFutureCommand({
  name: 'visualize',
  summary: 'Make an HTML report of a test run.',
  description: 'Renders a stored test run as one HTML page.',
  flags: {
    testRunId: valueFlag('test-run-id', {
      short: 'tid',
      aliases: ['test-execution-id'],
      description: 'Id of the test run.',
      group: groups.command,
      placeholder: 'ID',
      isRequired: true,
      fallback: null,
      parse: readText,
    }),
    outputPath: valueFlag('output-path', {
      description: 'Where to write the page.',
      group: groups.command,
      placeholder: 'PATH',
      fallback: null,
      parse: readText,
    }),
    ...commonFlags,
  },
});
