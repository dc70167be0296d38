// The summary of a test run, on the console and in the results file.
import type { RunOutcome } from '../../coordinator/run.ts';
import { stableEverywhere } from '../../metrics/control-results.ts';
import { summaryFormats } from '../../report/formats.ts';
import { isLimitOfCluster, rateCurve, rateSummary } from '../../report/rate-curve.ts';
import { summaryRows } from '../../report/summary.ts';
import { errorTable, warnings } from '../../report/warnings.ts';
import type { CommandContext } from '../context.ts';
import { summaryHeading } from '../output/banner.ts';
import type { ResultsFile } from '../output/results-file.ts';
import { redact } from '../redact.ts';
import type { ExecuteTestInvocation } from './execute-test-flags.ts';

/** Prints the summary, on a terminal or not, and appends it to the file of `--results-file`, if there is one. */
export async function reportRun(
  context: CommandContext,
  { options }: ExecuteTestInvocation,
  outcome: RunOutcome,
  file: ResultsFile | null,
): Promise<void> {
  const { console, settings } = context;
  const rows = summaryRows(outcome.results, {
    show: options.showInResults,
    latencyPercentiles: options.latencyPercentiles,
    throughputPercentiles: options.throughputPercentiles,
    showsProcessingTime: settings.showProcessingTime,
  });
  const table = summaryFormats[options.resultsFormat].render(rows, options.resultsNumbersAlign);
  if (rows.length > 0) {
    for (const line of summaryHeading) console.print(console.bold(line));
    console.print(table);
  }
  for (const message of warnings(outcome.results)) console.warning(message);
  const errors = errorTable(outcome.results);
  if (errors !== null) console.print(`\nFailed requests:\n\n${redact(errors)}`);
  const { maxThroughput, redline } = outcome.results;
  if (maxThroughput !== undefined) {
    const [found = '', why = ''] = rateSummary(maxThroughput);
    console.print(`\nRates that were tried:\n\n${rateCurve(maxThroughput)}\n`);
    console.info(found);
    if (isLimitOfCluster(maxThroughput)) console.info(why);
    else console.warning(why);
  }
  if (redline !== undefined)
    console.info(`Redline test finished. Maximum stable client number reached: ${stableEverywhere(redline)}`);
  if (rows.length > 0) await file?.append(table);
}
