// Makes a corpus of http_logs, and tells the workload of it.
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../corpus/disk.ts';
import { type ExpandedSize, expandCorpus } from '../../corpus/expand-corpus.ts';
import { BenchmarkError } from '../../errors.ts';
import { systemReason } from '../../files.ts';
import type { CommandContext } from '../context.ts';
import { ProgressView } from '../output/progress.ts';
import type { ExpandDataCorpusInvocation } from './expand-data-corpus-flags.ts';

const EXPANDABLE = 'http_logs';
const GIGABYTE = 1e9;

/** Makes the documents in the data directory, and the files in the workload that name them. */
export async function expandDataCorpus(
  { console, environment, settings }: CommandContext,
  { options }: ExpandDataCorpusInvocation,
): Promise<void> {
  const size = sizeOf(options);
  if (options.workload !== EXPANDABLE) {
    throw new BenchmarkError('UNSUPPORTED', `The documents of ${options.workload} cannot be expanded.`, {
      hint: `Only those of ${EXPANDABLE} can: it can be told of further documents, by the parameter generated_corpus.`,
    });
  }
  const workload = join(settings.workloadsDirectory, options.workloadRepository, EXPANDABLE);
  await requireWorkload(workload);
  const data = join(settings.dataDirectory, EXPANDABLE);
  await makeDirectory(data);
  const suffix = options.outputFileSuffix;
  const document = `documents-${suffix}.json`;
  const view = new ProgressView(console, environment.clock);
  const made = await expandCorpus(
    {
      inputPath: join(data, options.inputFile),
      outputPath: join(data, document),
      size,
      start: options.startTimestamp,
      interval: options.interval,
    },
    { listener: (event) => view.handle(event), signal: environment.signal },
  );
  const index = `logs-${suffix}`;
  await writeJson(join(workload, `gen-idx-${suffix}.json`), { name: index, body: 'index.json' });
  await writeJson(join(workload, `gen-docs-${suffix}.json`), {
    'target-index': index,
    'source-file': document,
    'document-count': made.documents,
    'uncompressed-bytes': made.bytes,
  });
  console.info(
    `${join(data, document)} has ${made.documents} documents (${made.bytes} bytes). ` +
      `Use it with --workload=${EXPANDABLE} --workload-params=generated_corpus:t.`,
  );
}

function sizeOf({ corpusSize, numberOfDocs }: ExpandDataCorpusInvocation['options']): ExpandedSize {
  if (corpusSize !== null && numberOfDocs !== null)
    throw new BenchmarkError('USAGE', 'Give --corpus-size or --number-of-docs, not both.');
  if (numberOfDocs !== null) return { kind: 'documents', count: numberOfDocs };
  if (corpusSize !== null) return { kind: 'bytes', count: Math.ceil(corpusSize * GIGABYTE) };
  throw new BenchmarkError('USAGE', 'Give the size of the corpus: --corpus-size=GB or --number-of-docs=N.');
}

async function requireWorkload(directory: string): Promise<void> {
  const found = await stat(join(directory, 'workload.json')).catch(() => null);
  if (found?.isFile() === true) return;
  throw new BenchmarkError('CONFIG', `There is no workload in ${directory}.`, {
    hint: 'Run it once, so that it is fetched, or name its repository with --workload-repository.',
  });
}

async function writeJson(path: string, value: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(value)}\n`);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write ${path}: ${systemReason(error)}.`, { cause: error });
  }
}
