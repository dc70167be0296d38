// Looks at plug-ins in a thread that is thrown away: what does not end there is ended, and named.
import type { Problem } from '../../errors.ts';
import { type Json, type JsonObject, parseJson, writeJson } from '../../json.ts';
import type { Seconds } from '../../units.ts';
import { joinPath } from '../../workload/json-path.ts';
import { leafTasks, type Task, type TestProcedure, type Workload } from '../../workload/model.ts';
import type { InspectedPlugin, PluginInspector } from '../../workload/plugin-inspector.ts';
import type { PluginPlace } from '../../workload/plugin-place.ts';
import { constructionLimit, type PluginNames } from '../host.ts';
import { cutBody } from '../query-randomization.ts';
import { workloadView } from '../workload-view.ts';
import type { TriedTask } from './inspect-messages.ts';
import { InspectionThread } from './inspection-thread.ts';

/**
 * Opens plug-ins for the loader of workloads. `cacheDirectory` is where hosts may keep what makes their next start
 * quicker; `null`: they keep nothing.
 */
export const pluginInspector = (cacheDirectory: string | null): PluginInspector => ({
  languages: ['typescript', 'python'],
  open: (place) => inspectPlugin(cacheDirectory === null ? place : { ...place, cacheDirectory }, constructionLimit),
});

/** Opens a plug-in; `limit` is how long each import, `register` and constructor may take. Rejects with `PLUGIN`. */
export async function inspectPlugin(place: PluginPlace, limit: Seconds): Promise<InspectedPlugin> {
  const thread = new InspectionThread(place, limit);
  try {
    const { names } = await thread.ask({ kind: 'open', place }, 'opened');
    return new ThreadPlugin(thread, place, names);
  } catch (error) {
    await thread.close();
    throw error;
  }
}

class ThreadPlugin implements InspectedPlugin {
  readonly place: PluginPlace;
  readonly facts: PluginNames;
  private readonly thread: InspectionThread;

  constructor(thread: InspectionThread, place: PluginPlace, facts: PluginNames) {
    this.thread = thread;
    this.place = place;
    this.facts = facts;
  }

  async changeWorkload(document: JsonObject): Promise<Json> {
    const changed = await this.thread.ask({ kind: 'change', document: writeJson(document) }, 'changed');
    return parseJson(changed.document);
  }

  async tryTasks(workload: Workload, procedure: TestProcedure): Promise<ReadonlyMap<string, readonly string[]>> {
    const view = writeJson(workloadView(workload, procedure.name, []));
    const tasks = leafTasks(procedure.schedule).map(triedTask);
    const { corpora } = await this.thread.ask({ kind: 'try', workload: view, tasks }, 'tried');
    return corpora;
  }

  checkRandomization(tasks: readonly Task[]): readonly Problem[] {
    return tasks.flatMap((task) => missingValues(task, this.facts));
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}

function missingValues({ name, operation }: Task, names: PluginNames): readonly Problem[] {
  const fields = operation.type === 'search' ? (cutBody(operation, names)?.fields ?? []) : [];
  const missing = fields.filter(
    ({ field }) => !names.valueSources.some((source) => source.operation === operation.name && source.field === field),
  );
  return missing.map(({ field }) => ({
    file: operation.location.file,
    path: joinPath(operation.location.path, 'body.query'),
    message: `Task "${name}": the plug-in has no values for the field "${field}" of operation "${operation.name}"`,
  }));
}

function triedTask({ name, operation, clients, customSchedule }: Task): TriedTask {
  return {
    name,
    operation: { name: operation.name, type: operation.type, params: writeJson(operation.params) },
    clients,
    customSchedule:
      customSchedule === null ? null : { name: customSchedule.name, spec: writeJson(customSchedule.spec) },
  };
}
