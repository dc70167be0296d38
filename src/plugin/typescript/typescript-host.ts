// Runs a plug-in in TypeScript or JavaScript in the thread that asks for it: a call costs no more than a call.
import { BenchmarkError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { randomSource } from '../../random.ts';
import type {
  ClientPlace,
  HostOptions,
  PluginHost,
  PluginNames,
  PluginRunner,
  PluginScheduler,
  PluginSource,
  PluginValues,
  PreparationTools,
  SchedulerRequest,
  SourceRequest,
  ValuesRequest,
} from '../host.ts';
import { type PluginWorkload, plainWorkload } from '../workload-view.ts';
import type { ClientContext, ClientRunner, RunnerFactory, RunnerFunction } from './api.ts';
import { AuthorRunner } from './author-runner.ts';
import { AuthorScheduler } from './author-scheduler.ts';
import { AuthorSource } from './author-source.ts';
import { AuthorTrace } from './author-trace.ts';
import { authorValues } from './author-values.ts';
import { importPlugin } from './import-plugin.ts';
import { plainCopy, restoreJson } from './plain-copy.ts';
import { kindOf, Registrations } from './registrations.ts';

/** The host of `workload.ts` and `workload.js`. */
export class TypeScriptHost implements PluginHost {
  private readonly options: HostOptions;
  private readonly trace: AuthorTrace;
  private readonly registered = new Registrations();
  private view: PluginWorkload | null;

  constructor(options: HostOptions) {
    this.options = options;
    this.view = options.workload === null ? null : plainWorkload(options.workload);
    this.trace = new AuthorTrace(options.place.file, options.place.directory);
  }

  async register(): Promise<PluginNames> {
    const { file } = this.options.place;
    this.options.begins('importing it');
    const module = await this.trace.wait(
      () => 'importing it',
      () => importPlugin(file),
    );
    const register = registerOf(module);
    if (register === null)
      throw this.trace.wrong(
        'importing it',
        'it exports no function "register"; add `export function register(registry)`',
      );
    this.options.begins('register()');
    await this.trace.wait(
      () => 'register()',
      () => register(this.registered),
    );
    return this.registered.names();
  }

  async tellWorkload(workload: JsonObject): Promise<void> {
    this.view = plainWorkload(workload);
  }

  async openSource(request: SourceRequest): Promise<PluginSource> {
    const name = `parameter source "${request.name}" of task "${request.task}"`;
    const open = this.registered.sources.get(request.name);
    if (open === undefined) throw this.trace.wrong(name, 'the plug-in has not registered it');
    this.options.begins(`opening ${name}`);
    const source = await this.trace.wait(
      () => `opening ${name}`,
      () => open(this.contextOf(request)),
    );
    return new AuthorSource(source, name, request.bodies, this.trace);
  }

  async openRunner(place: ClientPlace): Promise<PluginRunner> {
    const { type } = place.operation;
    const name = `the runner of "${type}" in task "${place.task}"`;
    const runner = this.registered.runners.get(type);
    if (runner === undefined) throw this.trace.wrong(name, 'the plug-in has not registered it');
    this.options.begins(`opening ${name}`);
    const opened = await this.trace.wait(
      () => `opening ${name}`,
      () => openRunner(runner, () => this.contextOf(place)),
    );
    return new AuthorRunner(opened, name, this.trace);
  }

  async openScheduler(request: SchedulerRequest): Promise<PluginScheduler> {
    const name = `scheduler "${request.name}" of task "${request.task}"`;
    const factory = this.registered.schedulers.get(request.name);
    if (factory === undefined) throw this.trace.wrong(name, 'the plug-in has not registered it');
    const paramSource = request.source instanceof AuthorSource ? request.source.source : null;
    this.options.begins(`opening ${name}`);
    const context = { ...this.contextOf(request), spec: plainCopy(request.spec), paramSource };
    return new AuthorScheduler(factory, context, name, this.trace);
  }

  async openValues({ operation, field, seed }: ValuesRequest): Promise<PluginValues> {
    const name = `the source of values for "${field}" of "${operation}"`;
    const source = this.registered.values.get(operation)?.get(field);
    if (source === undefined) throw this.trace.wrong(name, 'the plug-in has not registered it');
    return authorValues(source, randomSource(seed), name, this.trace);
  }

  async changeWorkload(document: JsonObject): Promise<Json> {
    let current = plainCopy(document);
    for (const processor of this.registered.processors) {
      const what = (): string => 'onAfterLoadWorkload() of a workload processor';
      this.options.begins(what());
      const returned = await this.trace.wait<unknown>(what, () => processor.onAfterLoadWorkload?.(current));
      if (returned === undefined || returned === null) continue;
      if (typeof returned !== 'object' || Array.isArray(returned))
        throw this.trace.wrong(what(), `it must return the workload, or nothing, but returned ${kindOf(returned)}`);
      current = Object.fromEntries(Object.entries(returned));
    }
    return restoreJson(document, current);
  }

  async prepareData({ dataDirectory, download, unpack }: PreparationTools): Promise<void> {
    const tools = {
      dataDirectory,
      download: (url: string, path: string, size?: number) => download(url, path, size ?? null),
      unpack,
    };
    for (const processor of this.registered.processors) {
      await this.trace.wait(
        () => 'onPrepareWorkload() of a workload processor',
        () => processor.onPrepareWorkload?.(this.workload(), tools),
      );
    }
  }

  async close(): Promise<void> {
    // The plug-in lives in this thread, and ends with it.
  }

  private contextOf({ task, operation, clientIndex, clientCount, seed }: ClientPlace): ClientContext {
    return {
      workload: this.workload(),
      task,
      operation: { name: operation.name, type: operation.type },
      params: plainCopy(operation.params),
      clientIndex,
      clientCount,
      random: randomSource(seed),
    };
  }

  /** The workload: one object for all, which plug-ins only read. */
  private workload(): PluginWorkload {
    if (this.view !== null) return this.view;
    throw new BenchmarkError('INTERNAL', 'Something of a plug-in was opened before its host knew the workload.');
  }
}

/** The function `register` of a module, of its default export, or that is its default export. */
function registerOf(module: Readonly<Record<string, unknown>>): ((registry: Registrations) => unknown) | null {
  const { register, default: fallback } = module;
  const inner: unknown =
    typeof fallback === 'object' && fallback !== null ? Reflect.get(fallback, 'register') : fallback;
  const found = register ?? inner;
  return typeof found === 'function' ? (registry) => Reflect.apply(found, undefined, [registry]) : null;
}

function openRunner(
  runner: RunnerFunction | RunnerFactory,
  context: () => ClientContext,
): ClientRunner | Promise<ClientRunner> {
  return typeof runner === 'function' ? { run: (client, params) => runner(client, params) } : runner.open(context());
}
