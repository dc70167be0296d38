// Hooks of Node's module loader that import TypeScript files of plug-ins; they run in the loader's own thread.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadStripTypes, type StripTypes } from './strip-types.ts';

/** The part of what a `load` hook returns that is used here. */
interface LoadedSource {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

let strip: StripTypes | null = null;

/** Whether a module is a TypeScript file, by its address. */
export const isTypeScript = (url: string): boolean => url.startsWith('file:') && /\.m?ts$/.test(new URL(url).pathname);

/** Loads TypeScript files as modules without their types, and leaves all others to Node. */
export async function load<C>(
  url: string,
  context: C,
  nextLoad: (url: string, context: C) => LoadedSource | Promise<LoadedSource>,
): Promise<LoadedSource> {
  if (!isTypeScript(url)) return nextLoad(url, context);
  strip ??= await loadStripTypes();
  const file = fileURLToPath(url);
  return { format: 'module', source: strip(await readFile(file, 'utf8'), file), shortCircuit: true };
}
