// Lets the workload processors of a plug-in bring data to this machine, before the load.
import { BenchmarkError } from '../../errors.ts';
import { type JsonObject, writeJson } from '../../json.ts';
import type { PluginPlace } from '../../workload/plugin-place.ts';
import { constructionLimit } from '../host.ts';
import type { DataSettings } from './inspect-messages.ts';
import { InspectionThread } from './inspection-thread.ts';

/**
 * Runs the preparation of a plug-in, in a thread of its own, for as long as it takes. `workload` is the
 * `PluginWorkload`. Rejects with `PLUGIN`, and with `CANCELLED` as soon as `signal` says so.
 */
export async function preparePluginData(
  place: PluginPlace,
  workload: JsonObject,
  settings: DataSettings,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) throw cancelled();
  const thread = new InspectionThread(place, constructionLimit);
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([aborted, prepare(thread, place, writeJson(workload), settings)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await thread.close();
  }
}

async function prepare(
  thread: InspectionThread,
  place: PluginPlace,
  workload: string,
  settings: DataSettings,
): Promise<void> {
  await thread.ask({ kind: 'open', place }, 'opened');
  await thread.ask({ kind: 'prepare', workload, settings }, 'data-ready', true);
}

const cancelled = (): BenchmarkError => new BenchmarkError('CANCELLED', 'The test was cancelled.');
