// Reads the test runs of a comparison, and writes what differs on the console and into the results file.
import { resolve } from 'node:path';
import { compareRuns } from '../../analysis/compare.ts';
import {
  comparisonJson,
  comparisonJunit,
  type JudgedComparison,
  violationText,
} from '../../analysis/comparison-document.ts';
import { comparisonCsv, comparisonMarkdown } from '../../analysis/comparison-table.ts';
import { findViolations } from '../../analysis/fail-if.ts';
import { loadRuns, type RunData } from '../../analysis/run-data.ts';
import { writeJson } from '../../json.ts';
import { comparisonPage } from '../../page/comparison-page.ts';
import type { Align } from '../../report/pipe-table.ts';
import { replaceFile } from '../../store/replace-file.ts';
import type { CommandContext } from '../context.ts';
import { summaryHeading } from '../output/banner.ts';
import type { Console } from '../output/console.ts';
import { openResultsFile, resultsFileOf } from '../output/results-file.ts';
import type { CompareInvocation } from './compare-flags.ts';

/** Compares, tells, and returns whether no condition of `--fail-if` was met. */
export async function showComparison(context: CommandContext, invocation: CompareInvocation): Promise<boolean> {
  const { console, settings } = context;
  const { options } = invocation;
  const path = resultsFileOf(context, invocation);
  const file = path === null ? null : openResultsFile(path);
  const [baseline, contender] = [
    await loadRuns(settings.rootDirectory, options.baseline),
    await loadRuns(settings.rootDirectory, options.contender),
  ];
  const comparison = compareRuns(baseline, contender, {
    percentiles: options.percentiles,
    showsProcessingTime: settings.showProcessingTime,
    alsoFigures: options.failIf.map(({ figure }) => figure),
  });
  const violations = findViolations(options.failIf, comparison.rows);
  const judged: JudgedComparison = { comparison, conditions: options.failIf, violations };
  const text = rendered(judged, options.resultsFormat, options.resultsNumbersAlign);
  if (options.resultsFormat === 'markdown') showForPeople(console, judged, text);
  else {
    console.printResult(text.trimEnd());
    for (const warning of comparison.warnings) console.complain(`[WARNING] ${warning}`);
  }
  if (options.page !== null) {
    const page = resolve(context.environment.workingDirectory, options.page);
    await replaceFile(page, comparisonPage(comparison), 'The comparison');
    console.info(`HTML comparison saved to: ${page}`);
  }
  await file?.append(text);
  file?.close();
  for (const violation of violations) console.error(violationText(violation));
  return violations.length === 0;
}

function rendered(
  judged: JudgedComparison,
  format: CompareInvocation['options']['resultsFormat'],
  align: Align,
): string {
  switch (format) {
    case 'csv':
      return comparisonCsv(judged.comparison);
    case 'json':
      return `${writeJson(comparisonJson(judged))}\n`;
    case 'junit':
      return comparisonJunit(judged);
    default:
      return `${comparisonMarkdown(judged.comparison, align)}\n`;
  }
}

function showForPeople(
  console: Console,
  { comparison, conditions, violations }: JudgedComparison,
  table: string,
): void {
  showSide(console, 'Comparing baseline', comparison.baseline);
  showSide(console, 'with contender', comparison.contender);
  for (const line of summaryHeading) console.print(console.bold(line));
  console.print(table);
  const bases = new Set(comparison.rows.flatMap(({ significance }) => significance?.basis ?? []));
  if (bases.has('within runs'))
    console.info(
      'Intervals come from the course of single runs and know nothing of the spread between runs, which is often ' +
        'larger. Repeat the tests (--test-iterations) and compare the groups.',
    );
  for (const warning of comparison.warnings) console.warning(warning);
  if (conditions.length > 0 && violations.length === 0) console.info('No condition of --fail-if is met.');
}

function showSide(console: Console, title: string, runs: readonly RunData[]): void {
  console.print(`\n${title}`);
  for (const { run } of runs) {
    console.print(`  TestRun ID: ${run.id}`);
    console.print(`  TestRun timestamp: ${new Date(run.timestamp).toISOString().slice(0, 19).replace('T', ' ')}`);
    console.print(`  TestProcedure: ${run.testProcedure}`);
    console.print(`  ClusterConfig: ${run.clusterConfig.join('+')}`);
    const tags = Object.entries(run.userTags).map(([key, value]) => `${key}=${value}`);
    if (tags.length > 0) console.print(`  User tags: ${tags.sort().join(', ')}`);
  }
}
