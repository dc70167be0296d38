// Brings the documents of corpora to the disk of this machine: find, else unpack, else download (or generate); then
// index the lines.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { knownSecrets } from '../secrets.ts';
import type { Corpus, DocumentSet } from '../workload/model.ts';
import { withDirectoryLock } from './directory-lock.ts';
import { errorCode, fileSize, makeDirectory, removeFile, requireSpace } from './disk.ts';
import { type DocumentFiles, documentFiles, pathWithin, sourceAddress } from './document-files.ts';
import { fetchSource } from './fetch-source.ts';
import { isSameStamp, noteOrigin, readFacts, stampOf } from './file-facts.ts';
import { indexDocuments, indexedDocuments, noteDocuments } from './index-documents.ts';
import { publicAddress } from './partial-download.ts';
import { cancelled, type PrepareOptions, throwIfCancelled } from './preparation.ts';
import type { PreparedCorpus, PreparedDocumentSet } from './prepared.ts';
import { openStream } from './stream/stream-objects.ts';
import { unpack } from './unpack.ts';

const CORPORA_AT_ONCE = 4;

/**
 * Prepares corpora: several at the same time, the document sets of each in order. Data sets of vectors
 * (`hdf5`, `big-ann`) are downloaded and unpacked, and not looked into. The first failure ends the rest. Throws
 * `CORPUS`, `DISK`, `UNSUPPORTED` or `CANCELLED`.
 */
export async function prepareCorpora(
  corpora: readonly Corpus[],
  options: PrepareOptions,
): Promise<readonly PreparedCorpus[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const prepared = new Map<Corpus, PreparedCorpus>();
  const waiting = corpora.values();
  let failure: unknown = null;
  const prepareNext = async (): Promise<void> => {
    for (const corpus of waiting) {
      if (signal.aborted) return;
      prepared.set(corpus, await prepareCorpus(corpus, { ...options, signal }));
    }
  };
  const atOnce = Math.max(1, Math.min(corpora.length, options.cores, CORPORA_AT_ONCE));
  await Promise.all(
    Array.from({ length: atOnce }, () =>
      prepareNext().catch((error: unknown) => {
        failure ??= error;
        failed.abort();
      }),
    ),
  );
  if (options.signal.aborted) throw cancelled();
  if (failure !== null) throw failure;
  return corpora.flatMap((corpus) => prepared.get(corpus) ?? []);
}

async function prepareCorpus(corpus: Corpus, options: PrepareOptions): Promise<PreparedCorpus> {
  const documentSets: PreparedDocumentSet[] = [];
  for (const documentSet of corpus.documentSets) {
    throwIfCancelled(options.signal);
    // An address may hold a password, or a signature that lets whoever has it read the store.
    knownSecrets.registerAddresses(`${documentSet.baseUrl ?? ''} ${documentSet.sourceUrl ?? ''}`);
    documentSets.push(await prepareDocumentSet(corpus, documentSet, options));
  }
  return { name: corpus.name, documentSets };
}

async function prepareDocumentSet(
  corpus: Corpus,
  documentSet: DocumentSet,
  options: PrepareOptions,
): Promise<PreparedDocumentSet> {
  if (documentSet.isStreamed) return await prepareStreamed(documentSet, options);
  const cache = pathWithin(options.dataDirectory, corpus.name);
  if (documentSet.generator !== null) return await prepareGenerated(cache, documentSet, options);
  const { workloadDirectory } = options;
  if (workloadDirectory !== null && (await hasFiles(documentFiles(workloadDirectory, documentSet)))) {
    const ready = await findReady(workloadDirectory, documentSet);
    const work = () => prepareInWorkload(workloadDirectory, documentSet, options);
    return ready ?? (await withDirectoryLock(workloadDirectory, options.listener, options.signal, work));
  }
  const ready = await findReady(cache, documentSet);
  if (ready !== null) return ready;
  await makeDirectory(cache);
  return await withDirectoryLock(cache, options.listener, options.signal, () =>
    prepareInCache(cache, documentSet, options),
  );
}

