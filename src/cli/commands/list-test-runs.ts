// list test-runs: what is stored, newest first.
import { plainTable } from '../../report/plain-table.ts';
import { testRunList, testRunListHeader } from '../../store/test-run-list.ts';
import { listTestRuns } from '../../store/test-run-store.ts';
import type { Context } from '../context.ts';

/** Prints the newest stored test runs as a table. */
export async function showTestRuns({ console, settings }: Context, limit: number): Promise<void> {
  if (settings.datastoreType !== 'in-memory') {
    console.warning(
      `The store of ${settings.file} (datastore.type = ${settings.datastoreType}) is not read in this version; these are the files below ${settings.rootDirectory}.`,
    );
  }
  const runs = await listTestRuns(settings.rootDirectory, limit);
  if (runs.length === 0) {
    console.print('No recent test-runs found.');
    return;
  }
  console.print('Recent test-runs:\n');
  console.print(plainTable(testRunListHeader, testRunList(runs)));
}
