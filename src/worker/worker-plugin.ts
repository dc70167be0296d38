// The plug-in of the workload in one load thread.
import type { OperationContext } from '../operation/operation.ts';
import type { ClientPlace, PluginHost, PluginNames, PluginSource } from '../plugin/host.ts';
import { openPluginOperation, type PluginOperation } from '../plugin/plugin-operation.ts';
import { PluginTimes, type PluginTimesSettings } from '../plugin/plugin-times.ts';
import { type RandomizationParts, StoredValues } from '../plugin/randomized-source.ts';
import { openPluginHost } from '../plugin/start/open-host.ts';
import type { RunValues } from '../run-values.ts';
import type { RequestTimes } from '../schedule/pacer.ts';
import { type CustomScheduleText, decodeParams, type WorkerPlan } from './plan.ts';

/** What the plug-in prints goes to whoever keeps the output of the thread. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** A host that has imported the plug-in, and what the plug-in has registered. */
export class WorkerPlugin {
  private readonly host: PluginHost;
  private readonly names: PluginNames;
  private readonly randomization: RandomizationParts | null;

  private constructor(host: PluginHost, names: PluginNames, { randomization: settings, seed }: WorkerPlan) {
    this.host = host;
    this.names = names;
    const stored = new StoredValues(host, seed, settings?.storedValues ?? 0);
    this.randomization = settings === null ? null : { host, names, settings, stored };
  }

  /**
   * Starts the host of the plug-in; `null` if the plan has none. `begins` hears of code that may never end. Rejects
   * with `PLUGIN`.
   */
  static async open(plan: WorkerPlan, begins: (what: string) => void): Promise<WorkerPlugin | null> {
    const { plugin, seed } = plan;
    if (plugin === null) return null;
    const workload = decodeParams(plugin.workload);
    const host = await openPluginHost({ place: plugin.place, workload, seed, log: print, begins });
    return new WorkerPlugin(host, await host.register(), plan);
  }

  /** The operation of a task, as far as the plug-in has a part in it. Rejects with `PLUGIN`. */
  openOperation(place: ClientPlace, context: OperationContext): Promise<PluginOperation> {
    return openPluginOperation(this.host, this.names, this.randomization, place, context);
  }

  /** The times of a task whose schedule the plug-in makes. Rejects with `PLUGIN`. */
  async openTimes(
    place: ClientPlace,
    schedule: CustomScheduleText,
    source: PluginSource | null,
    settings: PluginTimesSettings,
  ): Promise<RequestTimes> {
    const { name, spec } = schedule;
    const known = this.names.schedulers.find((scheduler) => scheduler.name === name);
    const scheduler = await this.host.openScheduler({ ...place, name, spec: decodeParams(spec), source });
    return new PluginTimes(scheduler, known?.kind !== 'full', settings);
  }

  /** Shows the plug-in what operations have left behind. Rejects with `PLUGIN`. */
  async showValues(values: RunValues): Promise<void> {
    await this.host.showValues?.(values);
  }

  /** Ends the host. */
  close(): Promise<void> {
    return this.host.close();
  }
}
