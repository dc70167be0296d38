// What the file system refuses, in words, and directories that are made one by one.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from './errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large for the file system',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file or directory',
  ENXIO: 'nobody reads from this pipe',
  EPIPE: 'nobody reads from this pipe any more',
  EMFILE: 'this process may not open more files (ulimit -n)',
  ENFILE: 'this machine may not open more files',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  EBADF: 'it is closed, or not open for writing',
};

/** The code of an error of the system, such as `EROFS`; `''` if it has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Why the system refused, for the end of a sentence: `the file system is read-only (EROFS)`. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  const reason = reasons[code];
  return reason === undefined ? messageOf(error) : `${reason} (${code})`;
}

/**
 * Makes a directory and those above it that are missing. Throws the error of the one that cannot be made: asked to make
 * all at once, Node.js says that a directory is missing where the file system is read-only, and never ends where it
 * refuses everything, as in /proc.
 */
export function makeDirectories(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      makeDirectories(dirname(path));
      makeDirectoryIn(path, error);
    } else if (code !== 'EEXIST') {
      throw error;
    }
  }
}

/** Once more, now that the one above is there. */
function makeDirectoryIn(path: string, first: unknown): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    throw systemCode(error) === 'ENOENT' ? first : error;
  }
}
