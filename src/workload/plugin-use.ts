// The plug-in of one workload while that is loaded: it is opened only if it is wanted, and it may change the workload.
import { basename } from 'node:path';
import type { Problem } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { FoundWorkload } from './find.ts';
import { leafTasks, type Operation, type TestProcedure, type Workload } from './model.ts';
import type { OperationCatalog } from './operation-catalog.ts';
import type { InspectedPlugin, LoadedPlugin, PluginInspector } from './plugin-inspector.ts';
import { type FoundPlugin, findPlugin } from './plugin-place.ts';
import { readPluginText } from './plugin-text.ts';
import { type ReadSurroundings, type ReadWorkload, readWorkload } from './read-workload.ts';
import { hasOtherSource, type KnownPlugin, needsPlugin } from './unsupported-features.ts';

/** A workload of which the tasks to run have been chosen. */
export interface SelectedWorkload {
  /** All test procedures, filtered. */
  readonly workload: Workload;
  /** The selected one. */
  readonly testProcedure: TestProcedure;
  /** To be shown before the run: a stand-in for a repository, tasks that serverless forbids. */
  readonly notices: readonly string[];
}

/** What the use of a plug-in depends on. */
export interface PluginRequest extends ReadSurroundings {
  readonly params: JsonObject;
  readonly purpose: 'run' | 'inspect';
  readonly operations: OperationCatalog;
  readonly plugins?: PluginInspector;
  /** Whether the values in queries are varied, by values of the plug-in. Default: `false`. */
  readonly randomizesQueries?: boolean;
}

/** Opens the plug-in of a workload when it is needed, and closes it. */
export class PluginUse {
  private readonly workload: FoundWorkload;
  private readonly request: PluginRequest;
  private readonly found: FoundPlugin | null;
  private opened: InspectedPlugin | null = null;

  constructor(workload: FoundWorkload, request: PluginRequest) {
    this.workload = workload;
    this.request = request;
    this.found = findPlugin(workload.directory);
  }

  /** What is to be said of the plug-in before the run. */
  get notices(): readonly string[] {
    return this.found?.notices ?? [];
  }

  /** What is known of the plug-in, for checks. */
  get known(): KnownPlugin {
    const file = this.found === null ? null : basename(this.found.place.file);
    // A plug-in that can be run and was not opened is not needed.
    const facts = this.opened?.facts ?? (this.isRunnable ? NOTHING : null);
    return { file, facts };
  }

  /** Whether the plug-in is to be opened whatever the tasks are: one in TypeScript, which costs next to nothing. */
  get isAlwaysOpened(): boolean {
    return this.isRunnable && this.found?.place.language === 'typescript';
  }

  /**
   * Whether a task of the procedure needs the plug-in, or the plug-in takes part in every run, and it is not open yet.
   */
  isNeededBy({ schedule }: TestProcedure): boolean {
    const { found, request } = this;
    const { operations, randomizesQueries = false } = request;
    if (found === null || !this.isRunnable || this.opened !== null) return false;
    const tasks = leafTasks(schedule);
    if (randomizesQueries || tasks.some((task) => needsPlugin(task, operations))) return true;
    const { hasProcessor, runners } = readPluginText(found.place);
    return hasProcessor || tasks.some(({ operation }) => runners.has(operation.type));
  }

  /** Whether the plug-in runs operations of this type itself. */
  runs({ type }: Operation): boolean {
    return this.opened?.facts.runners.includes(type) === true;
  }

  /** What is missing to vary the values in queries, if that is wanted. */
  checkRandomization({ schedule }: TestProcedure): readonly Problem[] {
    const { request, opened, workload } = this;
    if (request.randomizesQueries !== true || request.purpose !== 'run') return [];
    const tasks = leafTasks(schedule).filter(({ operation }) => !hasOtherSource(operation, request.operations));
    return opened?.checkRandomization(tasks) ?? [{ file: workload.file, message: NO_VALUES }];
  }

  /** Opens the plug-in, and reads the workload anew if the plug-in changes it. Rejects with `PLUGIN`. */
  async change(read: ReadWorkload): Promise<ReadWorkload> {
    const { found, request } = this;
    if (found === null || request.plugins === undefined) return read;
    this.opened = await request.plugins.open(found.place);
    if (!this.opened.facts.changesWorkload || !isJsonObject(read.document)) return read;
    const document = await this.opened.changeWorkload(read.document);
    return readWorkload(this.workload, request.params, { ...request, document });
  }

  /** Tries what the tasks need of the plug-in; `null` if it was not opened. Rejects with `PLUGIN`. */
  async load({ workload, testProcedure }: SelectedWorkload): Promise<LoadedPlugin | null> {
    const { opened } = this;
    if (opened === null) return null;
    return { place: opened.place, facts: opened.facts, corpora: await opened.tryTasks(workload, testProcedure) };
  }

  /** Ends the plug-in. */
  async close(): Promise<void> {
    await this.opened?.close();
  }

  private get isRunnable(): boolean {
    const { found, request } = this;
    if (found === null || request.purpose !== 'run') return false;
    return request.plugins?.languages.includes(found.place.language) === true;
  }
}

const NO_VALUES = '--randomization-enabled needs a plug-in that registers values for queries, and there is none';
const NOTHING = { sources: [], runners: [], schedulers: [], changesWorkload: false, preparesData: false };
