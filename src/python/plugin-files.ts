// Which files of this machine a Python plug-in may read: those of its workload's directory, and the modules of sibling
// workloads.
import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { SharedFile } from './sandbox/read-only-files.ts';

/** More files than this are no workload: somebody named their home directory. */
const MOST_FILES = 20_000;

/**
 * The files that the plug-in of a workload may read. Links that lead out of the directory are left out, and so are
 * directories whose name begins with a dot. Rejects if the directory cannot be read.
 */
export async function pluginFiles(directory: string): Promise<readonly SharedFile[]> {
  const root = await realpath(directory);
  const own = await filesBelow({ root, place: basename(directory), takes: () => true });
  return [...own, ...(await siblingModules(directory))];
}

/** What of a directory is taken, and where it goes. */
interface Walk {
  /** The real path of the directory at the top. */
  readonly root: string;
  /** Its path as Python sees it. */
  readonly place: string;
  /** Whether a file of this name is taken. */
  readonly takes: (name: string) => boolean;
}

async function siblingModules(directory: string): Promise<readonly SharedFile[]> {
  const parent = dirname(directory);
  const siblings = await entriesOf(parent);
  const found: SharedFile[] = [];
  for (const { name } of siblings) {
    const sibling = join(parent, name);
    if (name === basename(directory) || name.startsWith('.')) continue;
    if (!(await isWorkload(sibling))) continue;
    const root = await realpath(sibling);
    found.push(...(await filesBelow({ root, place: name, takes: (file) => file.endsWith('.py') })));
  }
  return found;
}

/** On a node of a fleet only the code of a sibling is there, without its `workload.json`. */
async function isWorkload(directory: string): Promise<boolean> {
  const marks = await Promise.all(['workload.json', 'workload.py'].map((name) => factsOf(join(directory, name))));
  return marks.some((facts) => facts?.isFile() === true);
}

async function filesBelow(walk: Walk, below = ''): Promise<SharedFile[]> {
  const directory = join(walk.root, below);
  const entries = below === '' ? await readdir(directory, { withFileTypes: true }) : await entriesOf(directory);
  const found: SharedFile[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const source = await realpath(join(directory, entry.name)).catch(() => null);
    if (source === null || !source.startsWith(`${walk.root}${sep}`)) continue;
    const facts = await factsOf(source);
    if (facts?.isDirectory() === true && entry.isDirectory()) found.push(...(await filesBelow(walk, path)));
    else if (facts?.isFile() === true && walk.takes(entry.name))
      found.push({ path: `${walk.place}/${path}`, source, size: facts.size, modified: facts.mtimeMs });
    if (found.length > MOST_FILES) break;
  }
  return found;
}

/** The entries of a directory; none if it cannot be read, as a sibling or what is above a workload may be. */
const entriesOf = (directory: string): Promise<readonly Dirent[]> =>
  readdir(directory, { withFileTypes: true }).catch(() => []);

const factsOf = (path: string): Promise<Stats | null> => stat(path).catch(() => null);
