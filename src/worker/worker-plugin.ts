// The plug-in of the workload in one load thread.
import type { LoadOperation, OperationContext } from '../operation/operation.ts';
import type { ClientPlace, PluginHost, PluginNames } from '../plugin/host.ts';
import { openPluginOperation } from '../plugin/plugin-operation.ts';
import { openPluginHost } from '../plugin/start/open-host.ts';
import { decodeParams, type PluginPlan } from './plan.ts';

/** A host that has imported the plug-in, and what the plug-in has registered. */
export class WorkerPlugin {
  private readonly host: PluginHost;
  private readonly names: PluginNames;

  private constructor(host: PluginHost, names: PluginNames) {
    this.host = host;
    this.names = names;
  }

  /** Starts the host of the plug-in. Rejects with `PLUGIN`. */
  static async open({ place, workload }: PluginPlan, seed: number): Promise<WorkerPlugin> {
    const host = await openPluginHost({ place, workload: decodeParams(workload), seed, log: () => undefined });
    return new WorkerPlugin(host, await host.register());
  }

  /** The operation of a task; `null` if the plug-in has no part in it. Rejects with `PLUGIN`. */
  async openOperation(place: ClientPlace, context: OperationContext): Promise<LoadOperation | null> {
    const { operation } = await openPluginOperation(this.host, this.names, place, context);
    return operation;
  }

  /** Ends the host. */
  close(): Promise<void> {
    return this.host.close();
  }
}
