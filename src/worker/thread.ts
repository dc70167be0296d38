// Entry of a load thread: obeys the commands of the coordinator's process.
import { parentPort } from 'node:worker_threads';
import { BenchmarkError, toWireError, unreachable } from '../errors.ts';
import { pluginError } from '../plugin/plugin-error.ts';
import type { PluginPlace } from '../workload/plugin-place.ts';
import { LoadWorker } from './load-worker.ts';
import type { WorkerCommand, WorkerMessage } from './messages.ts';
import { ThreadProfiler } from './thread-profiler.ts';
import { openTransports } from './transports.ts';

function serve(port: NonNullable<typeof parentPort>): void {
  let worker: LoadWorker | null = null;
  let profiler: ThreadProfiler | null = null;
  const post = (message: WorkerMessage): void => port.postMessage(message);
  const fail = (error: unknown): void => post({ kind: 'failed', error: toWireError(error), report: null });

  let plugin: PluginPlace | null = null;
  const obey = async (command: WorkerCommand): Promise<void> => {
    if (command.kind === 'prepare') {
      plugin = command.plan.plugin?.place ?? null;
      if (command.profile !== null) profiler = await ThreadProfiler.start(command.profile);
      worker = new LoadWorker(command.plan, await openTransports(command.plan), post);
      post({ kind: 'prepared' });
      return;
    }
    if (worker === null) throw new BenchmarkError('INTERNAL', `A load thread got "${command.kind}" before its plan.`);
    switch (command.kind) {
      case 'open':
        await worker.open(command.step, command.values, command.level);
        post({ kind: 'opened', step: command.step });
        break;
      case 'run':
        worker.run(command.startAt);
        break;
      case 'activate':
        worker.activate(command.step, command.clients);
        break;
      case 'complete':
        worker.complete(command.step);
        break;
      case 'profile': {
        const own = profiler;
        profiler = null;
        // The load is over and its results are there, so a profile that cannot be written ends nothing.
        const file = (await own?.write().catch(() => null)) ?? null;
        post({ kind: 'profiled', file });
        break;
      }
      case 'cancel':
        worker.cancel();
        break;
      case 'close':
        worker.close();
        port.close();
        break;
      default:
        return unreachable(command);
    }
  };
  port.on('message', (command: WorkerCommand) => {
    obey(command).catch(fail);
  });
  process.on('uncaughtException', (error) => fail(strayError(error, plugin)));
}

/** An exception that nobody waited for: the plug-in's, if it passed through its code, else a defect of this program. */
function strayError(error: Error, plugin: PluginPlace | null): Error {
  if (plugin === null || error.stack?.includes(`${plugin.directory}/`) !== true) return error;
  const place = /^([^:)]+):(\d+):\d+/.exec(error.stack.slice(error.stack.indexOf(plugin.directory)));
  return pluginError({
    file: plugin.file,
    what: 'something that it left running',
    message: `${error.name}: ${error.message}`,
    trace: place === null ? [] : [{ file: place[1] ?? plugin.file, line: Number(place[2]), name: 'a function' }],
  });
}

if (parentPort !== null) serve(parentPort);
