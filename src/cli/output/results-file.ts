// The file of `--results-file`: runs are appended, directories are made.
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BenchmarkError } from '../../errors.ts';

/** Absolute path of what the user named; a bare name lies in the working directory. */
export function resultsPath(workingDirectory: string, homeDirectory: string, name: string): string {
  const expanded = name === '~' || name.startsWith('~/') ? `${homeDirectory}${name.slice(1)}` : name;
  return resolve(workingDirectory, expanded);
}

/** Appends text and makes missing directories. Fails with DISK. */
export async function appendResults(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text);
  } catch (error) {
    throw new BenchmarkError('DISK', `Cannot write the results file ${path}.`, { cause: error, hint: 'Name another file with --results-file.' });
  }
}
