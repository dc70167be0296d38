// Opens files of data sets.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { BenchmarkError } from '../errors.ts';

/** Opens a file for reading. Throws `CORPUS` if there is no such file, or something else than a file. */
export function openDataFile(path: string): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new BenchmarkError('CORPUS', `Cannot open the data set ${path}.`, { cause });
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new BenchmarkError('CORPUS', `The data set ${path} is no file.`);
}
