// Runs a command line in the real process, with its streams, its signals, and errors that nobody caught.
import { availableParallelism, homedir, userInfo } from 'node:os';
import { basename } from 'node:path';
import { systemClock } from '../clock.ts';
import { exitCodes, messageOf } from '../errors.ts';
import { emergencyLog } from './emergency-log.ts';
import type { ProcessEnvironment } from './environment.ts';
import { main } from './main.ts';
import { guardStreams } from './output/guarded-streams.ts';
import type { Program } from './program.ts';
import { redact } from './redact.ts';
import { listenForSignals } from './signals.ts';

/** Runs the command line of this process and ends it with the exit code. */
export async function runProcess(program: Program): Promise<void> {
  const cancellation = new AbortController();
  listenForSignals(cancellation);
  const streams = guardStreams(process);
  const environment = realEnvironment(cancellation.signal);
  reportUncaught(environment);
  const code = await main(program, process.argv.slice(2), environment);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  process.exit(code === exitCodes.success && streams.failure() !== null ? exitCodes.failure : code);
}

function realEnvironment(signal: AbortSignal): ProcessEnvironment {
  const { BENCHMARK_ALTERNATIVE_BINARY_NAME: otherName } = process.env;
  return {
    program:
      otherName !== undefined && otherName !== '' ? otherName : basename(process.argv[1] ?? 'opensearch-benchmark'),
    variables: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    workingDirectory: workingDirectory(),
    // HOME may be set and empty, as some services have it.
    homeDirectory: homedir() || userInfo().homedir,
    cores: availableParallelism(),
    processId: process.pid,
    clock: systemClock,
    signal,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new Error('the working directory is gone; change to one that is there.', { cause: error });
  }
}

/** Ends the process after an error that nobody caught, with one line for the user and the stack in the log. */
function reportUncaught(environment: ProcessEnvironment): void {
  const onError = (error: unknown): void => {
    const path = emergencyLog(environment, error);
    const details = path === null ? '' : ` Details are in ${path}.`;
    process.stderr.write(`${redact(`[ERROR] ❌ Internal error: ${messageOf(error).split('\n')[0]}.${details}`)}\n`);
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
