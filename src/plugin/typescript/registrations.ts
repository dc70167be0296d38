// What a plug-in in TypeScript has registered. Everything is checked when it is registered, by which the trace leads to
// the line that did it.
import { packageVersion } from '../../package.ts';
import type { PluginNames, QueryRandomization } from '../host.ts';
import type {
  FullSchedulerFactory,
  OpenParamSource,
  QueryRandomizationInfo,
  Registry,
  RunnerFactory,
  RunnerFunction,
  SimpleSchedulerFactory,
  ValueSource,
  WorkloadProcessor,
} from './api.ts';

/** The bounds of ranges, and the format of their values. */
const RANGE: Omit<QueryRandomization, 'operation'> = {
  query: 'range',
  parameters: [
    ['gte', 'gt'],
    ['lte', 'lt'],
  ],
  optional: ['format'],
};

/** The {@link Registry} that a plug-in is given, and what it has put into it. */
export class Registrations implements Registry {
  readonly metaData = { benchmarkVersion: packageVersion };
  readonly sources = new Map<string, OpenParamSource>();
  readonly runners = new Map<string, RunnerFunction | RunnerFactory>();
  readonly schedulers = new Map<string, SimpleSchedulerFactory | FullSchedulerFactory>();
  readonly processors: WorkloadProcessor[] = [];
  /** By operation, then by field. */
  readonly values = new Map<string, Map<string, ValueSource>>();
  private readonly randomizations: QueryRandomization[] = [];

  registerParamSource(name: string, open: OpenParamSource): void {
    requireType(open, 'function', `The parameter source "${name}"`);
    add(this.sources, name, open, 'parameter source');
  }

  registerRunner(operationType: string, runner: RunnerFunction | RunnerFactory): void {
    if (typeof runner !== 'function') requireMethod(runner, 'open', `The runner of "${operationType}"`);
    add(this.runners, operationType, runner, 'runner');
  }

  registerScheduler(name: string, scheduler: SimpleSchedulerFactory | FullSchedulerFactory): void {
    requireMethod(scheduler, 'open', `The scheduler "${name}"`);
    if (scheduler.kind !== 'simple' && scheduler.kind !== 'full')
      throw new TypeError(`The scheduler "${name}" must have the kind "simple" or "full".`);
    add(this.schedulers, name, scheduler, 'scheduler');
  }

  registerWorkloadProcessor(processor: WorkloadProcessor): void {
    const isOne =
      isObject(processor) && (hasHook(processor.onAfterLoadWorkload) || hasHook(processor.onPrepareWorkload));
    if (!isOne)
      throw new TypeError('A workload processor must have a function "onAfterLoadWorkload" or "onPrepareWorkload".');
    this.processors.push(processor);
  }

  registerStandardValueSource(operation: string, field: string, source: ValueSource): void {
    requireType(source, 'function', `The source of values for "${field}" of "${operation}"`);
    const fields = this.values.get(operation) ?? new Map<string, ValueSource>();
    add(fields, field, source, `source of values of "${operation}"`);
    this.values.set(operation, fields);
  }

  registerQueryRandomizationInfo(operation: string, info: QueryRandomizationInfo): void {
    if (this.randomizations.some((known) => known.operation === operation))
      throw new TypeError(`The randomization of "${operation}" is registered twice.`);
    if (!isObject(info)) throw new TypeError(`The randomization of "${operation}" must be an object.`);
    this.randomizations.push({ ...RANGE, ...info, operation: nameOf(operation, 'operation') });
  }

  /** The names of everything. */
  names(): PluginNames {
    return {
      sources: [...this.sources.keys()],
      runners: [...this.runners.keys()],
      schedulers: [...this.schedulers].map(([name, { kind }]) => ({ name, kind })),
      changesWorkload: this.processors.some(({ onAfterLoadWorkload }) => hasHook(onAfterLoadWorkload)),
      preparesData: this.processors.some(({ onPrepareWorkload }) => hasHook(onPrepareWorkload)),
      valueSources: [...this.values].flatMap(([operation, fields]) =>
        [...fields.keys()].map((field) => ({ operation, field })),
      ),
      randomizations: this.randomizations,
    };
  }
}

function add<T>(known: Map<string, T>, name: string, value: T, what: string): void {
  nameOf(name, what);
  if (known.has(name)) throw new TypeError(`The ${what} "${name}" is registered twice.`);
  known.set(name, value);
}

function nameOf(name: unknown, what: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new TypeError(`A ${what} needs a name, which must be a text that is not empty.`);
}

function requireType(value: unknown, type: 'function', what: string): void {
  if (typeof value !== type) throw new TypeError(`${what} must be a ${type}, but is ${kindOf(value)}.`);
}

function requireMethod(value: unknown, method: string, what: string): void {
  const isThere = isObject(value) && typeof Reflect.get(value, method) === 'function';
  if (!isThere) throw new TypeError(`${what} must have a function "${method}".`);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const hasHook = (hook: unknown): boolean => typeof hook === 'function';

/** What a value is, for messages: `null`, `a list`, `an object`, `a string`, … */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
