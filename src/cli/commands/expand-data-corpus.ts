// The command `expand-data-corpus`: makes a larger corpus of http_logs from one of its files.
import { exitCodes } from '../../errors.ts';
import { type Command, defineCommand } from '../args/command.ts';
import { expandDataCorpusFlags } from './expand-data-corpus-flags.ts';

/** The command `expand-data-corpus`. */
export const expandDataCorpusCommand: Command = defineCommand({
  name: 'expand-data-corpus',
  summary: 'Make a larger corpus of http_logs.',
  description:
    'Repeats the documents of http_logs with timestamps that rise. ' +
    'A test run uses what was made with --workload-params=generated_corpus:t.',
  flags: expandDataCorpusFlags,
  execute: async (context, invocation) => {
    // Loaded here, so that help need not wait for it.
    const { expandDataCorpus } = await import('./expand-data-corpus-run.ts');
    await expandDataCorpus(context, invocation);
    return exitCodes.success;
  },
});