/** Looks for the objects of a stream, and for nothing else: they are fetched while they are sent. */
async function prepareStreamed(documentSet: DocumentSet, options: PrepareOptions): Promise<PreparedDocumentSet> {
  const { sourceFormat, documentFile, targetIndex, targetType, targetDataStream } = documentSet;
  if (options.isOffline) {
    throw new BenchmarkError('CORPUS', `${documentFile} is streamed, and nothing is fetched because of --offline.`, {
      hint: 'Run without --offline.',
    });
  }
  const stream = await openStream(documentSet, options.environment ?? {}, options.signal);
  const size = stream.objects.reduce((sum, object) => sum + object.size, 0);
  const target = { targetIndex, targetType, targetDataStream };
  const facts = { sourceFormat, path: documentFile, size, documentCount: 0, includesActionAndMetaData: false };
  return { ...facts, ...target, offsets: [], stream };
}

async function hasFiles(files: DocumentFiles): Promise<boolean> {
  return (
    (await fileSize(files.document)) !== null || (files.archive !== null && (await fileSize(files.archive)) !== null)
  );
}

/** Whether a file is there and has the expected size, if one is known. */
async function isComplete(path: string, expectedBytes: number | null): Promise<boolean> {
  const size = await fileSize(path);
  return size !== null && (expectedBytes === null || size === expectedBytes);
}

/** The prepared set if nothing is left to be done: then no lock is needed, and the directory may be read-only. */
async function findReady(directory: string, documentSet: DocumentSet): Promise<PreparedDocumentSet | null> {
  const { document, archive } = documentFiles(directory, documentSet);
  if (!(await isComplete(document, documentSet.uncompressedBytes))) return null;
  return (await isCurrent(document, archive, documentSet)) ? await indexedDocuments(document, documentSet) : null;
}

/**
 * Whether a file is still what it would be if it were made now. It is not if the workload names another address
 * (another workload may have corpora and files of the same names), or if the archive that it was unpacked from is
 * another one. A file that this program did not put there is taken as it is.
 */
async function isCurrent(path: string, archive: string | null, documentSet: DocumentSet): Promise<boolean> {
  const { origin } = await readFacts(path);
  if (origin === null) return true;
  const address = originAddress(documentSet);
  if (origin.url !== null && address !== null && origin.url !== address) return false;
  const now = archive === null ? null : await stampOf(archive);
  return origin.archive === null || now === null || isSameStamp(origin.archive, now);
}

/** The address of a set as it is noted, which is without secrets; `null` if the workload gives none. */
function originAddress(documentSet: DocumentSet): string | null {
  const address = sourceAddress(documentSet);
  return address === null ? null : publicAddress(address);
}

/** Downloads what a set is made from, and notes from where. */
async function fetchNoted(
  directory: string,
  documentSet: DocumentSet,
  path: string,
  options: PrepareOptions,
): Promise<void> {
  await fetchSource(directory, documentSet, path, options);
  await noteOrigin(path, { url: originAddress(documentSet), archive: null });
}

/** Unpacks the documents, and notes of which archive, and what was counted on the way. */
async function unpackNoted(
  archive: string,
  document: string,
  documentSet: DocumentSet,
  options: PrepareOptions,
): Promise<void> {
  const { origin } = await readFacts(archive);
  const stamp = await stampOf(archive);
  const table = await unpack(archive, document, documentSet.uncompressedBytes, options);
  const isOfVectors = documentSet.sourceFormat !== 'bulk';
  await noteOrigin(document, { url: origin?.url ?? null, archive: stamp }, isOfVectors ? table.sha256 : null);
  if (!isOfVectors) await noteDocuments(document, table, options);
}

/**
 * Prepares documents in the directory of their workload. Nothing is replaced there but what this program unpacked:
 * other files of the wrong size are errors.
 */
