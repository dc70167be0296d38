// Streams of values for randomized queries, made by a Python plug-in and asked for in batches.
import { BenchmarkError } from '../errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../json.ts';
import type { PluginValues } from '../plugin/host.ts';
import type { PythonProcess } from './python-process.ts';
import { textsOf } from './shapes.ts';

/** How many values are asked for at once. */
const AHEAD = 128;

/** One stream. */
export class PythonValues implements PluginValues {
  private readonly python: PythonProcess;
  private readonly number: number;
  private readonly what: string;
  private readonly queue: string[] = [];
  private pending: Promise<void> | null = null;
  private failure: BenchmarkError | null = null;

  constructor(python: PythonProcess, number: number, what: string) {
    this.python = python;
    this.number = number;
    this.what = what;
  }

  ready(): Promise<void> | null {
    return this.queue.length > 0 || this.failure !== null ? null : this.fetch();
  }

  next(): JsonObject {
    const text = this.queue.shift();
    if (text === undefined) {
      if (this.failure !== null) throw this.failure;
      throw new BenchmarkError('INTERNAL', `The ${this.what} was asked before it was ready.`);
    }
    if (this.queue.length * 2 < AHEAD) void this.fetch();
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
    throw this.python.failures.said(this.what, 'a value source must return a dict');
  }

  close(): void {
    this.python.ask({ do: 'closeValues', values: this.number }, this.what).catch(() => undefined);
  }

  private fetch(): Promise<void> {
    this.pending ??= this.request().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async request(): Promise<void> {
    try {
      const header = { do: 'takeValues', values: this.number, count: AHEAD };
      this.queue.push(...textsOf((await this.python.ask(header, this.what)).fields.values));
    } catch (error) {
      this.failure ??= error instanceof BenchmarkError ? error : this.python.failures.said(this.what, String(error));
    }
  }
}
