// The error of a plug-in: what failed in it, where, and how it got there.
import { BenchmarkError, type Problem } from '../errors.ts';

/** A place in the code of a plug-in through which a failure went. */
export interface PluginFrame {
  /** Path of the file, relative to the directory that holds the workload's directory if it lies there. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Name of the function; empty at the top of a file. */
  readonly name: string;
}

/** A failure in the code of a plug-in. */
export interface PluginFailure {
  /** Path of the plug-in's entry: `workload.ts`, `workload.py`. */
  readonly file: string;
  /** What was asked of it: `the constructor of parameter source "queries"`. */
  readonly what: string;
  /** What it said, with the class of the exception: `TypeError: x is not iterable`. */
  readonly message: string;
  /** The plug-in's own frames, the one that failed first. Those of this program are left out. */
  readonly trace: readonly PluginFrame[];
}

/** A `PLUGIN` error. Its problems are the trace, so that they reach the user from any thread and node. */
export function pluginError({ file, what, message, trace }: PluginFailure): BenchmarkError {
  const text = /[.!?]$/.test(message) ? message : `${message}.`;
  return new BenchmarkError('PLUGIN', `Plug-in ${file}: ${what} failed: ${text}`, { problems: trace.map(problemOf) });
}

function problemOf({ file, line, name }: PluginFrame): Problem {
  return { file, line, message: name === '' ? 'at the top of the file' : `in ${name}` };
}
