// Starts the daemon as a process of its own and waits until it is ready or says why not.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDaemon } from '../../daemon/daemon-state.ts';
import { checkAdmission, checkStart } from '../../daemon/start-check.ts';
import { BenchmarkError, exitCodes } from '../../errors.ts';
import { resolveAddress } from '../../nats/addresses.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import type { CommandContext } from '../context.ts';
import { daemonOptions } from './daemon-options.ts';
import type { StartOptions } from './flags.ts';
import { daemonLogFile, startedLines } from './messages.ts';
import { readStartMessage, type Started } from './start-message.ts';

/**
 * Checks before a restart whether a daemon with these flags would start and be admitted, so that one that works is not
 * stopped for nothing. Rejects with what would be wrong.
 */
export async function checkRestart(context: CommandContext, options: StartOptions): Promise<void> {
  const daemon = daemonOptions(context, options, () => {});
  await checkStart(daemon, findDaemon(runDirectoryIn(context.settings.locations.directory))?.port ?? null);
  await checkAdmission(daemon);
}

/** Starts the daemon and prints how that went. Rejects with the error of the daemon. */
export async function startInBackground(context: CommandContext, options: StartOptions): Promise<number> {
  const { settings, console, environment } = context;
  // Mistakes of the command line are told before a process is made.
  const daemon = daemonOptions(context, options, () => {});
  const running = findDaemon(runDirectoryIn(settings.locations.directory));
  if (running !== null) {
    const { role, process } = running;
    throw new BenchmarkError(
      'FLEET',
      `The daemon runs already: process ${process.processId}, ${role}, node ${running.address}.`,
      {
        hint: 'Stop it with "opensearch-benchmarkd stop", use restart, or give each daemon its own BENCHMARK_HOME.',
      },
    );
  }
  await checkStart(daemon, null);
  const address = await resolveAddress(options.nodeIp ?? '');
  const logFile = join(settings.locations.logDirectory, daemonLogFile(address));
  const child = launch(context, options, logFile);
  const cancel = (): void => void child.kill('SIGTERM');
  environment.signal.addEventListener('abort', cancel, { once: true });
  try {
    const started = await untilStarted(child, logFile);
    if (environment.signal.aborted) throw new BenchmarkError('CANCELLED', 'The start of the daemon was cancelled.');
    for (const line of startedLines(started)) console.print(line);
    return exitCodes.success;
  } finally {
    environment.signal.removeEventListener('abort', cancel);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function launch({ environment, common }: CommandContext, options: StartOptions, logFile: string): ChildProcess {
  const words = [
    `--node-ip=${options.nodeIp}`,
    `--coordinator-ip=${options.coordinatorIp}`,
    `--port=${options.port}`,
    `--wait=${options.wait}`,
    ...['token-file', 'token-key-file', 'nats-credentials'].flatMap((name) => pathWord(name, options)),
    ...(common.configurationName === null ? [] : [`--configuration-name=${common.configurationName}`]),
    ...(options.allowTypescriptPlugins ? ['--allow-typescript-plugins'] : []),
    ...(common.isOffline ? ['--offline'] : []),
    '--foreground',
  ];
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(
      process.execPath,
      [fileURLToPath(new URL('./opensearch-benchmarkd.js', import.meta.url)), 'start', ...words],
      {
        // Errors that nobody caught end up in the log.
        stdio: ['ignore', 'ignore', log, 'ipc'],
        detached: true,
        cwd: environment.workingDirectory,
        // A URL may hold a password, which must not be seen in the list of processes.
        env: { ...environment.variables, ...(options.natsUrl === null ? {} : { OSB_NATS_URL: options.natsUrl }) },
      },
    );
  } finally {
    closeSync(log);
  }
}

function pathWord(name: string, { tokenFile, tokenKeyFile, natsCredentials }: StartOptions): readonly string[] {
  const path =
    { 'token-file': tokenFile, 'token-key-file': tokenKeyFile, 'nats-credentials': natsCredentials }[name] ?? null;
  return path === null ? [] : [`--${name}=${path}`];
}

function untilStarted(child: ChildProcess, logFile: string): Promise<Started> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new BenchmarkError('FLEET', `The daemon ${why}.`, { hint: `Its log is ${logFile}.` }));
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended while it was starting, with ${signal ?? `exit code ${code}`}`));
    child.on('message', (message) => {
      try {
        const started = readStartMessage(message);
        if (started !== null) resolve(started);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
