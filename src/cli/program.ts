// The two programs and the commands that each has.
import type { Command } from './args/command.ts';
import { aggregateCommand } from './commands/aggregate.ts';
import { compareCommand } from './commands/compare.ts';
import { executeTestCommand } from './commands/execute-test.ts';
import { expandDataCorpusCommand } from './commands/expand-data-corpus.ts';
import { fleetCommand } from './commands/fleet.ts';
import { infoCommand } from './commands/info.ts';
import { listCommand } from './commands/list.ts';
import { commandsNotBuilt } from './commands/not-built.ts';
import { trendCommand } from './commands/trend.ts';
import { visualizeCommand } from './commands/visualize.ts';
import { daemonCommands } from './daemon/commands.ts';

/** A program as its user sees it. */
export interface Program {
  /** What it does, in one sentence for its help. */
  readonly summary: string;
  /** In the order of the help. */
  readonly commands: readonly Command[];
  /** Whether a banner stands above the output of its commands. */
  readonly hasBanner: boolean;
}

/** The program `opensearch-benchmark`, also called `osb`. */
export const benchmarkProgram: Program = {
  summary:
    'Measures how fast an OpenSearch cluster is: ' +
    'runs a workload against it and reports throughput, latency and errors.',
  hasBanner: true,
  commands: [
    executeTestCommand,
    listCommand,
    infoCommand,
    compareCommand,
    aggregateCommand,
    trendCommand,
    expandDataCorpusCommand,
    visualizeCommand,
    fleetCommand,
    ...commandsNotBuilt,
  ],
};

/** The program `opensearch-benchmarkd`, also called `osbd`. */
export const daemonProgram: Program = {
  summary: 'Runs on every machine that generates load, so that one test run may use them all.',
  hasBanner: false,
  commands: daemonCommands,
};
