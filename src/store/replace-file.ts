// Writes files so that a reader sees the old content or the new one, never a part of it.
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import { makeDirectories, systemReason } from '../files.ts';

/**
 * Writes a file in place of an earlier one, and makes missing directories. Fails with `DISK` if it cannot be written;
 * `what` names its content at the start of the message.
 */
export async function replaceFile(path: string, text: string, what: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    makeDirectories(dirname(path));
    await writeFile(draft, text, { mode: 0o644 });
    await rename(draft, path);
  } catch (error) {
    // The failure to write is what counts: whether the draft can be removed changes nothing.
    await Promise.allSettled([rm(draft, { force: true })]);
    throw new BenchmarkError('DISK', `${what} cannot be written to ${path}: ${systemReason(error)}.`, {
      cause: error,
      hint: 'Free some space, or let root.dir in the configuration name another directory.',
    });
  }
}
