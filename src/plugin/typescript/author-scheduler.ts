// A scheduler of a plug-in, asked in the load thread itself.
import { type Seconds, seconds } from '../../units.ts';
import type { PluginScheduler } from '../host.ts';
import type { FullSchedulerFactory, PluginSchedulerContext, SimpleScheduler, SimpleSchedulerFactory } from './api.ts';
import type { AuthorTrace } from './author-trace.ts';
import { kindOf } from './registrations.ts';

/** Gives the times that the scheduler of one client wants. */
export class AuthorScheduler implements PluginScheduler {
  private readonly factory: SimpleSchedulerFactory | FullSchedulerFactory;
  private readonly context: PluginSchedulerContext;
  private readonly name: string;
  private readonly trace: AuthorTrace;
  private scheduler: SimpleScheduler & { beforeRequest?: unknown; afterRequest?: unknown };

  /** `name` names the scheduler in errors. Throws `PLUGIN` if the factory makes none. */
  constructor(
    factory: SimpleSchedulerFactory | FullSchedulerFactory,
    context: PluginSchedulerContext,
    name: string,
    trace: AuthorTrace,
  ) {
    this.factory = factory;
    this.context = context;
    this.name = name;
    this.trace = trace;
    this.scheduler = this.open(null);
  }

  ready(): null {
    return null;
  }

  next(current: Seconds): Seconds {
    const due = this.trace.call(
      () => `next() of ${this.name}`,
      () => this.scheduler.next(current),
    );
    if (typeof due === 'number' && due >= 0) return seconds(due);
    const returned = typeof due === 'number' ? String(due) : kindOf(due);
    throw this.trace.wrong(`next() of ${this.name}`, `it must return a number of at least 0, but returned ${returned}`);
  }

  setRate(perSecond: number): void {
    if (this.factory.kind === 'simple') this.scheduler = this.open(perSecond);
  }

  beforeRequest(now: Seconds): void {
    this.tell('beforeRequest', now);
  }

  afterRequest(now: Seconds, weight: number, unit: string, success: boolean): void {
    this.tell('afterRequest', now, weight, unit, success);
  }

  close(): void {
    // A scheduler holds nothing.
  }

  private tell(hook: 'beforeRequest' | 'afterRequest', ...values: readonly unknown[]): void {
    const listener = this.scheduler[hook];
    if (typeof listener !== 'function') return;
    this.trace.call(
      () => `${hook}() of ${this.name}`,
      () => Reflect.apply(listener, this.scheduler, values),
    );
  }

  private open(rate: number | null): SimpleScheduler {
    const { factory, context } = this;
    const scheduler = this.trace.call(
      () => `open() of ${this.name}`,
      () => (factory.kind === 'simple' ? factory.open(context, rate) : factory.open(context)),
    );
    if (typeof scheduler === 'object' && scheduler !== null && typeof scheduler.next === 'function') return scheduler;
    throw this.trace.wrong(this.name, `it must be an object with a function "next", but is ${kindOf(scheduler)}`);
  }
}
