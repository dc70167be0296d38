// Commands that parse and show help, but whose work is not in this version.

import { BenchmarkError } from '../../errors.ts';
import { type Command, type CommandSpec, defineCommand } from '../args/command.ts';
import type { Flags } from '../args/flag.ts';

/** A command that refuses to run and says so. */
export function defineFutureCommand<F extends Flags>(spec: Omit<CommandSpec<F>, 'execute' | 'isBuilt'>): Command {
  return defineCommand({
    ...spec,
    isBuilt: false,
    execute: async (_context, { verb }) => {
      throw new BenchmarkError('UNSUPPORTED', `The command ${verb} is not in this version.`, {
        hint: 'Run "opensearch-benchmark --help" for what is.',
      });
    },
  });
}
