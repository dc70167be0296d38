// Writes the file of `--results-file`: runs are appended, and directories are made.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BenchmarkError } from '../../errors.ts';
import { makeDirectories, systemCode, systemReason } from '../../files.ts';
import { knownSecrets } from '../../secrets.ts';
import type { ProcessEnvironment } from '../environment.ts';

interface WithDirectories {
  readonly environment: Pick<ProcessEnvironment, 'workingDirectory' | 'homeDirectory'>;
}

interface WithResultsFile {
  readonly options: { readonly resultsFile: string | null };
}

/**
 * Absolute path of what `--results-file` names; `null` if it was not given. A bare name lies in the working directory.
 */
export function resultsFileOf(
  { environment }: WithDirectories,
  { options: { resultsFile } }: WithResultsFile,
): string | null {
  if (resultsFile === null) return null;
  const { workingDirectory, homeDirectory } = environment;
  const isInHome = resultsFile === '~' || resultsFile.startsWith('~/');
  return resolve(workingDirectory, isInHome ? `${homeDirectory}${resultsFile.slice(1)}` : resultsFile);
}

/** The results file of one run. */
export interface ResultsFile {
  /** Appends a text. Rejects with `DISK`. */
  append(text: string): Promise<void>;
  /** Closes what is open; nothing can be appended then. */
  close(): void;
}

/**
 * Finds out before a run whether its results can be written, and leaves a regular file as it is until they are. Makes
 * missing directories. Throws `DISK`.
 */
export function openResultsFile(path: string): ResultsFile {
  try {
    makeDirectories(dirname(path));
    const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
    const file = openSync(path, openFlags, 0o666);
    // Whoever reads a pipe takes its first close for the end of the results, so it stays open.
    if (fstatSync(file).isFIFO()) return new ResultsPipe(path, file);
    try {
      tryToWrite(file);
    } finally {
      closeSync(file);
      if (isNew) rmSync(path, { force: true });
    }
  } catch (error) {
    throw notWritable(path, error);
  }
  return new RegularResultsFile(path);
}

/** How the file is opened. With O_NONBLOCK, opening a pipe that nobody reads fails, instead of waiting for a reader. */
const openFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** A regular file. It is opened anew for each text, because it may be moved away meanwhile. */
class RegularResultsFile implements ResultsFile {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async append(text: string): Promise<void> {
    try {
      makeDirectories(dirname(this.path));
      await appendFile(this.path, knownSecrets.mask(text));
    } catch (error) {
      throw notWritable(this.path, error);
    }
  }

  close(): void {
    // Nothing is open between two texts.
  }
}

/** A reader that has taken nothing for so many ms has stopped reading. */
const pipePatience = 5000;
/** How many ms lie between two attempts to write to a full pipe. */
const pipePause = 20;

/** A pipe that is held open from the start of the run to its end. */
class ResultsPipe implements ResultsFile {
  private readonly path: string;
  private readonly file: number;

  constructor(path: string, file: number) {
    this.path = path;
    this.file = file;
  }

  async append(text: string): Promise<void> {
    let rest = Buffer.from(knownSecrets.mask(text));
    for (let waited = 0; rest.length > 0; ) {
      const written = this.write(rest);
      rest = rest.subarray(written);
      waited = written > 0 ? 0 : waited + pipePause;
      if (waited > pipePatience) throw notWritable(this.path, new Error('its reader has stopped reading'));
      if (written === 0) await setTimeout(pipePause);
    }
  }

  /** How many bytes the pipe took; 0 = it is full. */
  private write(bytes: Buffer): number {
    try {
      return writeSync(this.file, bytes);
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') return 0;
      throw notWritable(this.path, error);
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Writes a byte and takes it back, because only that shows that the disk is full. */
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
