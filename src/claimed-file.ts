// Files by which a process claims something: locks, and the note of a daemon. A claim is made in one step, and the
// claim of a process that ended without taking it back is removed.
import { linkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from './files.ts';

/** Time in ms between two attempts to get the permission to remove a stale claim. */
const RETRY_MILLIS = 50;
/** Age in ms from which on such a permission is one that a killed process has left: it is used in no time. */
const PERMISSION_STALE_AFTER = 30_000;

/**
 * Claims a file: gives the finished `draft`, which lies on the same disk, the name `path`, so that nobody ever reads
 * half of it. `false` if there is a claim already. Throws the error of the system if the file cannot be made.
 */
export function claimFile(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the claim at `path` if it is stale. Of two processes that find the same stale claim the later one would
 * remove what the earlier one has just put in its place. So only the holder of a second, short-lived file, the
 * permission, may remove a claim, and it asks `isStale` again before it does. Waits for the permission until the signal
 * is aborted. Throws the error of the system if the claim cannot be removed.
 */
export async function removeStaleClaim(
  path: string,
  isStale: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const permission = `${path}.takeover`;
  while (!takePermission(permission)) {
    if (signal?.aborted === true) return;
    if (ageOf(permission) > PERMISSION_STALE_AFTER) rmSync(permission, { force: true });
    await sleep(RETRY_MILLIS);
  }
  try {
    if (await isStale()) rmSync(path, { force: true });
  } finally {
    rmSync(permission, { force: true });
  }
}

function takePermission(permission: string): boolean {
  try {
    writeFileSync(permission, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Milliseconds since a file was written; 0 if it is gone. */
function ageOf(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? 0 : Date.now() - status.mtimeMs;
}
