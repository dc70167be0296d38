// The summary of a test run, on the console and in the results file.
import type { RunOutcome } from '../../coordinator/run.ts';
import { stableEverywhere } from '../../metrics/control-results.ts';
import { compactSummary } from '../../report/compact-summary.ts';
import { summaryFormats } from '../../report/formats.ts';
import { isLimitOfCluster, rateCurve, rateSummary } from '../../report/rate-curve.ts';
import { summaryRows } from '../../report/summary.ts';
import { errorTable, warnings } from '../../report/warnings.ts';
import type { CommandContext } from '../context.ts';
import { summaryHeading } from '../output/banner.ts';
import type { Console } from '../output/console.ts';
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
    if (isCompact(console, options, table)) {
      console.print(`${compactSummary(outcome.results.tasks, console.width)}\n`);
      if (options.summary === 'auto') console.info('--summary=wide shows all figures; test_run.json has them, too.');
    } else {
      console.print(table);
    }
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

/**
 * Whether the screen shows one row per task: if that is wanted, or if the table of all figures does not fit into a
 * terminal, where its beginning would be scrolled away or its lines be broken.
 */
function isCompact(
  console: Console,
  { summary, resultsFormat }: ExecuteTestInvocation['options'],
  table: string,
): boolean {
  if (summary !== 'auto') return summary === 'compact';
  if (!console.isInteractive || resultsFormat !== 'markdown') return false;
  const lines = table.split('\n');
  return lines.length > console.height || lines.some((line) => line.length > console.width);
}
