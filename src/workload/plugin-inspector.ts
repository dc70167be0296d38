// What the loader must know of plug-ins. The caller hands it in, so that this folder does not depend on their hosts.

import type { Problem } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Task, TestProcedure, Workload } from './model.ts';
import type { PluginLanguage, PluginPlace } from './plugin-place.ts';

/** What a plug-in has registered, as far as it decides whether a workload can run. */
export interface PluginFacts {
  /** Names of parameter sources. */
  readonly sources: readonly string[];
  /** Operation types that the plug-in runs itself. */
  readonly runners: readonly string[];
  readonly schedulers: readonly { readonly name: string }[];
  /** Whether it wants to change the rendered `workload.json`. */
  readonly changesWorkload: boolean;
  /** Whether it wants to prepare data on each machine before the load. */
  readonly preparesData: boolean;
}

/** Opens plug-ins to look at them before there is any load. */
export interface PluginInspector {
  /** Languages of plug-ins that can be run. */
  readonly languages: readonly PluginLanguage[];
  /**
   * Imports a plug-in apart from everything else, and lets it register. Rejects with `PLUGIN`, also if it does not end.
   */
  open(place: PluginPlace): Promise<InspectedPlugin>;
}

/** A plug-in that was imported. */
export interface InspectedPlugin {
  /** Where it was opened. */
  readonly place: PluginPlace;
  readonly facts: PluginFacts;
  /** What the plug-in makes of the rendered `workload.json`. */
  changeWorkload(document: JsonObject): Promise<Json>;
  /**
   * Makes everything of the plug-in that the tasks of a procedure need, once, to see that it can be made. Returns the
   * corpora that each task's source says it reads, by the name of the task. Rejects with `PLUGIN`.
   */
  tryTasks(workload: Workload, procedure: TestProcedure): Promise<ReadonlyMap<string, readonly string[]>>;
  /** What is missing to vary the values in the queries of the tasks: sources of values for their fields. */
  checkRandomization(tasks: readonly Task[]): readonly Problem[];
  close(): Promise<void>;
}

/** The plug-in of a loaded workload. */
export interface LoadedPlugin {
  readonly place: PluginPlace;
  readonly facts: PluginFacts;
  /** Names of the corpora that the plug-in's sources read, by the name of the task. */
  readonly corpora: ReadonlyMap<string, readonly string[]>;
}
