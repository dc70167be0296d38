// Ends the daemon of this configuration, and no other process.
import { findDaemon } from '../../daemon/daemon-state.ts';
import { BenchmarkError, exitCodes } from '../../errors.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import { signalProcess, untilGone } from '../../process-identity.ts';
import type { CommandContext } from '../context.ts';
import { stoppingLine } from './messages.ts';

/** Limit of an orderly end, in which load ends and a server stops. */
const patienceMillis = 12_000;
/** Limit of the end after SIGKILL. */
const killPatienceMillis = 3000;

/** Stops the daemon, with a dot per second. Rejects with `FLEET` if none runs. */
export async function stopDaemon(context: CommandContext): Promise<number> {
  if (await endRunningDaemon(context)) return exitCodes.success;
  throw new BenchmarkError('FLEET', 'Could not shut down actor system: Actor system is not running.', {
    hint: 'No daemon runs with this configuration; another BENCHMARK_HOME has another daemon.',
  });
}

/** Ends the daemon; `false` if none runs. Rejects with `FLEET` if it does not end. */
export async function endRunningDaemon({ console, environment, settings }: CommandContext): Promise<boolean> {
  const daemon = findDaemon(runDirectoryIn(settings.locations.directory));
  if (daemon === null) return false;
  let line = stoppingLine;
  let next = environment.clock.now() + 1000;
  const onTick = (): void => {
    if (environment.clock.now() < next) return;
    next = environment.clock.now() + 1000;
    line += '.';
    console.showStatus(line);
  };
  console.showStatus(line);
  signalProcess(daemon.process, 'SIGTERM');
  if (!(await untilGone(daemon.process, patienceMillis, onTick))) {
    // Nothing is left behind: the NATS server that it has started ends by itself when the daemon is gone.
    signalProcess(daemon.process, 'SIGKILL');
    if (!(await untilGone(daemon.process, killPatienceMillis, onTick))) {
      throw new BenchmarkError('FLEET', `The daemon, process ${daemon.process.processId}, does not end.`);
    }
  }
  console.eraseStatus();
  console.print(`${line} [OK]`);
  return true;
}
