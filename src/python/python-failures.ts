// Failures of Python as errors of this program: in the user's paths, without the frames of the host.
import type { BenchmarkError } from '../errors.ts';

import { type PluginFrame, pluginError } from '../plugin/plugin-error.ts';
import type { PluginPlace } from '../workload/plugin-place.ts';
import { fieldsOf, listOf, numberOf, textOf } from './shapes.ts';

/** Where Python sees the directory that holds the workload's directory. */
export const WORKLOADS = '/workloads/';

/** Makes errors of what Python says about an exception. */
export class PythonFailures {
  private readonly file: string;

  constructor(place: PluginPlace) {
    this.file = place.file;
  }

  /** The error of an exception that was raised while `what` was going on. */
  raised(what: string, described: unknown): BenchmarkError {
    const { type, message, trace } = fieldsOf(described);
    const kind = shortName(textOf(type));
    const said = inUserPaths(textOf(message));
    const text = kind === 'WrongShape' ? said : said === '' ? kind : `${kind}: ${said}`;
    return pluginError({ file: this.file, what, message: `${text}${advice(kind, said)}`, trace: framesOf(trace) });
  }

  /** The error of something that is no exception of Python. */
  said(what: string, message: string): BenchmarkError {
    return pluginError({ file: this.file, what, message, trace: [] });
  }
}

/** Classes of this program are known by their bare names, those of plug-ins with their modules. */
function shortName(type: string): string {
  return /^(osb_host|osbenchmark|opensearchpy)\./.test(type) ? (type.split('.').at(-1) ?? type) : type;
}

function advice(kind: string, said: string): string {
  const module = /No module named '([^']+)'/.exec(said)?.[1];
  if (kind === 'SystemExit') return ' (a plug-in must not end the program)';
  if (kind === 'RecursionError') return ' (a function calls itself without end)';
  if (kind === 'MemoryError') return ' (a plug-in may use 1 GiB)';
  if (kind !== 'ModuleNotFoundError' || module === undefined) return '';
  return `. The Python of this program has the standard library and a small numpy. Put pure Python modules into the
 workload's directory, without compiled parts, or write the plug-in in TypeScript`.replaceAll('\n', '');
}

const inUserPaths = (text: string): string => text.replaceAll(WORKLOADS, '');

function framesOf(trace: unknown): readonly PluginFrame[] {
  return listOf(trace)
    .map(fieldsOf)
    .map(({ file, line, name }) => ({ file: textOf(file), line: numberOf(line) ?? 1, name: textOf(name) }))
    .filter(({ file }) => file.startsWith(WORKLOADS))
    .map((frame) => ({ ...frame, file: inUserPaths(frame.file) }));
}
