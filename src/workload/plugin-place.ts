// Finds the plug-in of a workload: the file beside `workload.json` in which its author brings code.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The languages that plug-ins are written in. */
export type PluginLanguage = 'typescript' | 'python';

/** Where the files of a plug-in lie on this machine. Plain data, which can be handed to a thread. */
export interface PluginPlace {
  readonly language: PluginLanguage;
  /** Absolute path of the directory of the workload. Sibling workloads lie beside it. */
  readonly directory: string;
  /** Absolute path of `workload.ts`, `workload.js` or `workload.py`. */
  readonly file: string;
  /**
   * Absolute path of a directory in which a host may keep what makes its next start quicker. Default: it keeps
   * nothing.
   */
  readonly cacheDirectory?: string | undefined;
}

/** The names of entries, of which the first that is there is the plug-in. */
const ENTRIES: readonly (readonly [name: string, language: PluginLanguage])[] = [
  ['workload.ts', 'typescript'],
  ['workload.js', 'typescript'],
  ['workload.py', 'python'],
];

/** A plug-in that was found, and what is to be said of it. */
export interface FoundPlugin {
  readonly place: PluginPlace;
  readonly notices: readonly string[];
}

/** The plug-in in the directory of a workload; `null` if there is none. One in TypeScript goes before one in Python. */
export function findPlugin(directory: string): FoundPlugin | null {
  const [first, ...others] = ENTRIES.map(([name, language]) => ({ file: join(directory, name), language })).filter(
    ({ file }) => existsSync(file),
  );
  if (first === undefined) return null;
  const ignored = others.map(({ file }) => basename(file)).join(' and ');
  const notices = ignored === '' ? [] : [`The plug-in is ${basename(first.file)}; ${ignored} beside it is not used.`];
  return { place: { ...first, directory }, notices };
}
