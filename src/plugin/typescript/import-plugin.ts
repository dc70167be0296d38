// Imports the module of a plug-in, in TypeScript or JavaScript.
import module from 'node:module';
import { pathToFileURL } from 'node:url';

let areHooksThere = false;

/** Imports a file as a module. Rejects with whatever the module throws while it is evaluated. */
export async function importPlugin(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!areHooksThere) module.register(new URL('./loader-hooks.js', import.meta.url));
  areHooksThere = true;
  const imported: unknown = await import(pathToFileURL(file).href);
  return isRecord(imported) ? imported : {};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
