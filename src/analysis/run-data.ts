// Stored test runs with everything that is known of them, for comparing them with others.
import { BenchmarkError } from '../errors.ts';
import { isJsonArray, parseJson } from '../json.ts';
import type { RunHistory, TaskHistory } from '../metrics/history.ts';
import type { Results, TaskResults } from '../metrics/results.ts';
import { readHistory } from '../store/history-store.ts';
import type { TestRun } from '../store/test-run.ts';
import { isStored, readTestRun } from '../store/test-run-store.ts';

/** A stored test run that has results. */
export interface RunData {
  readonly run: TestRun;
  readonly results: Results;
  /** Its course over time; `null` if none is stored, as for runs of OpenSearch Benchmark. */
  readonly history: RunHistory | null;
}

/** The tag of an aggregate that holds the ids of its runs. */
export const MEMBERS_TAG = 'aggregation-of-runs';

/** The ids of the runs of an aggregate; empty for a test run. */
export function membersOf({ userTags }: TestRun): readonly string[] {
  const text = userTags[MEMBERS_TAG];
  const ids = text === undefined ? [] : parseJson(text);
  return isJsonArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}

/**
 * Reads test runs by their ids; in place of an aggregate come its runs, if all of them are still stored. Rejects with
 * `TEST_RUN_NOT_FOUND` if one is missing, cannot be understood or has no results, with `DISK` if it cannot be read.
 */
export async function loadRuns(rootDirectory: string, ids: readonly string[]): Promise<readonly RunData[]> {
  const runs: RunData[] = [];
  for (const id of ids) {
    const run = await readTestRun(rootDirectory, id);
    const members = membersOf(run);
    if (members.length > 0 && members.every((member) => isStored(rootDirectory, member)))
      runs.push(...(await loadRuns(rootDirectory, members)));
    else runs.push(await withHistory(rootDirectory, run));
  }
  return runs;
}

async function withHistory(rootDirectory: string, run: TestRun): Promise<RunData> {
  if (run.results === null)
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', `The test run "${run.id}" has no results.`, {
      hint: 'It is still under way, or it was ended by force.',
    });
  return { run, results: run.results, history: await readHistory(rootDirectory, run.id) };
}

/** The results of a task; `null` if the run has no such task. */
export const taskOf = ({ results }: RunData, task: string): TaskResults | null =>
  results.tasks.find((one) => one.task === task) ?? null;

/** The course of a task; `null` if it is not stored. */
export const courseOf = ({ history }: RunData, task: string): TaskHistory | null =>
  history?.tasks.find((one) => one.task === task) ?? null;

/** Names of the tasks that every one of the runs has, in the order of the first. */
export function commonTasks(runs: readonly RunData[]): readonly string[] {
  const [first, ...others] = runs;
  return (first?.results.tasks ?? [])
    .filter((task) => task.isReported && others.every((run) => taskOf(run, task.task) !== null))
    .map(({ task }) => task);
}
