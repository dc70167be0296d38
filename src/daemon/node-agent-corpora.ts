// The documents of a run on a node: from where the workload says, else from the coordinator, else made here.
import { basename } from 'node:path';
import { withDirectoryLock } from '../corpus/directory-lock.ts';
import { fileSize, makeDirectory } from '../corpus/disk.ts';
import { documentFiles, pathWithin } from '../corpus/document-files.ts';
import { PreparationProgress, type PrepareOptions } from '../corpus/preparation.ts';
import { prepareCorpora } from '../corpus/prepare.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError } from '../errors.ts';
import { type FetchContext, fetchDocuments, findDocuments } from '../fleet/fetch.ts';
import type { Corpus, DocumentSet } from '../workload/model.ts';

/** Prepares corpora with the node's own directories. */
export async function prepareNodeCorpora(
  corpora: readonly Corpus[],
  fetch: FetchContext,
  options: PrepareOptions,
): Promise<readonly PreparedCorpus[]> {
  // A set without a source can only come from the coordinator.
  for (const corpus of corpora) await fetchMissing(corpus, (set) => !hasSource(set), fetch, options);
  try {
    return await prepareCorpora(corpora, options);
  } catch (error) {
    if (!(error instanceof BenchmarkError && error.code === 'CORPUS') || options.signal.aborted) throw error;
    options.listener({ kind: 'warning', message: `${error.message} The documents are fetched from the coordinator.` });
  }
  for (const corpus of corpora) await fetchMissing(corpus, hasSource, fetch, options);
  return prepareCorpora(corpora, options);
}

const hasSource = ({ baseUrl, sourceUrl }: DocumentSet): boolean => baseUrl !== null || sourceUrl !== null;

async function fetchMissing(corpus: Corpus, isWanted: (set: DocumentSet) => boolean, fetch: FetchContext, options: PrepareOptions): Promise<void> {
  const directory = pathWithin(options.dataDirectory, corpus.name);
  for (const [index, set] of corpus.documentSets.entries()) {
    if (set.sourceFormat !== 'bulk' || set.generator !== null || !isWanted(set)) continue;
    if (options.workloadDirectory !== null && (await isThere(options.workloadDirectory, set))) continue;
    if (await isThere(directory, set)) continue;
    const found = await findDocuments(fetch, corpus.name, index);
    await makeDirectory(directory);
    await withDirectoryLock(directory, options.listener, options.signal, async () => {
      if (await isThere(directory, set)) return;
      const { document, archive } = documentFiles(directory, set);
      const path = [document, archive].find((candidate) => candidate !== null && basename(candidate) === found.name);
      if (path === undefined || path === null)
        throw new BenchmarkError('CORPUS', `The coordinator offers ${found.name}, which is not a file of ${corpus.name}.`);
      const progress = new PreparationProgress(options.listener, `Fetching ${found.name} from the coordinator`, found.bytes);
      await fetchDocuments(fetch, { corpus: corpus.name, set: index, bytes: found.bytes }, path, (bytes) => progress.update(bytes));
      progress.end();
    });
  }
}

/** Are the documents, or the archive that holds them, there and of the expected size? */
async function isThere(directory: string, set: DocumentSet): Promise<boolean> {
  const { document, archive } = documentFiles(directory, set);
  return (await isWhole(document, set.uncompressedBytes)) || (archive !== null && (await isWhole(archive, set.compressedBytes)));
}

async function isWhole(path: string, expected: number | null): Promise<boolean> {
  const size = await fileSize(path);
  return size !== null && (expected === null || size === expected);
}
