// The command `visualize`: makes the report of a stored test run, as a page for a browser.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { valueFlag } from '../args/flag.ts';
import { readRunId, readText } from '../args/grammar.ts';
import { commonFlags, groups } from './shared-flags.ts';

const flags = {
  testRunId: valueFlag('test-run-id', {
    short: 'tid',
    aliases: ['test-execution-id'],
    description: 'Id of the test run.',
    group: groups.command,
    placeholder: 'ID',
    isRequired: true,
    fallback: null,
    parse: readRunId,
  }),
  outputPath: valueFlag('output-path', {
    description: 'File, or directory, that gets a copy of the report.',
    group: groups.command,
    placeholder: 'PATH',
    fallback: null,
    parse: readText,
  }),
  ...commonFlags,
};

/** The command `visualize`. */
export const visualizeCommand: Command = defineCommand({
  name: 'visualize',
  summary: 'Make the report of a stored test run.',
  description: 'Makes one HTML file with the charts and tables of a test run. It needs no network and no other file.',
  flags,
  execute: async (context, { options }) => {
    // Loaded here, so that help need not wait for it.
    const { visualize } = await import('./visualize-report.ts');
    await visualize(context, options.testRunId ?? '', options.outputPath);
    return exitCodes.success;
  },
});
