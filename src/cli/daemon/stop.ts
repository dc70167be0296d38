// Ends the daemon of this configuration; nothing else.
import { findDaemon } from '../../daemon/daemon-state.ts';
import { BenchmarkError, exitCodes } from '../../errors.ts';
import { runDirectoryIn } from '../../nats/hub-access.ts';
import { signalProcess, untilGone } from '../../nats/process-identity.ts';
import type { Context } from '../context.ts';
import { stoppingLine } from './messages.ts';

/** Longer than what an orderly end may take: load that ends, and a server that stops. */
const patienceMillis = 12_000;
const killPatienceMillis = 3000;

/** Stops it, with a dot per second. Fails with FLEET if none runs. */
export async function stopDaemon(context: Context): Promise<number> {
  if (await endRunningDaemon(context)) return exitCodes.success;
  throw new BenchmarkError('FLEET', 'Could not shut down actor system: Actor system is not running.', {
    hint: 'No daemon runs with this configuration; another BENCHMARK_HOME has another daemon.',
  });
}

/** `false` if none runs. */
export async function endRunningDaemon({ console, environment, settings }: Context): Promise<boolean> {
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
    // What it leaves behind ends with it: the server waits for exactly that.
    signalProcess(daemon.process, 'SIGKILL');
    if (!(await untilGone(daemon.process, killPatienceMillis, onTick))) {
      throw new BenchmarkError('FLEET', `The daemon, process ${daemon.process.processId}, does not end.`);
    }
  }
  console.eraseStatus();
  console.print(`${line} [OK]`);
  return true;
}
