// info: what a workload consists of.
import { exitCodes } from '../../errors.ts';
import { indentedJson } from '../../store/json-text.ts';
import { describeWorkload } from '../../workload/describe.ts';
import { renderedJson } from '../../workload/rendered-json.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { choiceFlag, switchFlag } from '../args/flag.ts';
import { workloadText } from '../output/workload-text.ts';
import { commonFlags, distributionVersionFlag, groups, workloadFlags } from './shared-flags.ts';
import { checkWorkloadFlags, loadNamedWorkload } from './workload-request.ts';

const flags = {
  ...workloadFlags,
  distributionVersion: distributionVersionFlag,
  rendered: switchFlag('rendered', {
    description: 'Print the workload as it was rendered, validated and filtered, with all bodies, as JSON.',
    group: groups.workload,
  }),
  format: choiceFlag('format', { description: 'Format of --rendered.', group: groups.workload, choices: ['json'], fallback: 'json' }),
  ...commonFlags,
};

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
    const { distributionVersion } = options;
    const { workload, notices } = await loadNamedWorkload(context, options, { purpose: 'inspect', testMode: false, distributionVersion });
    if (options.rendered) {
      context.console.printResult(indentedJson(renderedJson(workload)));
      return exitCodes.success;
    }
    for (const notice of notices) context.console.info(notice);
    context.console.print(workloadText(describeWorkload(workload)));
    return exitCodes.success;
  },
});
