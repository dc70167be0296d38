// A comparison for programs: as JSON, and as the XML of JUnit that pipelines show.
import { Float, type Json, type JsonObject } from '../json.ts';
import { figureText } from '../metrics/figure.ts';
import type { Comparison, ComparisonRow } from './compare.ts';
import { signed } from './comparison-table.ts';
import type { FailCondition, Violation } from './fail-if.ts';
import type { RunData } from './run-data.ts';

/** A comparison, and what was demanded of it. */
export interface JudgedComparison {
  readonly comparison: Comparison;
  readonly conditions: readonly FailCondition[];
  readonly violations: readonly Violation[];
}

/** The comparison as JSON. Numbers that JSON has no form for are `null`. */
export function comparisonJson({ comparison, conditions, violations }: JudgedComparison): JsonObject {
  return new Map<string, Json>([
    ['baseline', comparison.baseline.map(runDocument)],
    ['contender', comparison.contender.map(runDocument)],
    ['warnings', comparison.warnings],
    ['rows', comparison.rows.map(rowDocument)],
    [
      'fail-if',
      conditions.map(
        (condition) =>
          new Map<string, Json>([
            ['condition', condition.text],
            ['violated-by', violations.filter((one) => one.condition === condition).map(({ row }) => row.task)],
          ]),
      ),
    ],
  ]);
}

const runDocument = ({ run }: RunData): JsonObject =>
  new Map<string, Json>([
    ['test-run-id', run.id],
    ['test-run-timestamp', new Date(run.timestamp).toISOString()],
    ['workload', run.workload],
    ['test_procedure', run.testProcedure],
    ['user-tags', new Map(Object.entries(run.userTags))],
  ]);

function rowDocument(row: ComparisonRow): JsonObject {
  const { significance } = row;
  return new Map<string, Json>([
    ['metric', row.metric],
    ['task', row.task],
    ['figure', row.figure === null ? null : figureText(row.figure)],
    ['unit', row.unit],
    ['baseline', number(row.baseline)],
    ['contender', number(row.contender)],
    ['difference', number(row.difference)],
    ['percent', number(row.percent)],
    ['better', row.isMoreBetter ? 'more' : 'less'],
    [
      'significance',
      significance === null
        ? null
        : new Map<string, Json>([
            ['basis', significance.basis],
            ['low-percent', number(significance.interval?.low ?? null)],
            ['high-percent', number(significance.interval?.high ?? null)],
            ['p', number(significance.p)],
            ['adjusted-p', number(significance.adjustedP)],
            ['significant', significance.isSignificant],
          ]),
    ],
  ]);
}

const number = (value: number | null): Json => (value === null || !Number.isFinite(value) ? null : new Float(value));

/** The conditions as test cases of JUnit, one for each condition and row that it is about. */
export function comparisonJunit({ comparison, conditions, violations }: JudgedComparison): string {
  const cases = conditions.map((condition) => {
    const own = violations.filter((one) => one.condition === condition);
    const failures = own.map((violation) => `<failure message="${xml(violationText(violation))}"/>`).join('');
    return `    <testcase classname="compare" name="${xml(condition.text)}">${failures}</testcase>`;
  });
  const failed = conditions.filter((condition) => violations.some((one) => one.condition === condition)).length;
  const name = xml(`${idsOf(comparison.baseline)} against ${idsOf(comparison.contender)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${name}" tests="${conditions.length}" failures="${failed}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const idsOf = (runs: readonly RunData[]): string => runs.map(({ run }) => run.id).join(', ');

/** A violation in one sentence. */
export function violationText({ condition, row, change }: Violation): string {
  const by = Number.isFinite(change) ? `${signed(change, 2)}%` : 'from zero';
  const sure =
    row.significance === null
      ? 'nothing is known of its spread'
      : `adjusted p = ${row.significance.adjustedP.toPrecision(2)}`;
  const values = `${row.baseline.toPrecision(4)} to ${row.contender.toPrecision(4)} ${row.unit}`.trim();
  return `${condition.text}: ${row.metric} of ${row.task} changed by ${by} (${values}; ${sure}).`;
}

/** Text for an attribute; control characters, which XML cannot hold, become a replacement character. */
const xml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
