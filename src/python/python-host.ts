// The host of plug-ins that are written in Python. They run in a process of their own beside the load thread.
import { basename } from 'node:path';
import type { Json, JsonObject } from '../json.ts';
import { parseJson } from '../json.ts';
import type {
  ClientPlace,
  HostOptions,
  PluginHost,
  PluginNames,
  PluginRunner,
  PluginScheduler,
  PluginSource,
  PluginValues,
  SchedulerRequest,
  SourceRequest,
  ValuesRequest,
} from '../plugin/host.ts';
import type { RunValues } from '../run-values.ts';
import type { Seconds } from '../units.ts';
import { WORKLOADS } from './python-failures.ts';
import { PythonProcess } from './python-process.ts';
import { PythonRunner, PythonRuns } from './python-runner.ts';
import { PythonScheduler } from './python-scheduler.ts';
import { PythonSource } from './python-source.ts';
import { PythonValues } from './python-values.ts';
import { type Fields, fieldsOf, listOf, textOf, textsOf } from './shapes.ts';

/**
 * Starts Python for a plug-in. `limit` is how long one answer of it may take; default: the limit of constructors.
 * Rejects with `PLUGIN` if it does not start.
 */
export async function openPythonHost(options: HostOptions, limit?: Seconds): Promise<PluginHost> {
  options.begins('starting Python');
  return new PythonHost(await PythonProcess.start(options, limit), options);
}

class PythonHost implements PluginHost {
  private readonly python: PythonProcess;
  private readonly options: HostOptions;
  private readonly runs: PythonRuns;
  private readonly sources = new Map<PluginSource, number>();
  private nextNumber = 0;

  constructor(python: PythonProcess, options: HostOptions) {
    this.python = python;
    this.options = options;
    this.runs = new PythonRuns(python);
  }

  async register(): Promise<PluginNames> {
    const { place, workload, seed } = this.options;
    const directory = `${WORKLOADS}${basename(place.directory)}`;
    const header = { do: 'register', directory, workload, seed };
    const what = 'importing it and calling register';
    this.options.begins(what);
    const { fields } = await this.python.ask(header, what);
    return namesOf(fieldsOf(fields.names));
  }

  async tellWorkload(workload: JsonObject): Promise<void> {
    await this.python.ask({ do: 'tellWorkload', workload }, 'taking the workload');
  }

  async openSource({ name, task, bodies, ...place }: SourceRequest): Promise<PluginSource> {
    const number = this.nextNumber++;
    const { clientIndex, clientCount, seed, operation } = place;
    const params = operation.params;
    const header = { do: 'openSource', source: number, name, bodies, clientIndex, clientCount, seed, params };
    const what = `the constructor of parameter source "${name}" for task "${task}"`;
    this.options.begins(what);
    const { fields } = await this.python.ask(header, what);
    const source = new PythonSource(this.python, { number, name, task, bodies }, fields);
    this.sources.set(source, number);
    return source;
  }

  async openRunner({ operation, task }: ClientPlace): Promise<PluginRunner> {
    const name = operation.type;
    const { fields } = await this.python.ask({ do: 'openRunner', name }, `runner "${name}" of task "${task}"`);
    return new PythonRunner(this.runs, name, task, fields.decidesCompletion === true);
  }

  async openScheduler(request: SchedulerRequest): Promise<PluginScheduler> {
    const number = this.nextNumber++;
    const { name, task, spec, source, operation, clientCount, seed } = request;
    const what = `scheduler "${name}" of task "${task}"`;
    const own = source === null ? null : (this.sources.get(source) ?? null);
    const plain = new Map<string, Json>([
      ['name', operation.name],
      ['type', operation.type],
      ['params', operation.params],
    ]);
    const header = { do: 'openScheduler', scheduler: number, name, spec, source: own, operation: plain };
    this.options.begins(`the constructor of ${what}`);
    const { fields } = await this.python.ask({ ...header, clientCount, seed }, `the constructor of ${what}`);
    return new PythonScheduler(this.python, number, what, fields.kind === 'full');
  }

  async openValues({ operation, field, seed }: ValuesRequest): Promise<PluginValues> {
    const number = this.nextNumber++;
    const what = `the value source of operation "${operation}", field "${field}"`;
    await this.python.ask({ do: 'openValues', values: number, operation, field, seed }, what);
    return new PythonValues(this.python, number, what);
  }

  async changeWorkload(document: JsonObject): Promise<Json> {
    const { fields } = await this.python.ask({ do: 'changeWorkload', document }, 'on_after_load_workload');
    return parseJson(textOf(fields.document));
  }

  async prepareData(): Promise<void> {
    const message = 'a plug-in in Python cannot write to the machine; let a workload.ts prepare the data';
    throw this.python.failures.said('on_prepare_workload', message);
  }

  async showValues(values: RunValues): Promise<void> {
    if (values.size === 0) return;
    await this.python.ask({ do: 'showValues', values }, 'showing it the values of the run');
  }

  async close(): Promise<void> {
    this.runs.close();
    await this.python.close();
  }
}

function namesOf(fields: Fields): PluginNames {
  return {
    sources: textsOf(fields.sources),
    runners: textsOf(fields.runners),
    schedulers: listOf(fields.schedulers)
      .map(fieldsOf)
      .map(({ name, kind }) => ({ name: textOf(name), kind: kind === 'full' ? 'full' : 'simple' })),
    changesWorkload: fields.changesWorkload === true,
    preparesData: fields.preparesData === true,
    valueSources: listOf(fields.valueSources)
      .map(fieldsOf)
      .map(({ operation, field }) => ({ operation: textOf(operation), field: textOf(field) })),
    randomizations: listOf(fields.randomizations)
      .map(fieldsOf)
      .map(({ operation, query, parameters, optional }) => ({
        operation: textOf(operation),
        query: textOf(query),
        parameters: listOf(parameters).map(textsOf),
        optional: textsOf(optional),
      })),
  };
}
