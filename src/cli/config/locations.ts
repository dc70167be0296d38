// Where the configuration lies on disk. Nothing that is there already is ever deleted.
import { lstatSync, symlinkSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { BenchmarkError } from '../../errors.ts';
import { makeDirectories, systemReason } from '../../files.ts';

/** Absolute paths of the configuration. */
export interface Locations {
  /** The configuration directory itself, never the link to it. */
  readonly directory: string;
  readonly logDirectory: string;
  /** Held while a test run goes on. */
  readonly lockFile: string;
}

/**
 * Finds the configuration directory and makes it on first use: `.benchmark` below `BENCHMARK_HOME` or the home
 * directory, with `.osb` as a link to it. A real directory `.osb` is used as it is. Throws `CONFIG`.
 */
export function provideLocations(
  variables: Readonly<Record<string, string | undefined>>,
  homeDirectory: string,
): Locations {
  const base = baseDirectory(variables, homeDirectory);
  try {
    const directory = isRealDirectory(join(base, '.osb')) ? join(base, '.osb') : join(base, '.benchmark');
    makeDirectories(join(directory, 'logs'));
    link(base, directory);
    return locationsIn(directory);
  } catch (error) {
    const hint = 'Let BENCHMARK_HOME name a directory that you may write to.';
    const message = `Cannot make the configuration directory .benchmark in ${base}: ${systemReason(error)}.`;
    throw new BenchmarkError('CONFIG', message, { cause: error, hint });
  }
}

/** The paths below a configuration directory. */
export function locationsIn(directory: string): Locations {
  return { directory, logDirectory: join(directory, 'logs'), lockFile: join(directory, 'run.lock') };
}

/** Path of `benchmark.ini`, or of `benchmark-<name>.ini` for a named configuration. Throws `CONFIG` for a bad name. */
export function iniFile(locations: Locations, configurationName: string | null): string {
  if (configurationName !== null && !/^[\w.-]+$/.test(configurationName)) {
    throw new BenchmarkError(
      'CONFIG',
      `The configuration name '${configurationName}' may only have letters, digits, dots, dashes and underscores.`,
    );
  }
  return join(locations.directory, configurationName === null ? 'benchmark.ini' : `benchmark-${configurationName}.ini`);
}

function baseDirectory(variables: Readonly<Record<string, string | undefined>>, homeDirectory: string): string {
  const named = variables.BENCHMARK_HOME ?? '';
  const base = named === '' ? homeDirectory : named.replace(/^~(?=\/|$)/, homeDirectory);
  return isAbsolute(base) ? base : resolve(base);
}

function isRealDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() ?? false;
}

/**
 * Makes the link `.osb`, for scripts that use that name. Whatever has the name already stays, and systems without links
 * do without.
 */
function link(base: string, directory: string): void {
  const path = join(base, '.osb');
  if (path === directory || lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    symlinkSync('.benchmark', path, 'dir');
  } catch (error) {
    const isHarmless =
      error instanceof Error && 'code' in error && ['EEXIST', 'EPERM', 'ENOSYS', 'EACCES'].includes(String(error.code));
    if (!isHarmless) throw error;
  }
}
