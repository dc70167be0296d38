// What the loader of workloads and the thread in which a plug-in is looked at say to each other.
import type { WireError } from '../../errors.ts';
import type { PluginPlace } from '../../workload/plugin-place.ts';
import type { PluginNames } from '../host.ts';

/** What the thread is told to do, one after the other. JSON travels as text, because only so it loses nothing. */
export type InspectCommand =
  | { readonly kind: 'open'; readonly place: PluginPlace }
  /** Let the workload processors change the rendered `workload.json`. */
  | { readonly kind: 'change'; readonly document: string }
  /** Make what the tasks need, once. `workload` is the `PluginWorkload`. */
  | { readonly kind: 'try'; readonly workload: string; readonly tasks: readonly TriedTask[] }
  /** Let the workload processors prepare data on this machine. */
  | { readonly kind: 'prepare'; readonly workload: string; readonly settings: DataSettings };

/** Where and how a plug-in may prepare data. */
export interface DataSettings {
  /** `local.dataset.cache` of this machine. */
  readonly dataDirectory: string;
  readonly isOffline: boolean;
  /** Environment variables, of which those that name proxies are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The most threads that may unpack one archive. */
  readonly cores: number;
}

/** A task whose part of the plug-in is tried. */
export interface TriedTask {
  readonly name: string;
  readonly operation: { readonly name: string; readonly type: string; readonly params: string };
  readonly clients: number;
  readonly customSchedule: { readonly name: string; readonly spec: string } | null;
}

/** What the thread answers. */
export type InspectMessage =
  /** Code of the plug-in begins to run that may not end. */
  | { readonly kind: 'begins'; readonly what: string }
  | { readonly kind: 'opened'; readonly names: PluginNames }
  | { readonly kind: 'changed'; readonly document: string }
  /** The corpora that each task's source reads, by the name of the task. */
  | { readonly kind: 'tried'; readonly corpora: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'data-ready' }
  | { readonly kind: 'failed'; readonly error: WireError };
