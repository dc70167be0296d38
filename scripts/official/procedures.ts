// The workloads of a checkout and their test procedures.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError, formatProblem, messageOf } from '../../src/errors.ts';
import { isJsonObject, type JsonObject, parseJson, toJson } from '../../src/json.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import { epochMillis } from '../../src/units.ts';
import { type LoadedWorkload, loadWorkload } from '../../src/workload/load.ts';
import { needsOf, type ProcedureNeeds } from './needs.ts';

/** A test procedure of a workload of the checkout. */
export interface Procedure {
  readonly workload: string;
  readonly name: string;
  /** The directory of the workload. */
  readonly directory: string;
  readonly needs: ProcedureNeeds;
}

/** A workload whose procedures are not known, because it cannot be rendered. */
export interface BrokenWorkload {
  readonly workload: string;
  readonly why: string;
}

/** The workloads of a directory: each directory in it that holds a `workload.json`, sorted by name. */
export function workloadsIn(checkout: string): readonly string[] {
  return readdirSync(checkout)
    .filter((name) => existsSync(join(checkout, name, 'workload.json')))
    .sort();
}

/** The test procedures of a workload in their order, or why it has none. */
export async function proceduresOf(checkout: string, workload: string): Promise<readonly Procedure[] | BrokenWorkload> {
  const directory = join(checkout, workload);
  try {
    const loaded = await load(directory, null, needsOf(workload, ''));
    return loaded.workload.testProcedures.map(({ name }) => ({
      workload,
      name,
      directory,
      needs: needsOf(workload, name),
    }));
  } catch (error) {
    return { workload, why: reasonOf(error) };
  }
}

/**
 * Loads a test procedure in test mode, whether this program can run it or not. Rejects with a `BenchmarkError` if it
 * does not render.
 */
export function loadProcedure(procedure: Procedure, surroundings: Surroundings = NOWHERE): Promise<LoadedWorkload> {
  return load(procedure.directory, procedure.name, procedure.needs, surroundings);
}

/** What stands for `{kafka}` and `{data}` in the parameters of a procedure. */
export interface Surroundings {
  readonly kafka: string;
  readonly data: string;
}

/** Surroundings of a procedure that is only looked at. */
const NOWHERE: Surroundings = { kafka: '127.0.0.1:1', data: '/nowhere' };

/** The parameters of a procedure: those of its file, then its own. */
export function paramsOf(
  directory: string,
  { paramsFile, params }: ProcedureNeeds,
  { kafka, data }: Surroundings = NOWHERE,
): JsonObject {
  const filled = (value: unknown): unknown =>
    typeof value === 'string' ? value.replace('{kafka}', kafka).replace('{data}', data) : value;
  const own = toJson(Object.fromEntries(Object.entries(params).map(([name, value]) => [name, filled(value)])));
  const given = paramsFile === null ? new Map() : parseJson(readFileSync(join(directory, paramsFile), 'utf8'));
  if (!isJsonObject(own) || !isJsonObject(given)) throw new Error(`${paramsFile} of ${directory} holds no object.`);
  return new Map([...given, ...own]);
}

/** An error in one line, with its first problem and how many more there are. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof BenchmarkError)) return messageOf(error);
  const [first, ...more] = error.problems;
  if (first === undefined) return error.message;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `${error.code}: ${formatProblem(first).replaceAll(/\s+/g, ' ')}${others}`;
}

function load(
  directory: string,
  testProcedure: string | null,
  needs: ProcedureNeeds,
  surroundings: Surroundings = NOWHERE,
): Promise<LoadedWorkload> {
  return loadWorkload({
    repository: '',
    repositoryUrl: null,
    repositoriesDirectory: '',
    revision: null,
    distributionVersion: null,
    isOffline: true,
    git: { environment: {} },
    workload: null,
    workloadPath: directory,
    params: paramsOf(directory, needs, surroundings),
    testProcedure,
    includeTasks: [],
    excludeTasks: needs.withoutTasks,
    testMode: true,
    purpose: 'inspect',
    operations: operationCatalog,
    wallTime: () => epochMillis(Date.now()),
  });
}
