// Where the files of a document set lie, and where they come from.
import { isAbsolute, join, normalize, relative } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { DocumentSet } from '../workload/model.ts';

/**
 * A path below a directory, from a name in it or from the whole path. Throws `CORPUS` if it leads out of the directory.
 */
export function pathWithin(directory: string, name: string): string {
  const path = isAbsolute(name) ? normalize(name) : join(directory, name);
  const inner = relative(directory, path);
  if (name === '' || inner === '' || inner.startsWith('..') || isAbsolute(inner)) {
    throw new BenchmarkError(
      'CORPUS',
      `The name ${JSON.stringify(name)} leads out of the directory ${normalize(directory)}.`,
      {
        hint: 'Names of corpora and of their files must be plain names.',
      },
    );
  }
  return path;
}

/** Paths of the files of a document set; `archive` is `null` if the workload names none. */
export interface DocumentFiles {
  readonly document: string;
  readonly archive: string | null;
}

/** Paths of the document file and of its archive below a directory. */
export function documentFiles(directory: string, documentSet: DocumentSet): DocumentFiles {
  const { documentFile, archiveFile } = documentSet;
  return {
    document: pathWithin(directory, documentFile),
    archive: archiveFile === null ? null : pathWithin(directory, archiveFile),
  };
}

/**
 * Address from which a document set is downloaded: that of its archive if it has one, else of its document file. `null`
 * if the workload gives no address.
 */
export function sourceAddress(documentSet: DocumentSet): string | null {
  const { sourceUrl, baseUrl, archiveFile, documentFile } = documentSet;
  if (sourceUrl !== null) return sourceUrl;
  return baseUrl === null ? null : partAddress(baseUrl, archiveFile ?? documentFile);
}

/** Address of a file below a base address. */
export function partAddress(baseUrl: string, name: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${name}`;
}
