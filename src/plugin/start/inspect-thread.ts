// Entry of the thread in which a plug-in is looked at before the load: whatever it does there, it can be ended.
import { parentPort } from 'node:worker_threads';
import { BenchmarkError, toWireError, unreachable } from '../../errors.ts';
import { isJsonObject, type JsonObject, parseJson, writeJson } from '../../json.ts';
import type { ClientPlace, PluginHost, PluginNames } from '../host.ts';
import type { InspectCommand, InspectMessage, TriedTask } from './inspect-messages.ts';
import { openPluginHost } from './open-host.ts';
import { preparationTools } from './preparation-tools.ts';

/** Nothing random is looked at here. */
const SEED = 0;

function readObject(text: string): JsonObject {
  const json = parseJson(text);
  if (isJsonObject(json)) return json;
  throw new BenchmarkError('INTERNAL', 'What is told of a plug-in is not a JSON object.');
}

class Inspection {
  private readonly post: (message: InspectMessage) => void;
  private host: PluginHost | null = null;
  private names: PluginNames | null = null;

  constructor(post: (message: InspectMessage) => void) {
    this.post = post;
  }

  async obey(command: InspectCommand): Promise<void> {
    switch (command.kind) {
      case 'open':
        this.host = await openPluginHost({
          place: command.place,
          workload: null,
          seed: SEED,
          log: () => undefined,
          begins: (what) => this.post({ kind: 'begins', what }),
        });
        this.names = await this.host.register();
        this.post({ kind: 'opened', names: this.names });
        break;
      case 'change': {
        const changed = await this.opened().host.changeWorkload(readObject(command.document));
        this.post({ kind: 'changed', document: writeJson(changed) });
        break;
      }
      case 'try':
        await this.opened().host.tellWorkload(readObject(command.workload));
        this.post({ kind: 'tried', corpora: await this.tryAll(command.tasks) });
        break;
      case 'prepare':
        await this.opened().host.tellWorkload(readObject(command.workload));
        await this.opened().host.prepareData(preparationTools(command.settings));
        this.post({ kind: 'data-ready' });
        break;
      default:
        unreachable(command);
    }
  }

  private opened(): { readonly host: PluginHost; readonly names: PluginNames } {
    const { host, names } = this;
    if (host === null || names === null) throw new BenchmarkError('INTERNAL', 'A plug-in is used before it is open.');
    return { host, names };
  }

  private async tryAll(tasks: readonly TriedTask[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const corpora = new Map<string, readonly string[]>();
    for (const task of tasks) corpora.set(task.name, await this.tryOne(task));
    return corpora;
  }

  /** Makes what the first client of a task needs, and returns the corpora that its source reads. */
  private async tryOne({ name, operation, clients, customSchedule }: TriedTask): Promise<readonly string[]> {
    const { host, names } = this.opened();
    const params = readObject(operation.params);
    const place: ClientPlace = {
      task: name,
      operation: { ...operation, params },
      clientIndex: 0,
      clientCount: clients,
      seed: SEED,
    };
    const wanted = params.get('param-source');
    const isOwn = typeof wanted === 'string' && names.sources.includes(wanted);
    const source = isOwn ? await host.openSource({ ...place, name: wanted, bodies: 'kept' }) : null;
    if (names.runners.includes(operation.type)) (await host.openRunner(place)).close();
    if (customSchedule !== null && names.schedulers.some((scheduler) => scheduler.name === customSchedule.name)) {
      const request = { ...place, name: customSchedule.name, spec: readObject(customSchedule.spec), source };
      (await host.openScheduler(request)).close();
    }
    source?.close();
    return source?.corpora ?? [];
  }
}

function serve(port: NonNullable<typeof parentPort>): void {
  const post = (message: InspectMessage): void => port.postMessage(message);
  const fail = (error: unknown): void => post({ kind: 'failed', error: toWireError(error) });
  const inspection = new Inspection(post);
  port.on('message', (command: InspectCommand) => {
    inspection.obey(command).catch(fail);
  });
  process.on('uncaughtException', fail);
}

if (parentPort !== null) serve(parentPort);
