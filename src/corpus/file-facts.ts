// Keeps what is known of a file of documents beside its bytes: the digest of its content, and what it was made from.
// These facts lie in a file beside it, and are void once the file is another one, even of the same name and size.
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { diskError, errorCode, removeFile } from './disk.ts';

/**
 * What changes when a file is written, replaced or copied. Tools that keep the time of the last writing (`cp -p`,
 * `tar`) cannot set the time of the last change of state (`ctimeMs`).
 */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Where this program got a file from. */
export interface FileOrigin {
  /** The address that it, or the archive that it was in, was downloaded from, without secrets. */
  readonly url: string | null;
  /** The archive that it was unpacked from, as it was then. */
  readonly archive: FileStamp | null;
}

/** What is known of a file. */
export interface FileFacts {
  /** SHA-256 of the content, hexadecimal; `null` = not taken yet. */
  readonly sha256: string | null;
  /** Lines, as the offset table counts them; `null` = not counted yet. */
  readonly lines: number | null;
  /** `null` = this program did not put it there. */
  readonly origin: FileOrigin | null;
}

/** The path of the file that holds the facts about a file. */
export const factsPathOf = (path: string): string => `${path}.facts`;

/** The stamp of a file as it is now; `null` if there is no file. */
export async function stampOf(path: string): Promise<FileStamp | null> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(path);
    return { size, mtimeMs, ctimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Whether two stamps are of one file that has not changed between them. */
export const isSameStamp = (left: FileStamp, right: FileStamp): boolean =>
  left.size === right.size && left.mtimeMs === right.mtimeMs && left.ctimeMs === right.ctimeMs;

/** What is known of the file as it is now; nothing if it was changed by somebody else since. */
export async function readFacts(path: string): Promise<FileFacts> {
  const unknown: FileFacts = { sha256: null, lines: null, origin: null };
  const now = await stampOf(path);
  if (now === null) return unknown;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(factsPathOf(path), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return unknown;
    throw error;
  }
  const stamp = parseStamp(property(value, 'stamp'));
  if (stamp === null || !isSameStamp(stamp, now)) return unknown;
  const [sha256, lines] = [property(value, 'sha256'), property(value, 'lines')];
  return {
    sha256: typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null,
    lines: typeof lines === 'number' && Number.isSafeInteger(lines) ? lines : null,
    origin: parseOrigin(property(value, 'origin')),
  };
}

/**
 * Notes facts about the file as it is now. Rejects with the error of the system if its directory cannot be written to.
 */
export async function writeFacts(path: string, facts: FileFacts): Promise<void> {
  const temporary = `${factsPathOf(path)}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ stamp: await stampOf(path), ...facts })}\n`);
  await rename(temporary, factsPathOf(path));
}

/** Notes where a file that this program has just written came from, and its digest if it is known. Throws `DISK`. */
export async function noteOrigin(path: string, origin: FileOrigin, sha256: string | null = null): Promise<void> {
  try {
    await writeFacts(path, { sha256, lines: null, origin });
  } catch (error) {
    throw diskError(error, factsPathOf(path), null);
  }
}

/** Removes a file and what is known of it. */
export async function removeWithFacts(path: string): Promise<void> {
  await removeFile(path);
  await removeFile(factsPathOf(path));
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

function parseStamp(value: unknown): FileStamp | null {
  const [size, mtimeMs, ctimeMs] = ['size', 'mtimeMs', 'ctimeMs'].map((name) => property(value, name));
  if (typeof size !== 'number' || typeof mtimeMs !== 'number' || typeof ctimeMs !== 'number') return null;
  return { size, mtimeMs, ctimeMs };
}

function parseOrigin(value: unknown): FileOrigin | null {
  if (typeof value !== 'object' || value === null) return null;
  const url = property(value, 'url');
  return { url: typeof url === 'string' ? url : null, archive: parseStamp(property(value, 'archive')) };
}
