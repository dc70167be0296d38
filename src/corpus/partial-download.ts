// A file that is being downloaded: the bytes received so far, and what tells whether the rest on the server still fits
// them.
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { BenchmarkError } from '../errors.ts';
import { diskError, errorCode, fileSize, removeFile } from './disk.ts';

/** What to download, and to where. */
export interface DownloadRequest {
  /** `http(s):`, `s3:`, `gs:`, `file:` or an absolute path. */
  readonly url: string;
  /** Where the file is to lie. While it is incomplete, `<path>.tmp` and `<path>.tmp.json` lie beside. */
  readonly path: string;
  /** Size of the file as the workload says; `null` = the server is believed. */
  readonly expectedBytes: number | null;
}

/** Says that an attempt failed in a way that another one may not. */
export class PassingFailure extends Error {}

/** What a partial file is a part of. It is kept beside it, so that another process can go on. */
export interface PartialFacts {
  /** The address without secrets. */
  readonly url: string;
  /** The strong ETag of the file, else the time of its last change; `null` if the server gave neither. */
  readonly validator: string | null;
  /** Bytes of the whole file; `null` if unknown. */
  readonly size: number | null;
  /** Which parts were received; `null` = the partial file is the beginning of the file. */
  readonly pieces: ReceivedPieces | null;
}

/** Which parts of a file were received, when several were on their way at the same time. */
export interface ReceivedPieces {
  /** Bytes of a piece. */
  readonly length: number;
  /** Numbers of the pieces that are there. */
  readonly done: readonly number[];
  /** Bytes that are there from the beginning on. */
  readonly front: number;
}

/** An address for messages: without credentials and without the query, which may hold a signature. */
export function publicAddress(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/s, '');
  }
}

/** Where the received bytes lie until the file is complete. */
export const temporaryOf = (file: DownloadRequest): string => `${file.path}.tmp`;
/** Where the facts about the received bytes lie. */
export const partialFactsPath = (file: DownloadRequest): string => `${file.path}.tmp.json`;

/**
 * The facts about the received bytes; `null` if there is nothing to go on with. Facts without a validator and a size
 * are of no use, because nobody can tell whether the rest fits.
 */
export async function readPartialFacts(file: DownloadRequest): Promise<PartialFacts | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(partialFactsPath(file), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null || !('url' in value && 'validator' in value && 'size' in value))
    return null;
  const validator = typeof value.validator === 'string' ? value.validator : null;
  const size = typeof value.size === 'number' ? value.size : null;
  if (value.url !== publicAddress(file.url) || (validator === null && size === null)) return null;
  return { url: value.url, validator, size, pieces: 'pieces' in value ? parsePieces(value.pieces) : null };
}

function parsePieces(value: unknown): ReceivedPieces | null {
  if (typeof value !== 'object' || value === null || !('length' in value && 'done' in value && 'front' in value))
    return null;
  const { length, done, front } = value;
  if (typeof length !== 'number' || typeof front !== 'number' || !Array.isArray(done)) return null;
  return { length, front, done: done.filter((piece): piece is number => typeof piece === 'number') };
}

/** Notes the facts about the received bytes, all or none of them. Rejects with `DISK`. */
export async function writePartialFacts(file: DownloadRequest, facts: PartialFacts): Promise<void> {
  const path = partialFactsPath(file);
  try {
    await writeFile(`${path}.new`, JSON.stringify(facts));
    await rename(`${path}.new`, path);
  } catch (error) {
    throw diskError(error, path, null);
  }
}

/** Bytes that were received from the beginning of the file on. */
export async function receivedFront(file: DownloadRequest, facts: PartialFacts | null): Promise<number> {
  if (facts === null) return 0;
  return facts.pieces === null ? ((await fileSize(temporaryOf(file))) ?? 0) : facts.pieces.front;
}

/** Removes what was received. */
export async function removePartial(file: DownloadRequest): Promise<void> {
  await removeFile(temporaryOf(file));
  await removeFile(partialFactsPath(file));
}

/** Checks the size of a file of which all was received, and gives it its name. Throws `CORPUS` for a wrong size. */
export async function completeDownload(file: DownloadRequest, total: number): Promise<void> {
  const size = (await stat(temporaryOf(file))).size;
  const expected = file.expectedBytes ?? total;
  if (size !== expected) {
    await removePartial(file);
    throw wrongSize(file, expected, size);
  }
  await rename(temporaryOf(file), file.path);
  await removeFile(partialFactsPath(file));
}

/** The error for a file of another size than expected. */
export function wrongSize(file: DownloadRequest, expected: number, found: number): BenchmarkError {
  return new BenchmarkError('CORPUS', `${publicAddress(file.url)} has ${found} bytes, but ${expected} are expected.`, {
    hint:
      'Either the file on the server or the size in the workload (`compressed-bytes`, `uncompressed-bytes`, `size`) ' +
      'is wrong.',
  });
}
