// The last step of preparation: the offset table of a document file, and the check that it has as many documents as the workload says.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { DocumentSet } from '../workload/model.ts';
import { errorCode } from './disk.ts';
import { readFacts, writeFacts } from './file-facts.ts';
import { buildOffsetTable, type OffsetEntry, type OffsetTable, offsetPath, readOffsetTable, writeOffsetTable } from './offset-table.ts';
import { PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';
import type { PreparedDocumentSet } from './prepared.ts';

const linesOf = (documentSet: DocumentSet): number => documentSet.documentCount * (documentSet.includesActionAndMetaData ? 2 : 1);

/** The prepared set of a file that lies in place if its offset table is there and was made of the file as it is; `null` if not. */
export async function indexedDocuments(path: string, documentSet: DocumentSet): Promise<PreparedDocumentSet | null> {
  if ((await readFacts(path)).sha256 === null) return null;
  const offsets = await readOffsetTable(path, linesOf(documentSet));
  return offsets === null ? null : await preparedSet(path, documentSet, offsets);
}

/**
 * Where a document file came from: it was brought by its user, fetched from an address, or made by a generator. Only
 * files of the latter kinds can be had
 * again.
 */
export type FileOrigin = 'user' | 'address' | 'generator';

/** Makes the offset table of a file if there is no valid one. Throws CORPUS if the number of documents is not the expected one. */
export async function indexDocuments(
  path: string,
  documentSet: DocumentSet,
  origin: FileOrigin,
  options: Pick<PrepareOptions, 'listener' | 'signal'>,
): Promise<PreparedDocumentSet> {
  const known = await indexedDocuments(path, documentSet);
  if (known !== null) return known;
  const progress = new PreparationProgress(options.listener, `Counting lines of ${basename(path)}`, (await stat(path)).size);
  try {
    const table = await buildOffsetTable(path, (bytes) => progress.update(bytes), options.signal);
    throwIfCancelled(options.signal);
    if (table.lines !== linesOf(documentSet)) throw wrongCount(path, documentSet, table.lines, origin);
    await writeTable(path, table, options);
    return await preparedSet(path, documentSet, table.entries);
  } finally {
    progress.end();
  }
}

/** A directory that cannot be written to costs time at every start, but stops nobody. */
async function writeTable(path: string, { entries, sha256 }: OffsetTable, options: Pick<PrepareOptions, 'listener'>): Promise<void> {
  const { origin } = await readFacts(path);
  try {
    await writeOffsetTable(path, entries);
    await writeFacts(path, { sha256, origin });
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code)) throw error;
    options.listener({ kind: 'warning', message: `Cannot write ${offsetPath(path)} (${code}); the lines are counted again in the next run.` });
  }
}

/** SHA-256 of a document file, hexadecimal: the one that was taken when its lines were counted; where that could not be noted, the file is read again. */
export async function documentsDigest(path: string): Promise<string> {
  return (await readFacts(path)).sha256 ?? (await buildOffsetTable(path, () => undefined, new AbortController().signal)).sha256;
}

async function preparedSet(path: string, documentSet: DocumentSet, offsets: readonly OffsetEntry[]): Promise<PreparedDocumentSet> {
  const { documentCount, includesActionAndMetaData, targetIndex, targetType, targetDataStream } = documentSet;
  const { size } = await stat(path);
  return { path, size, documentCount, includesActionAndMetaData, targetIndex, targetType, targetDataStream, offsets };
}

function wrongCount(path: string, documentSet: DocumentSet, found: number, origin: FileOrigin): BenchmarkError {
  const { documentCount, includesActionAndMetaData } = documentSet;
  const documents = includesActionAndMetaData ? found / 2 : found;
  const expected = includesActionAndMetaData ? `${linesOf(documentSet)} (${documentCount} documents with an action line each)` : `${documentCount}`;
  const hint = correction(documents, origin);
  return new BenchmarkError('CORPUS', `${path} has ${found === 1 ? '1 line' : `${found} lines`}, but ${expected} are expected.`, { hint });
}

/** A file that cannot be had again is never to be removed. */
function correction(documents: number, origin: FileOrigin): string {
  if (!Number.isInteger(documents)) return 'Each document needs an action line before it: complete the file.';
  const count = documents === 0 ? 'Put documents into the file' : `Set \`document-count\` to ${documents} in the workload`;
  if (origin === 'user') return documents === 0 ? `${count}.` : `${count}, or complete the file.`;
  return `${count}, or remove the file so that it is ${origin === 'address' ? 'fetched' : 'made'} anew.`;
}
