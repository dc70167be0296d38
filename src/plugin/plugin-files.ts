// Which files a plug-in consists of: those of its workload's directory, and the code of sibling workloads that it uses.
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { PluginPlace } from '../workload/plugin-place.ts';

/** Directories that hold nothing of a plug-in's own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '__pycache__']);
const CODE: ReadonlySet<string> = new Set(['.py', '.ts', '.mts', '.js', '.mjs', '.cjs']);
/** `import nyc_taxis.workload`, `from nyc_taxis.workload import x`. */
const PYTHON_IMPORT = /^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)/gm;
/** `from '../nyc_taxis/workload.ts'`, `import('../nyc_taxis/x.js')`. */
const SCRIPT_IMPORT = /['"]\.\.\/([^/'"]+)\//g;

/** A file of a plug-in. */
export interface PluginFile {
  /** Relative to the parent of the workload's directory, with slashes: `nyc_taxis/workload.py`. */
  readonly path: string;
  readonly absolute: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * The files of a plug-in in the order of their paths. Files of the workload's directory with one of the names
 * `documents` are left out, because corpora travel by themselves.
 */
export function pluginFiles({ directory }: PluginPlace, documents: ReadonlySet<string>): readonly PluginFile[] {
  const root = dirname(directory);
  const own = filesIn(directory, basename(directory)).filter(({ path }) => !documents.has(basename(path)));
  const files = new Map(own.map((file) => [file.path, file]));
  const waiting = own.filter(isCode);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const sibling of siblingsOf(file)) {
      const folder = join(root, sibling);
      if (!existsSync(folder) || !statSync(folder).isDirectory()) continue;
      const added = filesIn(folder, sibling).filter((other) => isCode(other) && !files.has(other.path));
      for (const other of added) files.set(other.path, other);
      waiting.push(...added);
    }
  }
  return [...files.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}

const isCode = ({ path }: PluginFile): boolean => CODE.has(extname(path));

/** The directories beside the workload's own that a file of code names. */
function siblingsOf({ path, absolute }: PluginFile): readonly string[] {
  const pattern = extname(path) === '.py' ? PYTHON_IMPORT : SCRIPT_IMPORT;
  const names = [...readFileSync(absolute, 'utf8').matchAll(pattern)].flatMap(([, name]) => name ?? []);
  return names.filter((name) => name !== '..' && name !== path.split('/')[0]);
}

function filesIn(directory: string, prefix: string): readonly PluginFile[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => filesOf(entry, directory, prefix));
}

function filesOf(entry: Dirent, directory: string, prefix: string): readonly PluginFile[] {
  const absolute = join(directory, entry.name);
  const path = `${prefix}/${entry.name}`;
  if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) return [];
  if (entry.isDirectory()) return filesIn(absolute, path);
  return entry.isFile() ? [{ path, absolute, size: statSync(absolute).size }] : [];
}
