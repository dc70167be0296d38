// The command `trend`: shows how figures went over stored test runs, and fails on a new regression.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { trendFlags } from './trend-flags.ts';

/** The command `trend`. */
export const trendCommand: Command = defineCommand({
  name: 'trend',
  summary: 'Show how figures went over stored test runs.',
  description:
    'Shows figures of a workload over all stored test runs of it, and the runs at which their level changed. ' +
    'Ends with exit code 3 if one got worse lately.',
  flags: trendFlags,
  hasPlainOutput: ({ resultsFormat }) => resultsFormat !== 'markdown',
  execute: async (context, invocation) => {
    // Loaded here, so that help need not wait for it.
    const { showTrend } = await import('./trend-report.ts');
    const isAccepted = await showTrend(context, invocation);
    return isAccepted ? exitCodes.success : exitCodes.regression;
  },
});
