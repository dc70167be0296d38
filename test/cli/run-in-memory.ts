// Runs whole command lines in memory, in a home directory of their own.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { ProcessEnvironment } from '../../src/cli/environment.ts';
import { main } from '../../src/cli/main.ts';
import { benchmarkProgram, type Program } from '../../src/cli/program.ts';
import type { Services } from '../../src/cli/services.ts';
import { systemClock } from '../../src/clock.ts';

export interface RunOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly services?: Services;
  readonly signal?: AbortSignal;
  readonly program?: Program;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory that is removed when the tests of the file have ended. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'osb-cli-')));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs one command line; `home` is both home and working directory. */
export async function runInMemory(
  home: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const output = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      output[name] += text;
    },
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? 80,
  });
  const environment: ProcessEnvironment = {
    program: 'opensearch-benchmark',
    variables: options.variables ?? {},
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    workingDirectory: home,
    homeDirectory: home,
    cores: 2,
    processId: process.pid,
    clock: systemClock,
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await main(options.program ?? benchmarkProgram, words, environment, options.services);
  return { code, ...output };
}
