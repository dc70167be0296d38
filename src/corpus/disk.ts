// Writes large files: free space is checked before, and a full disk is named.
import { type FileHandle, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchmarkError } from '../errors.ts';

const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EFBIG: 'the file is too large for the file system',
};

/** Size of a file in bytes; `null` if there is none. */
export async function fileSize(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw diskError(error, path, null);
  }
}

/** The system's code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/**
 * Turns an error of the file system into `DISK`, which names the path and the bytes that were to be written there.
 * Other errors are returned as they are.
 */
export function diskError(error: unknown, path: string, bytesNeeded: number | null): unknown {
  const reason = DISK_ERRORS[errorCode(error) ?? ''];
  if (reason === undefined) return error;
  const needed = bytesNeeded === null ? '' : ` (at least ${bytesNeeded} bytes needed)`;
  const hint = 'Free some space, or set `local.dataset.cache` in benchmark.ini to a directory on another disk.';
  return new BenchmarkError('DISK', `Cannot write ${path}${needed}: ${reason}.`, { hint, cause: error });
}

/** Makes a directory and those above it. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw diskError(error, path, null);
  }
}

/** Throws `DISK` if a file of this size does not fit where `path` lies. Nothing is checked if the size is unknown. */
export async function requireSpace(path: string, bytesNeeded: number | null): Promise<void> {
  if (bytesNeeded === null || bytesNeeded <= 0) return;
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  if (free >= bytesNeeded) return;
  throw new BenchmarkError('DISK', `Not enough space for ${path}: ${bytesNeeded} bytes are needed, ${free} are free.`, {
    hint: 'Free some space, or set `local.dataset.cache` in benchmark.ini to a directory on another disk.',
  });
}

/** How chunks become a file. */
export interface SaveOptions {
  /** Whether to add to what is there instead of replacing it. */
  readonly append?: boolean;
  /** Expected size of the whole file, for messages. */
  readonly expectedBytes: number | null;
  /** Gets each chunk while it is written, so that what is done with it takes no time of its own. */
  readonly onChunk?: (chunk: Uint8Array) => void;
  /** Gets the size of the file so far. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Writes chunks to a file as they come. Resolves with the size of the file. Rejects with `DISK` if the file cannot be
 * written; errors of the source of the chunks stay as they are.
 */
export async function saveChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  options: SaveOptions,
): Promise<number> {
  const handle = await openForWriting(path, options);
  try {
    let size = options.append === true ? (await handle.stat()).size : 0;
    for await (const chunk of chunks) {
      const writing = writeWhole(handle, chunk, path, options.expectedBytes ?? size + chunk.length);
      // It is awaited in any case, but what happens in between may throw.
      writing.catch(() => undefined);
      options.onChunk?.(chunk);
      await writing;
      size += chunk.length;
      options.onProgress(size);
    }
    return size;
  } finally {
    await handle.close();
  }
}

async function openForWriting(path: string, options: SaveOptions): Promise<FileHandle> {
  try {
    return await open(path, options.append === true ? 'a' : 'w');
  } catch (error) {
    throw diskError(error, path, options.expectedBytes);
  }
}

async function writeWhole(
  handle: FileHandle,
  chunk: Uint8Array,
  path: string,
  bytesNeeded: number | null,
): Promise<void> {
  try {
    for (let written = 0; written < chunk.length; ) {
      written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
    }
  } catch (error) {
    throw diskError(error, path, bytesNeeded);
  }
}

/** Writes bytes at a place of an open file. Rejects with `DISK` if that is impossible. */
export async function writeAt(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
  path: string,
  bytesNeeded: number,
): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
    }
  } catch (error) {
    throw diskError(error, path, bytesNeeded);
  }
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
