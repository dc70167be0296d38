// Looks at plug-ins in a thread that is thrown away: what does not end there is ended, and named.
import { Worker } from 'node:worker_threads';
import { BenchmarkError, fromWireError, messageOf, type Problem } from '../../errors.ts';
import { type Json, type JsonObject, parseJson, writeJson } from '../../json.ts';
import { type Seconds, secondsToMillis } from '../../units.ts';
import { joinPath } from '../../workload/json-path.ts';
import { leafTasks, type Task, type TestProcedure, type Workload } from '../../workload/model.ts';
import type { InspectedPlugin, PluginInspector } from '../../workload/plugin-inspector.ts';
import type { PluginPlace } from '../../workload/plugin-place.ts';
import { constructionLimit, type PluginNames } from '../host.ts';
import { pluginError } from '../plugin-error.ts';
import { cutBody } from '../query-randomization.ts';
import { workloadView } from '../workload-view.ts';
import type { InspectCommand, InspectMessage, TriedTask } from './inspect-messages.ts';

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

type AnswerOf<K extends InspectMessage['kind']> = Extract<InspectMessage, { readonly kind: K }>;

/** One question at a time to the thread. */
class InspectionThread {
  private readonly worker: Worker;
  private readonly place: PluginPlace;
  private readonly limit: Seconds;
  private doing = 'starting it';
  private timer: NodeJS.Timeout | null = null;
  private settle: { resolve: (message: InspectMessage) => void; reject: (error: BenchmarkError) => void } | null = null;

  constructor(place: PluginPlace, limit: Seconds) {
    this.place = place;
    this.limit = limit;
    // What a plug-in prints must not come between the lines of this program.
    this.worker = new Worker(new URL('./inspect-thread.js', import.meta.url), { stdout: true, stderr: true });
    this.worker.on('message', (message: InspectMessage) => this.onMessage(message));
    this.worker.on('error', (error) => this.fail(messageOf(error)));
    this.worker.on('exit', () => this.fail('it has ended the process that it ran in'));
  }

  /** Sends a command and waits for its answer. Rejects with `PLUGIN`. */
  async ask<K extends InspectMessage['kind']>(command: InspectCommand, kind: K): Promise<AnswerOf<K>> {
    const answer = await new Promise<InspectMessage>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.watch();
      this.worker.postMessage(command);
    }).finally(() => this.stopWatch());
    if (answer.kind === 'failed') throw fromWireError(answer.error);
    if (!isOf(answer, kind)) throw new BenchmarkError('INTERNAL', `A plug-in was asked for "${kind}".`);
    return answer;
  }

  async close(): Promise<void> {
    this.settle = null;
    await this.worker.terminate();
  }

  private onMessage(message: InspectMessage): void {
    if (message.kind === 'begins') {
      this.doing = message.what;
      this.watch();
      return;
    }
    this.settle?.resolve(message);
  }

  private watch(): void {
    this.stopWatch();
    this.timer = setTimeout(() => this.fail(`it did not end within ${this.limit} s`), secondsToMillis(this.limit));
  }

  private stopWatch(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private fail(message: string): void {
    this.settle?.reject(pluginError({ file: this.place.file, what: this.doing, message, trace: [] }));
  }
}

const isOf = <K extends InspectMessage['kind']>(message: InspectMessage, kind: K): message is AnswerOf<K> =>
  message.kind === kind;
