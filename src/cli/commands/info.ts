// The command `info`: shows what a workload consists of.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { choiceFlag, switchFlag } from '../args/flag.ts';
import { commonFlags, distributionVersionFlag, groups, workloadFlags } from './shared-flags.ts';
import { checkWorkloadFlags } from './workload-options.ts';

const flags = {
  ...workloadFlags,
  distributionVersion: distributionVersionFlag,
  rendered: switchFlag('rendered', {
    description: 'Print the workload as it was rendered, validated and filtered, with all bodies, as JSON.',
    group: groups.workload,
  }),
  format: choiceFlag('format', {
    description: 'Format of --rendered.',
    group: groups.workload,
    choices: ['json'],
    fallback: 'json',
  }),
  ...commonFlags,
};

/** The command `info`. */
export const infoCommand: Command = defineCommand({
  name: 'info',
  summary: 'Show what a workload consists of.',
  description: 'Shows the documents, test procedures and tasks of a workload.',
  flags,
  exclusive: [
    ['includeTasks', 'excludeTasks'],
    ['workloadRepository', 'workloadPath'],
  ],
  hasPlainOutput: ({ rendered }) => rendered,
  execute: async (context, { options }) => {
    checkWorkloadFlags(options);
    // Loaded here, so that help need not wait for the template engine.
    const { showWorkload } = await import('./show-workload.ts');
    await showWorkload(context, options);
    return exitCodes.success;
  },
});
