// Gets the documents of a test run on a node: from where the workload says, else from the coordinator; documents that a
// generator describes are generated here.
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { withDirectoryLock } from '../corpus/directory-lock.ts';
import { fileSize, makeDirectory } from '../corpus/disk.ts';
import { type DocumentFiles, documentFiles, pathWithin } from '../corpus/document-files.ts';
import { noteOrigin, readFacts, removeWithFacts } from '../corpus/file-facts.ts';
import { documentsDigest, indexDocuments } from '../corpus/index-documents.ts';
import { PreparationProgress, type PrepareOptions } from '../corpus/preparation.ts';
import { prepareCorpora } from '../corpus/prepare.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { BenchmarkError } from '../errors.ts';
import type { Corpus, DocumentSet } from '../workload/model.ts';
import { type FetchContext, fetchDocuments, findDocuments, type OfferedDocuments } from './fetch.ts';

/**
 * Prepares corpora in the node's own directories. If their source fails, a warning is told and the documents come from
 * the coordinator. Fails with CORPUS, FLEET or DISK.
 */
export async function prepareNodeCorpora(
  corpora: readonly Corpus[],
  fetch: FetchContext,
  options: PrepareOptions,
): Promise<readonly PreparedCorpus[]> {
  // A set without a source can only come from the coordinator.
  const offered = await provide(corpora, (set) => !hasSource(set), fetch, options);
  try {
    return await prepareOffered(corpora, offered, options);
  } catch (error) {
    if (!(error instanceof BenchmarkError && error.code === 'CORPUS') || options.signal.aborted) throw error;
    options.listener({ kind: 'warning', message: `${error.message} The documents are fetched from the coordinator.` });
  }
  return prepareOffered(corpora, [...offered, ...(await provide(corpora, hasSource, fetch, options))], options);
}

/**
 * A document file of this node that has to be equal to the coordinator's: its path, and the digest that its documents
 * must have.
 */
interface Offered {
  readonly document: string;
  readonly documents: string;
}

const hasSource = ({ baseUrl, sourceUrl }: DocumentSet): boolean => baseUrl !== null || sourceUrl !== null;

/** Prepares corpora, and checks that the documents from the coordinator are the same as there. */
async function prepareOffered(
  corpora: readonly Corpus[],
  offered: readonly Offered[],
  options: PrepareOptions,
): Promise<readonly PreparedCorpus[]> {
  const prepared = await prepareCorpora(corpora, options);
  for (const { document, documents } of offered) {
    if ((await documentsDigest(document)) === documents) continue;
    throw new BenchmarkError(
      'FLEET',
      `${document} is not what the coordinator has, though it was fetched from there.`,
      {
        hint: 'Do not change the files of a corpus while a test run is being prepared, and run the test again.',
      },
    );
  }
  return prepared;
}

/**
 * Brings document sets from the coordinator, unless the same documents are here, and returns what has to be equal to
 * the coordinator's. Sets that this node already has from their own source are left alone.
 */
async function provide(
  corpora: readonly Corpus[],
  isWanted: (set: DocumentSet) => boolean,
  fetch: FetchContext,
  options: PrepareOptions,
): Promise<readonly Offered[]> {
  const offered: Offered[] = [];
  for (const corpus of corpora) {
    const directory = pathWithin(options.dataDirectory, corpus.name);
    for (const [index, set] of corpus.documentSets.entries()) {
      if (set.generator !== null || !isWanted(set)) continue;
      if (options.workloadDirectory !== null && (await isThere(options.workloadDirectory, set))) continue;
      // All nodes get such a set from the same source, so it need not be compared with the coordinator's.
      if (hasSource(set) && (await isThere(directory, set))) continue;
      const found = await findDocuments(fetch, corpus.name, index);
      await makeDirectory(directory);
      await withDirectoryLock(directory, options.listener, options.signal, () =>
        bring(directory, corpus, index, found, fetch, options),
      );
      offered.push({ document: documentFiles(directory, set).document, documents: found.documents });
    }
  }
  return offered;
}

/**
 * Fetches the documents of a set, unless the documents that are here have the same digest. Files of the same name and
 * size may still differ.
 */
async function bring(
  directory: string,
  corpus: Corpus,
  index: number,
  found: OfferedDocuments,
  fetch: FetchContext,
  options: PrepareOptions,
): Promise<void> {
  const set = corpus.documentSets[index];
  if (set === undefined) return;
  const files = documentFiles(directory, set);
  if ((await localDigest(files.document, set, options)) === found.documents) return;
  const path = [files.document, files.archive].find(
    (candidate) => candidate !== null && basename(candidate) === found.name,
  );
  if (path === undefined || path === null)
    throw new BenchmarkError('CORPUS', `The coordinator offers ${found.name}, which is not a file of ${corpus.name}.`);
  await clear(files, options);
  const progress = new PreparationProgress(
    options.listener,
    `Fetching ${found.name} from the coordinator`,
    found.bytes,
  );
  await fetchDocuments(fetch, { corpus: corpus.name, set: index, bytes: found.bytes }, path, (bytes) =>
    progress.update(bytes),
  );
  progress.end();
  await noteOrigin(path, { url: null, archive: null });
}

/**
 * The digest of the documents that are here; `null` = there are none, or they certainly differ from those of the set.
 */
async function localDigest(document: string, set: DocumentSet, options: PrepareOptions): Promise<string | null> {
  const size = await fileSize(document);
  if (size === null || (set.uncompressedBytes !== null && size !== set.uncompressedBytes)) return null;
  try {
    await indexDocuments(document, set, 'address', options);
    return await documentsDigest(document);
  } catch (error) {
    if (error instanceof BenchmarkError && error.code === 'CORPUS') return null;
    throw error;
  }
}

/**
 * Makes room for other documents: removes a file that this program has brought here, and keeps a file that somebody
 * else has put here under another name.
 */
async function clear({ document, archive }: DocumentFiles, { listener }: PrepareOptions): Promise<void> {
  for (const path of archive === null ? [document] : [document, archive]) {
    if ((await fileSize(path)) === null) continue;
    if ((await readFacts(path)).origin !== null) {
      listener({ kind: 'info', message: `${path} is not what the coordinator has now; it is replaced.` });
      await removeWithFacts(path);
      continue;
    }
    const kept = await freeName(`${path}.own`);
    await rename(path, kept);
    listener({
      kind: 'warning',
      message: `${path} is not what the coordinator has, and somebody else has put it there: it is kept as ${kept}.`,
    });
  }
}

async function freeName(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path}-${number}`;
    if ((await fileSize(name)) === null) return name;
  }
}

/** Are the documents, or the archive that holds them, there and of the expected size? */
async function isThere(directory: string, set: DocumentSet): Promise<boolean> {
  const { document, archive } = documentFiles(directory, set);
  return (
    (await isWhole(document, set.uncompressedBytes)) ||
    (archive !== null && (await isWhole(archive, set.compressedBytes)))
  );
}

async function isWhole(path: string, expected: number | null): Promise<boolean> {
  const size = await fileSize(path);
  return size !== null && (expected === null || size === expected);
}
