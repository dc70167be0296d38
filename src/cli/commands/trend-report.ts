// Reads the stored test runs of a trend, and writes it on the console and into the results file.
import { seriesName, type TrendSeries, trendOf } from '../../analysis/trend.ts';
import { changesMarkdown, trendCsv, trendJson, trendMarkdown } from '../../analysis/trend-table.ts';
import { BenchmarkError } from '../../errors.ts';
import { writeJson } from '../../json.ts';
import type { Align } from '../../report/pipe-table.ts';
import type { TestRun } from '../../store/test-run.ts';
import { listTestRuns } from '../../store/test-run-store.ts';
import type { CommandContext } from '../context.ts';
import { openResultsFile, resultsFileOf } from '../output/results-file.ts';
import type { TrendInvocation } from './trend-flags.ts';

/** Shows the trend and returns whether there is no new regression. */
export async function showTrend(context: CommandContext, invocation: TrendInvocation): Promise<boolean> {
  const { console, settings } = context;
  const { options } = invocation;
  const path = resultsFileOf(context, invocation);
  const file = path === null ? null : openResultsFile(path);
  const stored = await listTestRuns(settings.rootDirectory, Number.POSITIVE_INFINITY);
  const { runs, partial } = selectRuns(stored, options);
  const series = trendOf(runs, options);
  const text = rendered(series, options.resultsFormat, options.resultsNumbersAlign);
  const [newest] = runs;
  if (options.resultsFormat === 'markdown') {
    console.print(
      `${runs.length} test runs of workload [${newest?.workload}], test_procedure [${newest?.testProcedure}].\n`,
    );
    console.print(text.trimEnd());
    if (partial > 0) console.info(`${partial} test runs were cut short and are left out.`);
  } else {
    console.printResult(text.trimEnd());
  }
  await file?.append(text);
  file?.close();
  const regressions = series.flatMap((one) =>
    one.changes.filter(({ isNewRegression }) => isNewRegression).map(() => one),
  );
  for (const one of regressions) console.error(`New regression: ${seriesName(one)}.`);
  return regressions.length === 0;
}

function rendered(
  series: readonly TrendSeries[],
  format: TrendInvocation['options']['resultsFormat'],
  align: Align,
): string {
  if (format === 'csv') return trendCsv(series);
  if (format === 'json') return `${writeJson(trendJson(series))}\n`;
  const hasChanges = series.some(({ changes }) => changes.length > 0);
  return [trendMarkdown(series, align), ...(hasChanges ? [changesMarkdown(series, align)] : []), ''].join('\n\n');
}

/** The runs of one test procedure of one workload, newest first, without those that were cut short. */
function selectRuns(
  stored: readonly TestRun[],
  { workload, testProcedure, userTag, limit }: TrendInvocation['options'],
): { readonly runs: readonly TestRun[]; readonly partial: number } {
  const tagged = stored.filter(
    (run) => run.results !== null && Object.entries(userTag).every(([key, value]) => run.userTags[key] === value),
  );
  const wanted = workload ?? tagged[0]?.workload;
  const ofWorkload = tagged.filter((run) => run.workload === wanted);
  const procedure = testProcedure ?? ofWorkload[0]?.testProcedure;
  const ofTest = ofWorkload.filter((run) => run.testProcedure === procedure);
  const whole = ofTest.filter((run) => run.results?.isPartial === false);
  if (whole.length === 0) {
    const known = [...new Set(stored.map((run) => `${run.workload} / ${run.testProcedure}`))].slice(0, 20);
    throw new BenchmarkError('TEST_RUN_NOT_FOUND', 'There are no stored test runs of this kind with results.', {
      hint: known.length === 0 ? 'No test run is stored yet.' : `Stored are: ${known.join(', ')}.`,
    });
  }
  return { runs: whole.slice(0, limit), partial: ofTest.length - whole.length };
}
