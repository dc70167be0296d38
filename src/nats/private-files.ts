// Files that only their owner may read: keys, the state of the daemon, the configuration of the server.
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { BenchmarkError } from '../errors.ts';

/** Makes a directory, unless it exists, that nobody but its owner may enter. Fails with DISK. */
export function providePrivateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot make the directory ${path}.`, { cause: error });
  }
}

/** Writes a file, or replaces it, in one step. At no moment can anybody but its owner read it. Fails with DISK. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write ${path}.`, { cause: error });
  }
}
