// What a search for the highest rate has found, for people: the rate with its interval, and the curve.
import type { RateLevel, RateLimit, RateResults } from '../metrics/control-results.ts';
import { formatGeneral } from './number-format.ts';
import { plainTable } from './plain-table.ts';

const HEADER = ['Rate', 'Achieved', 'p50 ms', 'p99 ms', 'Errors %', 'Samples', 'Verdict'] as const;
const DIGITS = 4;

/** The rates that were tried, ascending, as a table. */
export const rateCurve = ({ levels }: RateResults): string =>
  plainTable(
    HEADER,
    levels
      .toSorted((left, right) => left.rate - right.rate)
      .map((level) => [
        number(level.rate),
        number(level.achieved),
        number(level.p50),
        number(level.p99),
        number(level.errorRate * 100),
        level.samples,
        verdictOf(level),
      ]),
  );

/** What was found, in sentences. */
export function rateSummary(results: RateResults): readonly string[] {
  const { rate, low, high, task, conditions } = results;
  const [below, above] = [
    low === null ? 'an unknown lower rate' : text(low),
    high === null ? 'an unknown one' : text(high),
  ];
  const interval = `between ${below} and ${above}`;
  const found =
    rate === null
      ? `No rate of [${task}] was found at which ${conditions.join(' and ')}.`
      : `The highest rate of [${task}] at which ${conditions.join(' and ')} is ${text(rate)} requests/s; ` +
        `the true one lies ${interval}.`;
  return [found, `${reasons[results.limitedBy]}: ${results.explanation}.`];
}

/** The verdict of a level in words. */
export function verdictOf({ holds, isClear, reason }: RateLevel): string {
  const verdict = holds ? 'holds' : `fails: ${reason}`;
  return isClear ? verdict : `${verdict} (not clearly)`;
}

/** Whether the limit that was found is that of the cluster. */
export const isLimitOfCluster = ({ limitedBy }: RateResults): boolean => limitedBy === 'cluster';

const reasons: Readonly<Record<RateLimit, string>> = {
  cluster: 'The cluster is the limit',
  clients: 'The clients were the limit, not the cluster; allow more with --find-max-clients',
  driver: 'The load driver was the limit, not the cluster; use more cores, or more machines with --worker-ips',
  time: 'The search was cut short; give it more time with --find-max-time',
  most: 'The search ended',
  cancelled: 'The search is incomplete',
};

const number = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));
const text = (value: number): string => formatGeneral(value, DIGITS);
