// The command `compare`: shows what differs between stored test runs, and fails if it differs too much.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { compareFlags } from './compare-flags.ts';

/** The command `compare`. */
export const compareCommand: Command = defineCommand({
  name: 'compare',
  summary: 'Compare stored test runs.',
  description:
    'Shows each figure of two test runs side by side, or of two groups of repeated runs, with the interval in which ' +
    'the true difference lies and whether it is significant.',
  flags: compareFlags,
  hasPlainOutput: ({ resultsFormat }) => resultsFormat !== 'markdown',
  execute: async (context, invocation) => {
    // Loaded here, so that help need not wait for it.
    const { showComparison } = await import('./compare-report.ts');
    const isAccepted = await showComparison(context, invocation);
    return isAccepted ? exitCodes.success : exitCodes.regression;
  },
});
