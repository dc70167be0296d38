// The trace of an exception through the code of a plug-in, from the stack that V8 writes.
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchmarkError, messageOf } from '../../errors.ts';
import { RequestFailure } from '../../operation/operation.ts';
import { type PluginFrame, pluginError } from '../plugin-error.ts';

/** `    at Queries.params (file:///work/workload.ts:12:9)`, also without a name or without brackets. */
const FRAME = /^\s*at (?:(?:async )?(?:new )?(.+?) \()?(file:\/\/\S+|\/\S+):(\d+):\d+\)?$/;
/** How a stack begins if the file is no JavaScript: with the place. */
const SYNTAX_PLACE = /^(file:\/\/\S+|\/\S+):(\d+)\n/;
/** So many frames tell where a failure came from, in a recursion as well. */
const MOST_FRAMES = 20;

/** Turns exceptions of one plug-in into `PLUGIN` errors. */
export class AuthorTrace {
  private readonly file: string;
  private readonly directory: string;
  private readonly root: string;

  /** `file` is the absolute path of the plug-in's entry, `directory` that of its workload. */
  constructor(file: string, directory: string) {
    this.file = file;
    this.directory = directory;
    this.root = dirname(directory);
  }

  /** A `PLUGIN` error for what a plug-in threw when `what` was asked of it; a `PLUGIN` error stays what it is. */
  errorOf(what: string, error: unknown): BenchmarkError {
    if (error instanceof BenchmarkError && error.code === 'PLUGIN') return error;
    return pluginError({ file: this.file, what, message: describe(error), trace: this.framesOf(error) });
  }

  /** Calls the plug-in. Throws a `PLUGIN` error for what it throws. */
  call<T>(what: () => string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.errorOf(what(), error);
    }
  }

  /** Calls the plug-in and waits. Rejects with a `PLUGIN` error, or with the failure of a request. */
  async wait<T>(what: () => string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RequestFailure) throw error;
      throw this.errorOf(what(), error);
    }
  }

  /** A `PLUGIN` error for something of a wrong shape. */
  wrong(what: string, message: string): BenchmarkError {
    return pluginError({ file: this.file, what, message, trace: [] });
  }

  private framesOf(error: unknown): readonly PluginFrame[] {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const place = SYNTAX_PLACE.exec(stack);
    const frames = place === null ? [] : [this.frame(place[1] ?? '', place[2] ?? '', '')];
    for (const line of stack.split('\n')) {
      const match = FRAME.exec(line);
      if (match !== null) frames.push(this.frame(match[2] ?? '', match[3] ?? '', match[1] ?? ''));
    }
    return frames.filter((frame) => frame !== null).slice(0, MOST_FRAMES);
  }

  /** A frame of the plug-in's own code; `null` for others. */
  private frame(address: string, line: string, name: string): PluginFrame | null {
    const path = address.startsWith('file:') ? fileURLToPath(address) : address;
    if (!path.startsWith(`${this.directory}/`)) return null;
    return { file: relative(this.root, path), line: Number(line), name };
  }
}

/** What was thrown, with its class: `TypeError: x is not a function`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}`;
  return `${error.name}: ${messageOf(error)}`;
}
