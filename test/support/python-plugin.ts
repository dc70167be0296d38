// Writes a plug-in into a directory of its own and opens it in a real Python.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type JsonObject, parseJson } from '../../src/json.ts';
import type { BodyForm, SourceParams } from '../../src/operation/parameter-source.ts';
import { packageRoot } from '../../src/package.ts';
import type { PluginHost, PluginSource, SourceRequest } from '../../src/plugin/host.ts';
import { openPythonHost } from '../../src/python/python-host.ts';
import { type Seconds, seconds } from '../../src/units.ts';

/** Where the started Python is kept from test to test. */
export const cacheDirectory = join(packageRoot, 'dist', 'python-start');

/** A plug-in on disk with its host. */
export interface OpenPlugin {
  readonly host: PluginHost;
  /** Absolute path of the directory of the workload. */
  readonly directory: string;
  /** What the plug-in has printed, line by line. */
  readonly printed: string[];
  /** Ends the host and removes the files. */
  close(): Promise<void>;
}

/** What a plug-in is opened with, beside its files. */
export interface PluginSettings {
  readonly seed?: number;
  readonly limit?: Seconds;
  readonly workload?: JsonObject | null;
  /** Files beside the workload's directory, by their paths. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Opens a plug-in from its files, by their paths in the directory of the workload. It is not registered yet. */
export async function openPlugin(
  files: Readonly<Record<string, string>>,
  settings: PluginSettings = {},
): Promise<OpenPlugin> {
  const root = mkdtempSync(join(tmpdir(), 'osb-plugin-'));
  const directory = join(root, 'logs');
  const printed: string[] = [];
  for (const [path, text] of Object.entries({ 'workload.json': '{}', ...files })) write(join(directory, path), text);
  for (const [path, text] of Object.entries(settings.beside ?? {})) write(join(root, path), text);
  const place = { language: 'python' as const, directory, file: join(directory, 'workload.py'), cacheDirectory };
  const log = (line: string): void => void printed.push(line);
  try {
    const options = {
      place,
      workload: settings.workload ?? null,
      seed: settings.seed ?? 1,
      log,
      begins: () => undefined,
    };
    const host = await openPythonHost(options, settings.limit ?? seconds(60));
    const close = async (): Promise<void> => {
      await host.close();
      rmSync(root, { recursive: true });
    };
    return { host, directory, printed, close };
  } catch (error) {
    rmSync(root, { recursive: true });
    throw error;
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What a source is asked for in tests: the first of one client, unless it says otherwise. */
export function sourceRequest(name: string, change: Partial<SourceRequest> & { params?: string } = {}): SourceRequest {
  const { params = '{}', bodies = 'json' as BodyForm, ...rest } = change;
  const operation = { name: 'op', type: 'search', params: objectOf(params) };
  return { name, task: 'task', operation, clientIndex: 0, clientCount: 1, seed: 7, bodies, ...rest };
}

/** A JSON text as the object that it is. */
export function objectOf(text: string): JsonObject {
  const value = parseJson(text);
  if (value instanceof Map) return value;
  throw new Error(`${text} is no object`);
}

/** One request of a source. */
export interface Taken {
  readonly params: JsonObject;
  readonly body: string | null;
}

/** The next parameters of a source, with bodies as texts: `count` of them, or fewer if it ends. */
export async function take(source: PluginSource, count: number): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  while (taken.length < count) {
    const next = await takeOne(source);
    if (next === null) break;
    taken.push({ params: next.params, body: next.body === null ? null : Buffer.from(next.body).toString() });
  }
  return taken;
}

/** The next parameters of a source; `null` at its end. */
export async function takeOne(source: PluginSource): Promise<SourceParams | null> {
  await source.ready();
  return source.next();
}
