// The flags of the command `expand-data-corpus`, which are those of the script of this name.
import type { Invocation } from '../args/command.ts';
import { ValueProblem, valueFlag } from '../args/flag.ts';
import { readFilledText, readInteger, readNumber } from '../args/grammar.ts';
import { commonFlags, groups } from './shared-flags.ts';

/** What index names and file names may both have. */
function readSuffix(text: string): string {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(text))
    throw new ValueProblem('must consist of small letters, digits and . _ -, because an index is named after it');
  return text;
}

function readPlainName(text: string): string {
  if (!/^[^/\\]+$/.test(text) || text === '..')
    throw new ValueProblem('must be the name of a file, without a directory');
  return text;
}

function readInterval(text: string): number {
  const interval = Number(text);
  if (!/^-?\d+$/.test(text) || interval === 0) throw new ValueProblem('must be a whole number other than 0');
  return interval;
}

function readSize(text: string): number {
  const size = readNumber(text, 0);
  if (size <= 0) throw new ValueProblem('must be above 0');
  return size;
}

/** The flags of `expand-data-corpus`. */
export const expandDataCorpusFlags = {
  workload: valueFlag('workload', {
    short: 'w',
    description: 'Name of the workload; only http_logs can be expanded.',
    group: groups.command,
    placeholder: 'NAME',
    fallback: 'http_logs',
    parse: readFilledText,
  }),
  workloadRepository: valueFlag('workload-repository', {
    short: 'r',
    description: 'Name of the repository that has the workload.',
    group: groups.command,
    placeholder: 'NAME',
    fallback: 'default',
    parse: readPlainName,
  }),
  corpusSize: valueFlag('corpus-size', {
    short: 'c',
    description: 'Size of the corpus in GB.',
    group: groups.command,
    placeholder: 'GB',
    fallback: null,
    parse: readSize,
  }),
  numberOfDocs: valueFlag('number-of-docs', {
    short: 'n',
    description: 'Number of documents, instead of a size.',
    group: groups.command,
    placeholder: 'N',
    fallback: null,
    parse: (text) => readInteger(text, 1),
  }),
  outputFileSuffix: valueFlag('output-file-suffix', {
    short: 'o',
    description: 'The documents become documents-SUFFIX.json and go to the index logs-SUFFIX.',
    group: groups.command,
    placeholder: 'SUFFIX',
    fallback: 'generated',
    parse: readSuffix,
  }),
  inputFile: valueFlag('input-file', {
    short: 'f',
    description: 'File of the corpus whose documents are repeated.',
    group: groups.command,
    placeholder: 'NAME',
    fallback: 'documents-241998.json',
    parse: readPlainName,
  }),
  interval: valueFlag('interval', {
    short: 'i',
    description: 'Seconds between two documents; -N: N documents per second; default: -2 for each GB.',
    group: groups.command,
    placeholder: 'SECONDS',
    fallback: null,
    parse: readInterval,
  }),
  startTimestamp: valueFlag('start-timestamp', {
    short: 't',
    description: 'Timestamp of the first document, in seconds.',
    group: groups.command,
    placeholder: 'SECONDS',
    fallback: 893_964_618,
    parse: (text) => readInteger(text, 0),
  }),
  batchSize: valueFlag('batch-size', {
    short: 'b',
    description: 'Has no effect here: the offset table always has an entry for each 50,000 lines.',
    group: groups.command,
    placeholder: 'N',
    fallback: 50_000,
    parse: (text) => readInteger(text, 1),
  }),
  ...commonFlags,
};

/** A command line of `expand-data-corpus` that was understood. */
export type ExpandDataCorpusInvocation = Invocation<typeof expandDataCorpusFlags>;
