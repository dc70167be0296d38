// The commands `list test-runs` and `list aggregated-results`: show what is stored, newest first.
import { plainTable } from '../../report/plain-table.ts';
import { testRunList, testRunListHeader } from '../../store/test-run-list.ts';
import { listAggregates, listTestRuns } from '../../store/test-run-store.ts';
import type { CommandContext } from '../context.ts';

/** Prints the newest stored test runs as a table. */
export async function showTestRuns({ console, settings }: CommandContext, limit: number): Promise<void> {
  if (settings.datastoreType !== 'in-memory') {
    const store = `The store of ${settings.file} (datastore.type = ${settings.datastoreType})`;
    console.warning(`${store} is not read in this version; these are the files below ${settings.rootDirectory}.`);
  }
  const runs = await listTestRuns(settings.rootDirectory, limit);
  if (runs.length === 0) {
    console.print('No recent test-runs found.');
    return;
  }
  console.print('Recent test-runs:\n');
  console.print(plainTable(testRunListHeader, testRunList(runs)));
}

/** Prints all stored aggregates as a table. */
export async function showAggregates({ console, settings }: CommandContext): Promise<void> {
  const aggregates = await listAggregates(settings.rootDirectory);
  if (aggregates.length === 0) {
    console.print('No recent aggregated-results found.');
    return;
  }
  console.print('Recent aggregated-results:\n');
  console.print(plainTable(testRunListHeader, testRunList(aggregates)));
}
