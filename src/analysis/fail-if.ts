// Conditions under which a comparison counts as failed: "p99 service time > +10%, mean throughput < -5%".
import { BenchmarkError } from '../errors.ts';
import { type Figure, figureExamples, figureText, parseFigure } from '../metrics/figure.ts';
import type { ComparisonRow } from './compare.ts';

/** A change that is not accepted. */
export interface FailCondition {
  /** As the user wrote it. */
  readonly text: string;
  readonly figure: Figure;
  readonly operator: '>' | '<' | '>=' | '<=';
  /** In per cent of the baseline; for the error rate in percentage points. */
  readonly limit: number;
  /** The only task that it is about; `null` = every task. */
  readonly task: string | null;
}

/** A row that met a condition. */
export interface Violation {
  readonly condition: FailCondition;
  readonly row: ComparisonRow;
  /** The change, in the unit of the condition's limit. */
  readonly change: number;
}

const CONDITION = /^(.+?)\s*(>=|<=|>|<)\s*([+-]?\d+(?:\.\d+)?)\s*%(?:\s+for\s+(?:"([^"]+)"|(\S.*)))?$/i;

/** What was read of a text of conditions, and what is wrong with it. */
export interface FailConditions {
  readonly conditions: readonly FailCondition[];
  /** A sentence for each part that cannot be read. */
  readonly problems: readonly string[];
}

/** Reads conditions that are separated by commas. */
export function parseFailConditions(text: string): FailConditions {
  const problems: string[] = [];
  const conditions = splitOutsideQuotes(text).flatMap((part): readonly FailCondition[] => {
    const match = CONDITION.exec(part);
    const figure = match === null ? null : parseFigure(match[1] ?? '');
    const operator = match?.[2];
    if (match === null) {
      problems.push(`'${part}' is no condition; write a figure, > or <, and a percentage: 'p99 service time > +10%'`);
    } else if (figure === null) {
      problems.push(`'${match[1]}' is no figure; use for example ${figureExamples}`);
    } else if (operator === '>' || operator === '<' || operator === '>=' || operator === '<=') {
      return [{ text: part, figure, operator, limit: Number(match[3]), task: match[4] ?? match[5] ?? null }];
    }
    return [];
  });
  if (conditions.length + problems.length === 0) problems.push('there is no condition in it');
  return { conditions, problems };
}

/**
 * The rows that meet a condition. A difference that is known not to be significant meets none. Throws `USAGE` for a
 * condition about which the comparison has no row, because it would never fail.
 */
export function findViolations(
  conditions: readonly FailCondition[],
  rows: readonly ComparisonRow[],
): readonly Violation[] {
  return conditions.flatMap((condition) => {
    const about = rows.filter(({ figure, task }) => concerns(condition, figure, task));
    if (about.length === 0) {
      const tasks = [...new Set(rows.flatMap(({ task }) => (task === '' ? [] : [task])))];
      throw new BenchmarkError(
        'USAGE',
        `Both sides have no ${figureText(condition.figure)} of ${subject(condition)}.`,
        {
          hint: `The condition "${condition.text}" could never fail. Tasks of both sides: ${tasks.join(', ')}.`,
        },
      );
    }
    return about.flatMap((row): readonly Violation[] => {
      const change =
        condition.figure.kind === 'error rate'
          ? row.difference
          : (row.percent ?? Math.sign(row.difference) * Number.POSITIVE_INFINITY);
      if (!isMet(condition, change) || row.significance?.isSignificant === false) return [];
      return [{ condition, row, change }];
    });
  });
}

const subject = ({ task }: FailCondition): string => (task === null ? 'any task' : `the task "${task}"`);

const concerns = (condition: FailCondition, figure: Figure | null, task: string): boolean =>
  figure !== null &&
  figureText(figure) === figureText(condition.figure) &&
  (condition.task === null || condition.task === task);

function isMet({ operator, limit }: FailCondition, change: number): boolean {
  switch (operator) {
    case '>':
      return change > limit;
    case '>=':
      return change >= limit;
    case '<':
      return change < limit;
    default:
      return change <= limit;
  }
}

/** The parts of a text between its commas, but for those in quotes. */
function splitOutsideQuotes(text: string): readonly string[] {
  return (text.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '');
}
