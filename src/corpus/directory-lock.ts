// Keeps two processes from preparing the same directory at once, by a lock file that names its owner and is renewed
// while the work goes on.
//
// A lock is stale if its owner's process is gone (same machine), or if it was not renewed for two minutes (any
// machine).
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { removeStaleClaim } from '../claimed-file.ts';
import { identify, mayBeAlive } from '../process-identity.ts';
import { errorCode } from './disk.ts';
import { type PreparationListener, throwIfCancelled } from './preparation.ts';

const LOCK_FILE = '.preparation.lock';
/** Time between two renewals of a lock, in ms. */
const RENEWAL = 20_000;
/** Age in ms from which on a lock that was not renewed is stale. */
const STALE_AFTER = 120_000;
/** The same for a lock that names no owner: its name is written in no time. */
const NAMELESS_STALE_AFTER = 30_000;
/** Time between two attempts to get a lock, in ms. */
const RETRY = 250;

/** What a lock file says of the process that made it. */
interface Owner {
  readonly pid: number;
  /** When the process started, see {@link ProcessIdentity}. */
  readonly start: string | null;
  readonly host: string;
  readonly token: string;
}

/**
 * Tokens of the locks that this process holds. A lock with the id of this process and another token was made by an
 * earlier process that had the same id.
 */
const held = new Set<string>();

/** The last work in each directory within this process: its own corpora wait for each other without a message. */
const queues = new Map<string, Promise<void>>();

/**
 * Runs `work` while nobody else prepares `directory`. Waits for another process, with a message; takes over from one
 * that died. Rejects with `CANCELLED`, or with what `work` fails with.
 */
export async function withDirectoryLock<T>(
  directory: string,
  listener: PreparationListener,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(directory, LOCK_FILE);
  const result = (queues.get(path) ?? Promise.resolve()).then(() => withLockFile(path, listener, signal, work));
  const ended = result.then(
    () => undefined,
    () => undefined,
  );
  queues.set(path, ended);
  try {
    return await result;
  } finally {
    if (queues.get(path) === ended) queues.delete(path);
  }
}

async function withLockFile<T>(
  path: string,
  listener: PreparationListener,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const token = randomUUID();
  const isLocked = await acquire(path, token, listener, signal);
  if (!isLocked) return await work();
  const renewal = setInterval(() => {
    const now = new Date();
    // A lock that cannot be renewed may be taken over later; the work itself will fail for the same reason.
    utimes(path, now, now).catch(() => undefined);
  }, RENEWAL);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await release(path, token);
  }
}

/** Waits for the lock. `false` if the directory cannot be written to: then there is nothing to protect. */
async function acquire(
  path: string,
  token: string,
  listener: PreparationListener,
  signal: AbortSignal,
): Promise<boolean> {
  let hasTold = false;
  for (;;) {
    throwIfCancelled(signal);
    const result = await tryCreate(path, token);
    if (result === 'created') return true;
    if (result === 'read-only') return false;
    const owner = await readOwner(path);
    if (owner === 'gone') continue;
    if (await isStale(path, owner)) {
      if (!(await removeStale(path, signal))) return false;
      continue;
    }
    if (!hasTold) {
      hasTold = true;
      const who = owner === null ? 'Another process' : `Process ${owner.pid} on ${owner.host}`;
      listener({
        kind: 'info',
        message: `${who} is preparing the documents in this directory; waiting for it to finish (${path}).`,
      });
    }
    await wait(RETRY, undefined, { signal }).catch(() => throwIfCancelled(signal));
  }
}

const isReadOnly = (code: string | null): boolean => code === 'EACCES' || code === 'EROFS' || code === 'EPERM';

async function tryCreate(path: string, token: string): Promise<'created' | 'exists' | 'read-only'> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return 'exists';
    if (isReadOnly(code)) return 'read-only';
    throw error;
  }
  held.add(token);
  const { start } = identify(process.pid);
  const owner: Owner = { pid: process.pid, start, host: hostname(), token };
  try {
    await handle.writeFile(JSON.stringify(owner));
  } finally {
    await handle.close();
  }
  return 'created';
}

/** The owner of a lock; `null` if the file does not name one, because it is being written or is damaged. */
async function readOwner(path: string): Promise<Owner | null | 'gone'> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    if (!('pid' in value && 'host' in value && 'token' in value)) return null;
    const start = 'start' in value && typeof value.start === 'string' ? value.start : null;
    return { pid: Number(value.pid), start, host: String(value.host), token: String(value.token) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function isStale(path: string, owner: Owner | null): Promise<boolean> {
  const age = await ageOf(path);
  if (age === null) return false;
  if (owner === null) return age > NAMELESS_STALE_AFTER;
  if (age > STALE_AFTER) return true;
  if (owner.host !== hostname()) return false;
  return owner.pid === process.pid ? !held.has(owner.token) : !mayBeAlive({ processId: owner.pid, start: owner.start });
}

/** Removes a stale lock; `false` if the directory cannot be written to. */
async function removeStale(path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await removeStaleClaim(path, () => isStaleNow(path), signal);
    return true;
  } catch (error) {
    if (isReadOnly(errorCode(error))) return false;
    throw error;
  }
}

async function isStaleNow(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  return owner !== 'gone' && (await isStale(path, owner));
}

/** Milliseconds since the file was written or renewed; `null` if it is gone. */
async function ageOf(path: string): Promise<number | null> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function release(path: string, token: string): Promise<void> {
  const owner = await readOwner(path);
  held.delete(token);
  if (owner !== null && owner !== 'gone' && owner.token === token) await removeIfThere(path);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