async function prepareInWorkload(
  directory: string,
  documentSet: DocumentSet,
  options: PrepareOptions,
): Promise<PreparedDocumentSet> {
  const { document, archive } = documentFiles(directory, documentSet);
  const size = await fileSize(document);
  const isOutdated = size !== null && !(await isCurrent(document, archive, documentSet));
  if (size !== null && !isOutdated) {
    if (documentSet.uncompressedBytes !== null && size !== documentSet.uncompressedBytes) {
      throw wrongSize(document, size, documentSet.uncompressedBytes, 'uncompressed-bytes');
    }
  } else if (archive !== null) {
    if (isOutdated) options.listener({ kind: 'info', message: changedArchive(document) });
    const archiveSize = await fileSize(archive);
    if (archiveSize !== null && documentSet.compressedBytes !== null && archiveSize !== documentSet.compressedBytes) {
      throw wrongSize(archive, archiveSize, documentSet.compressedBytes, 'compressed-bytes');
    }
    await unpackNoted(archive, document, documentSet, options);
  }
  return await indexDocuments(document, documentSet, 'user', options);
}

const changedArchive = (document: string): string =>
  `The archive of ${basename(document)} has changed since it was unpacked; it is unpacked again.`;

async function prepareInCache(
  directory: string,
  documentSet: DocumentSet,
  options: PrepareOptions,
): Promise<PreparedDocumentSet> {
  const { document, archive } = documentFiles(directory, documentSet);
  const isUsable = async (path: string, bytes: number | null, from: string | null): Promise<boolean> =>
    (await isComplete(path, bytes)) && (await isCurrent(path, from, documentSet));
  if (!(await isUsable(document, documentSet.uncompressedBytes, archive))) {
    if (archive === null) {
      await fetchNoted(directory, documentSet, document, options);
    } else {
      if (!(await isUsable(archive, documentSet.compressedBytes, null)))
        await fetchNoted(directory, documentSet, archive, options);
      await unpackNoted(archive, document, documentSet, options);
    }
  }
  const origin = sourceAddress(documentSet) === null ? 'user' : 'address';
  return await indexDocuments(document, documentSet, origin, options);
}

/** Generates documents, unless they are there from the same generator with the same seed and number of documents. */
async function prepareGenerated(
  directory: string,
  documentSet: DocumentSet,
  options: PrepareOptions,
): Promise<PreparedDocumentSet> {
  const { document } = documentFiles(directory, documentSet);
  const recipePath = `${document}.generator`;
  const recipe = JSON.stringify({ ...documentSet.generator, documents: documentSet.documentCount });
  const isCurrent = async (): Promise<boolean> =>
    (await readText(recipePath)) === recipe && (await fileSize(document)) !== null;
  if (await isCurrent()) {
    const ready = await indexedDocuments(document, documentSet);
    if (ready !== null) return ready;
  }
  await makeDirectory(directory);
  return await withDirectoryLock(directory, options.listener, options.signal, async () => {
    if (!(await isCurrent())) {
      await removeFile(recipePath);
      await generate(document, documentSet, options);
      await writeFile(recipePath, recipe);
    }
    return await indexDocuments(document, documentSet, 'generator', options);
  });
}

async function generate(document: string, documentSet: DocumentSet, options: PrepareOptions): Promise<void> {
  if (options.generate === undefined) {
    const name = JSON.stringify(documentSet.generator?.name);
    throw new BenchmarkError(
      'UNSUPPORTED',
      `${basename(document)} is made by the generator ${name}, which is not here.`,
    );
  }
  const temporary = `${document}.generated.tmp`;
  await requireSpace(document, documentSet.uncompressedBytes);
  try {
    await options.generate(documentSet, temporary, options.listener, options.signal);
    throwIfCancelled(options.signal);
    await rename(temporary, document);
  } catch (error) {
    await removeFile(temporary);
    throw error;
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function wrongSize(path: string, found: number, expected: number, property: string): BenchmarkError {
  const rule = 'Files in the directory of a workload are never downloaded or replaced.';
  return new BenchmarkError(
    'CORPUS',
    `${path} has ${found} bytes, but the workload expects ${expected} (${property}).`,
    {
      hint: `Correct \`${property}\` in the workload, or replace the file. ${rule}`,
    },
  );
}
