// Commands of OpenSearch Benchmark whose work is not in this version: they are in the help and refuse to run, whatever
// follows them.
import { BenchmarkError } from '../../errors.ts';
import type { Command } from '../args/command.ts';

const table = [
  ['create-workload', 'Make a workload from the data of a cluster.'],
  ['generate-data', 'Generate documents.'],
  ['download', 'Download a distribution of OpenSearch.'],
  ['install', 'Install a node of OpenSearch.'],
  ['start', 'Start an installed node.'],
  ['stop', 'Stop a node.'],
] as const;

/** Pipelines of OpenSearch Benchmark that are not in this version, with what they will do. */
export const pipelinesNotBuilt = {
  'from-distribution': 'Downloads a distribution of OpenSearch, starts it and measures it.',
  'from-sources': 'Builds OpenSearch from sources, starts it and measures it.',
  docker: 'Starts OpenSearch in a container and measures it.',
} as const;

/** The commands that are still to be built, in the order of the help. */
export const commandsNotBuilt: readonly Command[] = table.map(([name, summary]) => ({
  name,
  summary,
  aliases: [],
  description: summary,
  flags: {},
  exclusive: [],
  positional: null,
  isBuilt: false,
  parse: (verb, words) => ({
    verb,
    // What follows the verb is not read, so nothing of it can be shown.
    shown: verb,
    isHelpWanted: words.includes('--help') || words.includes('-h'),
    common: { isQuiet: false, isOffline: false, configurationName: null },
    hasPlainOutput: false,
    endsItself: false,
    run: async () => {
      const hint = 'Run "opensearch-benchmark --help" for what is.';
      throw new BenchmarkError('UNSUPPORTED', `The command ${verb} is not in this version.`, { hint });
    },
  }),
}));
