// The last step of preparation: makes the offset table of a document file, and checks that it has as many documents as
// the workload says.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { DocumentSet } from '../workload/model.ts';
import { errorCode } from './disk.ts';
import { readFacts, writeFacts } from './file-facts.ts';
import {
  buildOffsetTable,
  type OffsetEntry,
  type OffsetTable,
  offsetPath,
  readOffsetTable,
  writeOffsetTable,
} from './offset-table.ts';
import { PreparationProgress, type PrepareOptions, throwIfCancelled } from './preparation.ts';
import type { PreparedDocumentSet } from './prepared.ts';

const linesOf = (documentSet: DocumentSet): number =>
  documentSet.documentCount * (documentSet.includesActionAndMetaData ? 2 : 1);

/**
 * The prepared document set of a file that is in its place, if its offset table is there and was made from the file as
 * it is now; else `null`.
 */
export async function indexedDocuments(path: string, documentSet: DocumentSet): Promise<PreparedDocumentSet | null> {
  // What is in a data set of vectors is found out by those who read it.
  if (documentSet.sourceFormat !== 'bulk') return await preparedSet(path, documentSet, []);
  const { sha256, lines } = await readFacts(path);
  // A workload may have been corrected since, or another one may expect something else of the same file.
  if (sha256 === null || lines !== linesOf(documentSet)) return null;
  const offsets = await readOffsetTable(path, linesOf(documentSet));
  return offsets === null ? null : await preparedSet(path, documentSet, offsets);
}

/**
 * Who provides a document file: its user, the server at an address, or a generator. Only the latter two can provide it
 * again.
 */
export type DocumentsProvider = 'user' | 'address' | 'generator';

/**
 * Makes the offset table of a file if there is no valid one. Throws `CORPUS` if the file does not have as many
 * documents as the workload says.
 */
export async function indexDocuments(
  path: string,
  documentSet: DocumentSet,
  provider: DocumentsProvider,
  options: Pick<PrepareOptions, 'listener' | 'signal'>,
): Promise<PreparedDocumentSet> {
  const known = await indexedDocuments(path, documentSet);
  if (known !== null) return known;
  const { lines } = await readFacts(path);
  if (lines !== null && lines !== linesOf(documentSet)) throw wrongCount(path, documentSet, lines, provider);
  const progress = new PreparationProgress(
    options.listener,
    `Counting lines of ${basename(path)}`,
    (await stat(path)).size,
  );
  const table = await buildOffsetTable(path, (bytes) => progress.update(bytes), options.signal);
  throwIfCancelled(options.signal);
  progress.end();
  if (table.lines !== linesOf(documentSet)) throw wrongCount(path, documentSet, table.lines, provider);
  await noteDocuments(path, table, options);
  return await preparedSet(path, documentSet, table.entries);
}

/**
 * Writes the offset table, the digest and the number of lines of a file beside it. Where that is impossible, a warning
 * says that every start will take longer.
 */
export async function noteDocuments(
  path: string,
  { entries, sha256, lines }: OffsetTable,
  options: Pick<PrepareOptions, 'listener'>,
): Promise<void> {
  const { origin } = await readFacts(path);
  try {
    await writeOffsetTable(path, entries);
    await writeFacts(path, { sha256, lines, origin });
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(code)) throw error;
    const message = `Cannot write ${offsetPath(path)} (${code}); the lines are counted again in the next run.`;
    options.listener({ kind: 'warning', message });
  }
}

/**
 * SHA-256 of a document file, hexadecimal: the one that was taken when its lines were counted. If that could not be
 * noted, the file is read again.
 */
export async function documentsDigest(path: string): Promise<string> {
  return (
    (await readFacts(path)).sha256 ??
    (await buildOffsetTable(path, () => undefined, new AbortController().signal)).sha256
  );
}

async function preparedSet(
  path: string,
  documentSet: DocumentSet,
  offsets: readonly OffsetEntry[],
): Promise<PreparedDocumentSet> {
  const { sourceFormat, documentCount, includesActionAndMetaData } = documentSet;
  const { targetIndex, targetType, targetDataStream } = documentSet;
  const { size } = await stat(path);
  const targets = { targetIndex, targetType, targetDataStream };
  return { sourceFormat, path, size, documentCount, includesActionAndMetaData, ...targets, offsets };
}

function wrongCount(
  path: string,
  documentSet: DocumentSet,
  found: number,
  provider: DocumentsProvider,
): BenchmarkError {
  const { documentCount, includesActionAndMetaData } = documentSet;
  const documents = includesActionAndMetaData ? found / 2 : found;
  const expected = includesActionAndMetaData
    ? `${linesOf(documentSet)} (${documentCount} documents with an action line each)`
    : `${documentCount}`;
  const hint = correction(documents, provider);
  return new BenchmarkError(
    'CORPUS',
    `${path} has ${found === 1 ? '1 line' : `${found} lines`}, but ${expected} are expected.`,
    { hint },
  );
}

/** What to do about a wrong number of documents. Nobody is told to remove a file that cannot be provided again. */
function correction(documents: number, provider: DocumentsProvider): string {
  if (!Number.isInteger(documents)) return 'Each document needs an action line before it: complete the file.';
  const count =
    documents === 0 ? 'Put documents into the file' : `Set \`document-count\` to ${documents} in the workload`;
  if (provider === 'user') return documents === 0 ? `${count}.` : `${count}, or complete the file.`;
  return `${count}, or remove the file so that it is ${provider === 'address' ? 'fetched' : 'made'} anew.`;
}
