// Aggregates test runs, stores the aggregate, and shows its summary and its spread.
import { randomUUID } from 'node:crypto';
import { aggregateRuns } from '../../analysis/aggregate.ts';
import { aggregateDocument } from '../../analysis/aggregate-document.ts';
import { spreadTable } from '../../analysis/aggregate-table.ts';
import { loadRuns } from '../../analysis/run-data.ts';
import { defaultPercentiles } from '../../metrics/percentiles.ts';
import { type SummaryFormatName, summaryFormats } from '../../report/formats.ts';
import type { Align } from '../../report/pipe-table.ts';
import { type SummaryOptions, summaryRows } from '../../report/summary.ts';
import { writeAggregate } from '../../store/aggregate-store.ts';
import type { CommandContext } from '../context.ts';
import { summaryHeading } from '../output/banner.ts';
import type { ResultsFile } from '../output/results-file.ts';

/** The flags on which it depends how an aggregate is shown. */
interface WithResultsFlags {
  readonly options: {
    readonly resultsFormat: SummaryFormatName;
    readonly resultsNumbersAlign: Align;
    readonly showInResults: SummaryOptions['show'];
  };
}

/**
 * Aggregates test runs by their ids. The aggregate is called `aggregate_results_<workload>_<name>`, with a random UUID
 * if there is no name. Its tables are appended to `file`.
 */
export async function aggregateAndShow(
  context: CommandContext,
  { options }: WithResultsFlags,
  { ids, name }: { readonly ids: readonly string[]; readonly name: string | null },
  file: ResultsFile | null,
): Promise<void> {
  const { console, settings, environment } = context;
  const runs = await loadRuns(settings.rootDirectory, ids);
  const id = `aggregate_results_${runs[0]?.run.workload ?? ''}_${name ?? randomUUID()}`;
  const aggregate = aggregateRuns(runs, id, environment.clock.wall());
  await writeAggregate(settings.rootDirectory, id, aggregateDocument(aggregate));
  const { results } = aggregate.run;
  const rows =
    results === null
      ? []
      : summaryRows(results, {
          show: options.showInResults,
          latencyPercentiles: defaultPercentiles,
          throughputPercentiles: [],
          showsProcessingTime: settings.showProcessingTime,
        });
  const format = summaryFormats[options.resultsFormat];
  const table = format.render(rows, options.resultsNumbersAlign);
  const spread = spreadTable(aggregate, options.resultsNumbersAlign);
  if (format.isForPeople) {
    console.print(`Aggregate test run ID:  ${id}`);
    for (const line of summaryHeading) console.print(console.bold(line));
    console.print(table);
    console.print(`${spread}\n`);
    for (const warning of aggregate.warnings) console.warning(warning);
  } else {
    console.printResult(table.trimEnd());
    for (const warning of aggregate.warnings) console.complain(`[WARNING] ${warning}`);
  }
  await file?.append(format.isForPeople ? `${table}\n${spread}\n` : table);
}
