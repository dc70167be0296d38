// The command `list`: shows workloads, pipelines and stored test runs.
import { pipelines } from '../../coordinator/pipeline.ts';
import { BenchmarkError, exitCodes } from '../../errors.ts';
import { plainTable } from '../../report/plain-table.ts';
import { type Command, defineCommand, type Invocation } from '../args/command.ts';
import { valueFlag } from '../args/flag.ts';
import { readInteger } from '../args/grammar.ts';
import type { CommandContext } from '../context.ts';
import { pipelinesNotBuilt } from './not-built.ts';
import {
  clusterConfigFlags,
  commonFlags,
  distributionVersionFlag,
  groups,
  workloadSourceFlags,
} from './shared-flags.ts';

const flags = {
  limit: valueFlag('limit', {
    description: 'Number of test runs to show, newest first.',
    group: groups.command,
    placeholder: 'N',
    fallback: 10,
    parse: (text) => readInteger(text, 1),
  }),
  ...workloadSourceFlags,
  distributionVersion: distributionVersionFlag,
  ...clusterConfigFlags,
  ...commonFlags,
};

type List = Invocation<typeof flags>;

/** What can be listed, and what lists it. */
const lists: Readonly<Record<string, (context: CommandContext, list: List) => Promise<void> | void>> = {
  // Imported when they are wanted, so that help need not wait for them.
  workloads: async (context, { options }) => (await import('./list-workloads.ts')).showWorkloads(context, options),
  pipelines: showPipelines,
  'test-runs': async (context, { options }) =>
    (await import('./list-test-runs.ts')).showTestRuns(context, options.limit),
  telemetry: async (context) => (await import('./list-telemetry.ts')).showTelemetry(context),
  'aggregated-results': async (context) => (await import('./list-test-runs.ts')).showAggregates(context),
};

/** The command `list`. */
export const listCommand: Command = defineCommand({
  name: 'list',
  summary: 'List workloads, pipelines or stored test runs.',
  description: 'Lists what there is to choose from, and the test runs that are stored.',
  flags,
  exclusive: [['workloadRepository', 'workloadPath']],
  positional: {
    name: 'WHAT',
    description: 'What to list. In this version: workloads, pipelines, test-runs, telemetry, aggregated-results.',
    choices: [
      'workloads',
      'pipelines',
      'test-runs',
      'telemetry',
      'aggregated-results',
      'cluster-configs',
      'opensearch-plugins',
    ],
    aliases: {
      'test-executions': 'test-runs',
      test_executions: 'test-runs',
      test_runs: 'test-runs',
      aggregated_results: 'aggregated-results',
      provision_config_instances: 'cluster-configs',
      'provision-config-instances': 'cluster-configs',
      cluster_configs: 'cluster-configs',
      opensearch_plugins: 'opensearch-plugins',
    },
  },
  execute: async (context, list) => {
    const show = lists[list.positional];
    if (show === undefined) {
      const hint = `Use one of ${Object.keys(lists).join(', ')}.`;
      throw new BenchmarkError('UNSUPPORTED', `Listing ${list.positional} is not in this version.`, { hint });
    }
    await show(context, list);
    return exitCodes.success;
  },
});

function showPipelines({ console }: CommandContext): void {
  console.print('Available pipelines:\n');
  const built = pipelines.map(({ name, description }) => [name, description]);
  const later = Object.entries(pipelinesNotBuilt).map(([name, description]) => [
    name,
    `${description} (not in this version)`,
  ]);
  console.print(plainTable(['Name', 'Description'], [...built, ...later]));
}
