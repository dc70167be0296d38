// The file of `--results-file`: runs are appended, directories are made.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BenchmarkError } from '../../errors.ts';
import { makeDirectories, systemReason } from '../../files.ts';
import { knownSecrets } from '../../secrets.ts';
import type { Environment } from '../environment.ts';

interface WithDirectories {
  readonly environment: Pick<Environment, 'workingDirectory' | 'homeDirectory'>;
}

interface WithResultsFile {
  readonly options: { readonly resultsFile: string | null };
}

/** Absolute path of what `--results-file` names, `null` if it was not given; a bare name lies in the working directory. */
export function resultsFileOf({ environment }: WithDirectories, { options: { resultsFile } }: WithResultsFile): string | null {
  if (resultsFile === null) return null;
  const { workingDirectory, homeDirectory } = environment;
  const isInHome = resultsFile === '~' || resultsFile.startsWith('~/');
  return resolve(workingDirectory, isInHome ? `${homeDirectory}${resultsFile.slice(1)}` : resultsFile);
}

/** Appends text and makes missing directories. Fails with DISK. */
export async function appendResults(path: string, text: string): Promise<void> {
  try {
    makeDirectories(dirname(path));
    await appendFile(path, knownSecrets.mask(text));
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Finds out before a run whether its results can be written; leaves the file as it is. Fails with DISK. */
export function tryResultsFile(path: string): void {
  try {
    makeDirectories(dirname(path));
    const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
    // Without waiting for somebody to read a pipe.
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o666);
    try {
      tryToWrite(file);
    } finally {
      closeSync(file);
      if (isNew) rmSync(path, { force: true });
    }
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** A full disk shows only when something is written. */
function tryToWrite(file: number): void {
  const stats = fstatSync(file);
  if (!stats.isFile() && !stats.isCharacterDevice()) return;
  writeSync(file, '\n');
  if (stats.isFile()) ftruncateSync(file, stats.size);
}

function notWritable(path: string, error: unknown): BenchmarkError {
  return new BenchmarkError('DISK', `Cannot write the results file ${path}: ${systemReason(error)}.`, {
    cause: error,
    hint: 'Name another file with --results-file.',
  });
}
