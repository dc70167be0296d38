// The real process around a command: streams, signals, and errors that nobody caught.
import { availableParallelism, homedir } from 'node:os';
import { basename } from 'node:path';
import { systemClock } from '../clock.ts';
import { exitCodes, messageOf } from '../errors.ts';
import { emergencyLog } from './emergency-log.ts';
import type { Environment } from './environment.ts';
import { main } from './main.ts';
import type { Program } from './program.ts';

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(program: Program): Promise<void> {
  const cancellation = new AbortController();
  listenForSignals(cancellation);
  ignoreClosedPipes();
  const environment = realEnvironment(cancellation.signal);
  reportUncaught(environment);
  const code = await main(program, process.argv.slice(2), environment);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  process.exit(code);
}

function realEnvironment(signal: AbortSignal): Environment {
  const { BENCHMARK_ALTERNATIVE_BINARY_NAME: otherName } = process.env;
  return {
    program: otherName !== undefined && otherName !== '' ? otherName : basename(process.argv[1] ?? 'opensearch-benchmark'),
    variables: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    workingDirectory: process.cwd(),
    homeDirectory: homedir(),
    cores: availableParallelism(),
    processId: process.pid,
    clock: systemClock,
    signal,
  };
}

/** The first signal asks for an orderly end, the second one ends the process at once. */
function listenForSignals(cancellation: AbortController): void {
  const onSignal = (): void => {
    if (cancellation.signal.aborted) process.exit(exitCodes.cancelled);
    cancellation.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** When the reader of a pipe has gone (`| head`), what is printed after that is nobody's business; the work goes on, and its results are stored. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}

/** One line for the user and the stack for the log, whatever happens. */
function reportUncaught(environment: Environment): void {
  const onError = (error: unknown): void => {
    const path = emergencyLog(environment, error);
    process.stderr.write(`[ERROR] ❌ Internal error: ${messageOf(error).split('\n')[0]}. ${path === null ? '' : `Details are in ${path}.`}\n`);
    process.exit(exitCodes.failure);
  };
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
}

const flush = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
