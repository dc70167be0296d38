// What the text of a plug-in in Python says of itself, which decides whether it is started although no task names
// anything of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginPlace } from './plugin-place.ts';

const PROCESSOR = /^[^#\n]*\bregister_workload_processor\b/m;
const RUNNER = /^[^#\n]*\bregister_runner\(\s*["']([\w-]+)["']/gm;

/** What a plug-in seems to register. */
export interface PluginText {
  /** It registers a workload processor, which concerns every run. */
  readonly hasProcessor: boolean;
  /** Operation types for which it registers a runner, which goes before one that is built in. */
  readonly runners: ReadonlySet<string>;
}

/** Reads the Python files of the workload's directory and of the folders in it. */
export function readPluginText({ directory }: PluginPlace): PluginText {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py'));
  const texts = names.map((name) => readFileSync(join(directory, name), 'utf8'));
  return {
    hasProcessor: texts.some((text) => PROCESSOR.test(text)),
    runners: new Set(texts.flatMap((text) => [...text.matchAll(RUNNER)].flatMap(([, type]) => type ?? []))),
  };
}
