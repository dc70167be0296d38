// Which commands a program has.
import type { Command } from './args/command.ts';
import { executeTestCommand } from './commands/execute-test.ts';
import { fleetCommand } from './commands/fleet.ts';
import { infoCommand } from './commands/info.ts';
import { listCommand } from './commands/list.ts';
import { commandsNotBuilt } from './commands/not-built.ts';
import { daemonCommands } from './daemon/commands.ts';

export interface Program {
  readonly summary: string;
  readonly commands: readonly Command[];
  /** Shown above the output of its commands. */
  readonly hasBanner: boolean;
}

/** `opensearch-benchmark` alias `osb`. */
export const benchmarkProgram: Program = {
  summary: 'Measures how fast an OpenSearch cluster is: runs a workload against it and reports throughput, latency and errors.',
  hasBanner: true,
  commands: [executeTestCommand, listCommand, infoCommand, fleetCommand, ...commandsNotBuilt],
};

/** `opensearch-benchmarkd` alias `osbd`. */
export const daemonProgram: Program = {
  summary: 'Runs on every machine that generates load, so that one test run may use them all.',
  hasBanner: false,
  commands: daemonCommands,
};
