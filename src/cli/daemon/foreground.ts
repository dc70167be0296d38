// Runs the daemon until it is told to end. In the background it tells the process that has started it, over a channel,
// that it is ready or why not.
import { once } from 'node:events';
import { join } from 'node:path';
import { Daemon } from '../../daemon/daemon.ts';
import { exitCodes, toWireError } from '../../errors.ts';
import { resolveAddress } from '../../nats/addresses.ts';
import type { CommandContext } from '../context.ts';
import { type Log, LogFile } from '../log.ts';
import { logFailure } from '../log-failure.ts';
import { redact } from '../redact.ts';
import { daemonOptions } from './daemon-options.ts';
import type { StartOptions } from './flags.ts';
import { daemonLogFile, startedLines } from './messages.ts';
import type { StartMessage } from './start-message.ts';

/** Starts the daemon in this process and resolves with the exit code when a signal has ended it. */
export async function runInForeground(context: CommandContext, options: StartOptions): Promise<number> {
  const { environment, settings, console } = context;
  const isBackground = process.send !== undefined;
  const address = await resolveAddress(options.nodeIp ?? '');
  const path = join(settings.locations.logDirectory, daemonLogFile(address));
  const file = new LogFile({ path, processId: environment.processId, clock: environment.clock });
  const log: Log = {
    write: (level, logger, message) => {
      file.write(level, logger, message);
      if (!isBackground) console.print(redact(`[${level}] ${message}`));
    },
  };
  let daemon: Daemon;
  try {
    daemon = await Daemon.start(
      daemonOptions(context, options, (level, message) => log.write(level, 'daemon', message)),
    );
  } catch (error) {
    logFailure(file, error);
    await tell({ kind: 'failed', error: toWireError(error) });
    throw error;
  }
  const started = { address: daemon.address, coordinator: daemon.coordinatorAddress, link: daemon.linkText };
  if (isBackground) await tell({ kind: 'started', ...started });
  else for (const line of startedLines(started)) console.print(line);
  if (!environment.signal.aborted) await once(environment.signal, 'abort');
  log.write('INFO', 'daemon', 'The daemon ends.');
  await daemon.stop('the daemon was stopped');
  log.write('INFO', 'daemon', 'The daemon has ended.');
  return exitCodes.success;
}

/** Tells something to the process that has started this one, if there is one, and closes the channel to it. */
async function tell(message: StartMessage): Promise<void> {
  if (process.send === undefined || !process.connected) return;
  const send = process.send.bind(process);
  await new Promise<void>((resolve) => send(message, undefined, undefined, () => resolve()));
  if (process.connected) process.disconnect();
}
