// The file of `--results-file`: runs are appended, directories are made.
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BenchmarkError } from '../../errors.ts';
import { knownSecrets } from '../../secrets.ts';

/** Absolute path of what the user named; a bare name lies in the working directory. */
export function resultsPath(workingDirectory: string, homeDirectory: string, name: string): string {
  const expanded = name === '~' || name.startsWith('~/') ? `${homeDirectory}${name.slice(1)}` : name;
  return resolve(workingDirectory, expanded);
}

/** Appends text and makes missing directories. Fails with DISK. */
export async function appendResults(path: string, text: string): Promise<void> {
  try {
    await makeDirectory(dirname(path));
    await appendFile(path, knownSecrets.mask(text));
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write the results file ${path}.`, { cause: error, hint: 'Name another file with --results-file.' });
  }
}

/** One by one: asked to make all at once, Node.js never ends where the file system refuses with ENOENT, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  if (await isMade(path)) return;
  await makeDirectory(dirname(path));
  await mkdir(path);
}

/** False if the directory above is missing. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
}
