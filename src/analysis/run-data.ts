// Stored test runs with everything that is known of them, for comparing them with others.
import { BenchmarkError } from '../errors.ts';
import type { RunHistory, TaskHistory } from '../metrics/history.ts';
import type { Results, TaskResults } from '../metrics/results.ts';
import { readHistory } from '../store/history-store.ts';
import type { TestRun } from '../store/test-run.ts';
import { readTestRun } from '../store/test-run-store.ts';

/** A stored test run that has results. */
export interface RunData {
  readonly run: TestRun;
  readonly results: Results;
  /** Its course over time; `null` if none is stored, as for runs of OpenSearch Benchmark. */
  readonly history: RunHistory | null;
}

/**
 * Reads test runs by their ids. Rejects with `TEST_RUN_NOT_FOUND` if one is missing, cannot be understood or has no
 * results, with `DISK` if it cannot be read.
 */
export async function loadRuns(rootDirectory: string, ids: readonly string[]): Promise<readonly RunData[]> {
  const runs: RunData[] = [];
  for (const id of ids) {
    const run = await readTestRun(rootDirectory, id);
    if (run.results === null)
      throw new BenchmarkError('TEST_RUN_NOT_FOUND', `The test run "${id}" has no results.`, {
        hint: 'It is still under way, or it was ended by force.',
      });
    runs.push({ run, results: run.results, history: await readHistory(rootDirectory, id) });
  }
  return runs;
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
