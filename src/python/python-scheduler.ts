// Schedulers of a Python plug-in. A simple one is asked for many times ahead; one that hears of each request is asked
// for the next time once it has heard of the last.
import { BenchmarkError } from '../errors.ts';
import { Float, type JsonObject } from '../json.ts';
import type { PluginScheduler } from '../plugin/host.ts';
import { type Seconds, seconds } from '../units.ts';
import type { PythonProcess } from './python-process.ts';
import { listOf } from './shapes.ts';

/** How many times a simple scheduler is asked for at once. */
const AHEAD = 64;

/** A due time, and the one that it follows. */
interface Due {
  readonly from: number;
  readonly at: number;
}

/** The scheduler of one client. */
export class PythonScheduler implements PluginScheduler {
  private readonly python: PythonProcess;
  private readonly number: number;
  private readonly what: string;
  private readonly isFull: boolean;
  private readonly told: JsonObject[] = [];
  private queue: Due[] = [];
  private last = 0;
  /** Grows with each change of the rate: what was asked before it is out of date. */
  private version = 0;
  private pending: Promise<void> | null = null;
  private failure: BenchmarkError | null = null;

  constructor(python: PythonProcess, number: number, what: string, isFull: boolean) {
    this.python = python;
    this.number = number;
    this.what = what;
    this.isFull = isFull;
  }

  ready(): Promise<void> | null {
    if (this.queue.length > 0 || this.failure !== null) return null;
    return this.fetch();
  }

  next(current: Seconds): Seconds {
    if (this.failure !== null) throw this.failure;
    const due = this.queue.shift();
    if (due === undefined)
      throw new BenchmarkError('INTERNAL', `The ${this.what} was asked for a time before it was ready.`);
    // The clock of the task may have been moved on; what matters is the distance from one request to the next.
    this.last = current + (due.at - due.from);
    if (!this.isFull && this.queue.length * 2 < AHEAD) void this.fetch();
    return seconds(this.last);
  }

  setRate(perSecond: number): void {
    if (this.isFull) return;
    this.version++;
    this.queue = [];
    this.tell({ do: 'setRate', scheduler: this.number, rate: new Float(perSecond) });
  }

  beforeRequest(now: Seconds): void {
    if (this.isFull)
      this.told.push(
        new Map<string, Float | string>([
          ['kind', 'before'],
          ['now', new Float(now)],
        ]),
      );
  }

  afterRequest(now: Seconds, weight: number, unit: string, success: boolean): void {
    if (!this.isFull) return;
    this.told.push(
      new Map<string, Float | string | boolean>([
        ['kind', 'after'],
        ['now', new Float(now)],
        ['weight', new Float(weight)],
        ['unit', unit],
        ['success', success],
      ]),
    );
  }

  close(): void {
    this.tell({ do: 'closeScheduler', scheduler: this.number });
  }

  private tell(header: Parameters<PythonProcess['ask']>[0]): void {
    this.python.ask(header, this.what).catch((error: unknown) => this.fail(error));
  }

  private fetch(): Promise<void> {
    this.pending ??= this.request().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  /** Asks for times after the last one that is known. It never rejects: {@link next} throws what went wrong. */
  private async request(): Promise<void> {
    try {
      for (let version = -1; version !== this.version; ) {
        version = this.version;
        const from = this.queue.at(-1)?.at ?? this.last;
        const times = await this.ask(from);
        if (version === this.version) this.add(from, times);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private async ask(from: number): Promise<readonly unknown[]> {
    const scheduler = this.number;
    const current = new Float(from);
    const header = this.isFull
      ? { do: 'after', scheduler, told: this.told.splice(0), current }
      : { do: 'chain', scheduler, count: AHEAD, current };
    return listOf((await this.python.ask(header, this.what)).fields.times);
  }

  private add(start: number, times: readonly unknown[]): void {
    let from = start;
    for (const at of times) {
      if (typeof at !== 'number') continue;
      this.queue.push({ from, at });
      from = at;
    }
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof BenchmarkError ? error : this.python.failures.said(this.what, String(error));
  }
}
